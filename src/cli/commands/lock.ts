/** `lock`: makes the next call need the store again, now, whenever the screen is locked, or shows and sets when that happens by itself. */
import { AppError } from "../../errors.ts";
import type { InputOf } from "../command.ts";
import type { lockDeclaration } from "../declarations.ts";
import type { CommandDeps, Locking } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { goDuration } from "../go_duration.ts";
import { presentError, presentNotice } from "../present.ts";

type LockInput = InputOf<typeof lockDeclaration>;
type LockDeps = Pick<CommandDeps, "sessions" | "locking" | "stdout" | "stderr" | "log">;

export async function lock(input: LockInput, deps: LockDeps): Promise<number> {
  const changes = input.after !== null || input.onSleep !== null;
  if (changes && !input.settings) {
    throw new AppError("flag-conflict", "usage", "--after and --on-sleep are settings", {
      hints: ["aws-vault lock --settings --after=15m --on-sleep=yes"],
    });
  }
  const locking = await deps.locking();
  if (input.settings) await settings(input, locking, deps);
  else if (input.onScreenLock) await watch(input, locking, deps);
  else await lockNow(input, locking, deps);
  return exitCodes.success;
}

/** Key and store are independent of one another: when one can't be locked, the other is all the same. */
async function lockNow({ keepStore }: LockInput, locking: Locking, deps: LockDeps): Promise<void> {
  const key = deps.sessions().then((sessions) => sessions.lock());
  const store = keepStore ? Promise.resolve(null) : locking.lockStore();
  const [keyOutcome, storeOutcome] = await Promise.allSettled([key, store]);
  const done: string[] = [];
  if (keyOutcome.status === "fulfilled" && keyOutcome.value) done.push("Locked the cached sessions");
  if (storeOutcome.status === "fulfilled" && storeOutcome.value !== null) {
    done.push(`Locked the ${storeOutcome.value}`);
  }
  for (const outcome of [keyOutcome, storeOutcome]) {
    if (outcome.status === "fulfilled") continue;
    deps.stdout.write(done.map((line) => `${line}\n`).join(""));
    throw outcome.reason;
  }
  if (done.length === 0) done.push("The cached sessions are locked already");
  deps.stdout.write(done.map((line) => `${line}\n`).join(""));
  const open = keepStore ? null : locking.whyStoreStaysOpen;
  if (open !== null) presentNotice(deps.stderr, open);
}

async function watch(input: LockInput, locking: Locking, deps: LockDeps): Promise<void> {
  await locking.watchScreenLock({
    ready: (unheard) => {
      for (const what of unheard) presentNotice(deps.stderr, `not listened to: ${what}`);
      presentNotice(deps.stderr, "locking whenever the screen is locked");
    },
    locked: async (reason) => {
      deps.log.debug(() => reason);
      try {
        await lockNow(input, locking, deps);
      } catch (error) {
        // The next screen lock may fare better.
        presentError(deps.stderr, error, "lock");
      }
    },
  });
}

async function settings(input: LockInput, locking: Locking, deps: LockDeps): Promise<void> {
  const { timedStore } = locking;
  if (input.after !== null || input.onSleep !== null) {
    if (timedStore === null) {
      throw new AppError("lock-settings-unavailable", "usage", "this store has no lock times of its own", {
        hints: ["set AWS_VAULT_LOCK_AFTER, or vault_lock_after in a profile of the config file"],
      });
    }
    const now = await timedStore.times();
    await timedStore.setTimes({
      // As for AWS_VAULT_LOCK_AFTER there is a number for never; here it is the keychain's own, none.
      afterSeconds: input.after === null ? now.afterSeconds : input.after || null,
      onSleep: input.onSleep === null ? now.onSleep : input.onSleep === "yes",
    });
  }
  deps.stdout.write((await describe(locking)).map((line) => `${line}\n`).join(""));
}

async function describe(locking: Locking): Promise<string[]> {
  const { timedStore } = locking;
  const lines: string[] = [];
  if (locking.remembersKey) {
    const { general, profiles } = await locking.idleTimes();
    lines.push(`cached sessions: ${whenIdle(general)}`);
    for (const { profile, seconds } of profiles) {
      lines.push(`cached sessions of ${profile}: ${whenIdle(seconds)}`);
    }
  } else lines.push("cached sessions: open as long as the store is");
  if (timedStore !== null) {
    const { afterSeconds, onSleep } = await timedStore.times();
    const times = [
      ...afterSeconds === null ? [] : [`after ${goDuration(afterSeconds)} without use`],
      ...onSleep ? ["when the machine sleeps"] : [],
    ];
    lines.push(
      `${timedStore.name}: ${times.length === 0 ? "stays unlocked" : `locks ${times.join(" and ")}`}`,
    );
  } else if (locking.whyStoreStaysOpen !== null) lines.push(`store: ${locking.whyStoreStaysOpen}`);
  return lines;
}

function whenIdle(seconds: number): string {
  return seconds === 0 ? "locked at once" : `lock after ${goDuration(seconds)} without use`;
}
