/** What a lock costs whole processes: one prompt, however many call after it. With real stores: files behind a passphrase, gnome-keyring. */
import assert from "node:assert/strict";
import { PASSWORD, startPrivateBus } from "../contracts/private_bus.ts";
import { startPrivateScreen } from "../contracts/private_screen.ts";
import { FIRST_KEYS, PASSPHRASE, raceTest, type Stage } from "../races/stage.ts";
import { findKey, keyctl } from "../vault/keyctl_tool.ts";

const CALLERS = 20;
const HIT = ["export", "--format=json", "plain"];

raceTest("lock: the next answer needs the store, once; list needs nothing", async (stage) => {
  const first = await stage.ask("plain");
  assert.equal(first.code, 0, first.stderr);
  // While it is unlocked, no passphrase is needed.
  const noPassphrase = { AWS_VAULT_FILE_PASSPHRASE: null };
  assert.equal((await stage.ask("plain", noPassphrase)).stdout, first.stdout);

  const locked = await stage.run(["lock"], noPassphrase);
  assert.deepEqual([locked.code, locked.stdout], [0, "Locked the cached sessions\n"]);
  // The kernel takes what is in no keyring any more out of its table a moment later.
  await stage.until("the key to go", () => !Deno.readTextFileSync("/proc/keys").includes(stage.folder));
  const again = await stage.run(["lock"], noPassphrase);
  assert.equal(again.stdout, "The cached sessions are locked already\n");

  const refused = await stage.ask("plain", noPassphrase);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /passphrase|terminal/);
  const list = await stage.run(["list"], noPassphrase);
  assert.equal(list.code, 0, list.stderr);
  assert.match(list.stdout, /^plain +plain +sts\.GetSessionToken:/m);

  assert.equal((await stage.ask("plain")).stdout, first.stdout);
  assert.equal((await stage.ask("plain", noPassphrase)).stdout, first.stdout);
  assert.equal(stage.aws.calls.length, 1);
});

raceTest(`lock, then ${CALLERS} callers on one terminal: the passphrase is typed once`, async (stage) => {
  const first = await stage.ask("plain");
  await stage.run(["lock"]);
  await using terminal = new Terminal(stage, "plain");
  await terminal.asks(1);
  await terminal.type(PASSPHRASE);
  // A second question would wait for its answer.
  await terminal.ended();
  for (const answer of terminal.answers()) assert.equal(answer, first.stdout);
  assert.equal(stage.aws.calls.length, 1);
});

raceTest(
  `a locked store and nothing cached, ${CALLERS} callers on one terminal: one passphrase, one code, one call per step`,
  async (stage) => {
    await using terminal = new Terminal(stage, "role0");
    await terminal.asks(1);
    await terminal.type(PASSPHRASE);
    await terminal.ended();
    assert.equal(new Set(terminal.answers()).size, 1);
    assert.match(JSON.parse(terminal.answers()[0]!).AccessKeyId, /^ASIA/);
    assert.equal(stage.prompts, 1);
    assert.deepEqual(stage.aws.calls.map((call) => call.action), ["GetSessionToken", "AssumeRole"]);
  },
);

raceTest(
  "a role profile that has keys of its own, cached: no question, and no look into the store that is locked",
  async (stage) => {
    // `add` refuses that; a profile that got its source_profile later has them.
    const env = { AWS_ACCESS_KEY_ID: FIRST_KEYS.id, AWS_SECRET_ACCESS_KEY: FIRST_KEYS.secret };
    const added = await stage.run(["add", "--env", "--no-add-config", "role0"], {
      ...env,
      AWS_CONFIG_FILE: `${stage.folder}/other-config`,
    });
    assert.equal(added.code, 0, added.stderr);
    const first = await stage.ask("role0");
    assert.equal(first.code, 0, first.stderr);
    assert.equal((await stage.ask("role0", { AWS_VAULT_FILE_PASSPHRASE: null })).stdout, first.stdout);
    await stage.run(["lock"]);
    await using terminal = new Terminal(stage, "role0");
    await terminal.asks(1);
    await terminal.type(PASSPHRASE);
    await terminal.ended();
    for (const answer of terminal.answers()) assert.equal(answer, first.stdout);
  },
);

raceTest(
  "a locked store whose unlocker is killed at the question: one of those who wait asks once more",
  async (stage) => {
    await using terminal = new Terminal(stage, "role0");
    await terminal.asks(1);
    const leader = terminal.pidOfWhoAsks();
    await stage.until(
      "the others to wait",
      () => terminal.pids().every((pid) => pid === leader || waits(pid)),
    );
    Deno.kill(leader, "SIGKILL");
    await terminal.asks(2);
    await terminal.type(PASSPHRASE);
    await terminal.ended();
    const answers = terminal.answers().filter((answer) => answer !== "");
    assert.equal(answers.length, CALLERS - 1);
    assert.equal(new Set(answers).size, 1);
    assert.equal(stage.prompts, 1);
    assert.deepEqual(stage.aws.calls.map((call) => call.action), ["GetSessionToken", "AssumeRole"]);
  },
);

raceTest(
  "vault_lock_after: a profile locks after its own time without use, others stay open",
  async (stage) => {
    Deno.writeTextFileSync(
      `${stage.folder}/config`,
      "\n[profile plain]\nvault_lock_after = 20m\n[profile other]\n",
    );
    await stage.add("other", FIRST_KEYS);
    const noPassphrase = { AWS_VAULT_FILE_PASSPHRASE: null };
    const answers = new Map<string, string>();
    for (const profile of ["plain", "other"]) answers.set(profile, (await stage.ask(profile)).stdout);

    // Most of the time has passed: each use starts it anew, for the profile's own key and as long as the profile says.
    const own = keyOf(stage, "1200s:"), general = keyOf(stage, "");
    for (const key of [own, general]) keyctl("timeout", key, "60");
    assert.equal((await stage.ask("plain", noPassphrase)).stdout, answers.get("plain"));
    assert.match(timeLeft(own), /^(?:19m|20m)$/);
    assert.match(timeLeft(general), /^(?:\d+s|1m)$/);
    assert.equal((await stage.ask("other", noPassphrase)).stdout, answers.get("other"));
    assert.match(timeLeft(general), /^(?:4m|5m)$/);

    // It has passed.
    keyctl("timeout", own, "1");
    await stage.until("the key to expire", () => /^(?:|expd)$/.test(timeLeft(own)));
    const idle = await stage.ask("plain", noPassphrase);
    assert.deepEqual([idle.code, idle.stdout], [1, ""]);
    assert.equal((await stage.ask("other", noPassphrase)).stdout, answers.get("other"));
    assert.equal((await stage.ask("plain")).stdout, answers.get("plain"));

    const shown = await stage.run(["lock", "--settings"], noPassphrase);
    assert.equal(
      shown.stdout,
      "cached sessions: lock after 5m0s without use\ncached sessions of plain: lock after 20m0s without use\n",
    );
    // lock takes both.
    assert.equal((await stage.run(["lock"])).stdout, "Locked the cached sessions\n");
    for (const profile of ["plain", "other"]) assert.equal((await stage.ask(profile, noPassphrase)).code, 1);
  },
);

raceTest(
  "vault_lock_after = 0: the kernel never gets the key, and each call needs the store",
  async (stage) => {
    Deno.writeTextFileSync(`${stage.folder}/config`, "[profile plain]\nvault_lock_after = 0\n");
    const first = await stage.ask("plain");
    assert.equal(first.code, 0, first.stderr);
    assert.ok(!Deno.readTextFileSync("/proc/keys").includes(stage.folder));
    assert.equal((await stage.ask("plain", { AWS_VAULT_FILE_PASSPHRASE: null })).code, 1);
    assert.equal((await stage.ask("plain")).stdout, first.stdout);
  },
);

raceTest(
  `lock with gnome-keyring: the keyring is locked, list asks nothing, and ${CALLERS} callers lead to one prompt of the desktop's`,
  async (stage) => {
    await using screen = await startPrivateScreen();
    const bus = await startPrivateBus({ display: screen.display });
    try {
      await bus.startKeyring();
      const env = {
        ...bus.env,
        HOME: stage.folder,
        PATH: stage.env.PATH!,
        AWS_VAULT_BACKEND: "secret-service",
        AWS_VAULT_FILE_PASSPHRASE: null,
      };
      const keys = { AWS_ACCESS_KEY_ID: FIRST_KEYS.id, AWS_SECRET_ACCESS_KEY: FIRST_KEYS.secret };
      const added = await stage.run(["add", "--env", "--no-add-config", "plain"], { ...env, ...keys });
      assert.equal(added.code, 0, added.stderr);
      const first = await stage.ask("plain", env);
      assert.equal(first.code, 0, first.stderr);

      const locked = await stage.run(["lock"], env);
      assert.equal(locked.stdout, "Locked the cached sessions\nLocked the keyring Login\n", locked.stderr);
      const prompts = await countPrompts(bus.env);
      const list = await stage.run(["list"], env);
      assert.deepEqual([list.code, list.stderr], [0, ""]);
      assert.match(list.stdout, /^plain +plain +sts\.GetSessionToken:/m);
      const running = Array.from({ length: CALLERS }, () => stage.start(HIT, env));
      const answers = Promise.all(running.map(({ ended }) => ended));
      let unlocked = false;
      answers.finally(() => unlocked = true);
      await screen.press("^Unlock Login Keyring$");
      // The window shows before it takes keys; what was typed too early is a wrong password, and the same prompt stays open.
      while (!unlocked) {
        await screen.press("", ["key", "ctrl+a"], ["type", "--delay", "20", PASSWORD], ["key", "Return"]);
        await Promise.race([answers, new Promise((resolve) => setTimeout(resolve, 3_000))]);
      }
      for (const { code, stdout, stderr } of await answers) {
        assert.deepEqual([code, stdout], [0, first.stdout], stderr);
      }
      assert.equal(await prompts.stop(), 1);
      assert.equal(stage.aws.calls.length, 1);

      // Unlocked, a cached answer needs the desktop's keyring no more than any store.
      await bus.signalKeyring("SIGKILL");
      assert.equal((await stage.ask("plain", env)).stdout, first.stdout);

      // One that was not unlocked since it started shows no names; list says so, and asks no more than before.
      const counted = await countPrompts(bus.env);
      const shy = await stage.run(["list"], env);
      assert.deepEqual([shy.code, shy.stderr], [
        0,
        "aws-vault: the secret store is locked: what is stored in it is not listed\n",
      ]);
      assert.match(shy.stdout, /^plain +- +sts\.GetSessionToken:/m);
      assert.equal(await counted.stop(), 0);
      await stage.run(["lock", "--keep-store"], env);
    } finally {
      await bus.stop();
    }
  },
);

/** Callers that share one terminal, in a session of its own, where the passphrase is not known otherwise. */
class Terminal implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array>;
  readonly #drained: Promise<void>;
  #screen = "";

  constructor(stage: Stage, profile: string) {
    this.#stage = stage;
    const words = [...stage.argv, "export", "--format=json", profile].map((word) => `'${word}'`).join(" ");
    const caller = `sh -c 'echo $$ >>pids; exec "$0" "$@"' ${words} >answer.$i`;
    const env: Record<string, string> = { ...stage.env, SHELL: "/bin/sh" };
    delete env.AWS_VAULT_FILE_PASSPHRASE;
    this.#child = new Deno.Command("script", {
      args: ["-qefc", `for i in $(seq ${CALLERS}); do ${caller} & done; wait; echo all of them`, "/dev/null"],
      cwd: stage.folder,
      clearEnv: true,
      env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#keyboard = this.#child.stdin.getWriter();
    this.#drained = this.#drain();
  }

  /** Waits until all have started and the passphrase has been asked for that often. */
  async asks(times: number): Promise<void> {
    await this.#stage.until(
      `${times} questions`,
      () => this.#questions() >= times && this.pids().length === CALLERS,
    );
    assert.equal(this.#questions(), times, this.#screen);
  }

  async type(line: string): Promise<void> {
    await this.#keyboard.write(new TextEncoder().encode(`${line}\r`));
  }

  async ended(): Promise<void> {
    await this.#stage.until("all of them", () => this.#screen.includes("all of them"));
  }

  answers(): string[] {
    return Array.from(
      { length: CALLERS },
      (_, i) => Deno.readTextFileSync(`${this.#stage.folder}/answer.${i + 1}`),
    );
  }

  pids(): number[] {
    try {
      return Deno.readTextFileSync(`${this.#stage.folder}/pids`).trim().split("\n").map(Number);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  /** Who has opened the terminal device. */
  pidOfWhoAsks(): number {
    const asking = this.pids().filter((pid) => linksOf(pid).includes("/dev/tty"));
    assert.equal(asking.length, 1, "not one process asks");
    return asking[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#screen.includes("all of them") ? [] : [this.#child.pid, ...this.pids()];
    for (const pid of running) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
    await this.#drained;
    await this.#child.status;
    await this.#keyboard.close().catch(() => {});
  }

  /** Each saves the place where it stands. */
  #questions(): number {
    return this.#screen.split("\x1b7").length - 1;
  }

  async #drain(): Promise<void> {
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) this.#screen += chunk;
  }
}

/** Whether the process waits for others: it has a lock file open. */
function waits(pid: number): boolean {
  return linksOf(pid).some((link) => link.endsWith(".lock"));
}

function linksOf(pid: number): string[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) =>
      Deno.readLinkSync(`/proc/${pid}/fd/${name}`)
    );
  } catch {
    return []; // it has ended, or closed one just now
  }
}

/** The kernel's key for the stage's store; `time` is that of a `vault_lock_after`. */
function keyOf(stage: Stage, time: string): string {
  const key = findKey("user", `aws-vault:session-cache-key:${time}file:${stage.folder}/keys`);
  assert.ok(key !== null, `there is no key for ${time || "all other profiles"}`);
  return key;
}

/** As `/proc/keys` shows it, such as `19m` or `expd`; empty when the key has gone. */
function timeLeft(key: string): string {
  const serial = Number(key).toString(16).padStart(8, "0");
  const line = Deno.readTextFileSync("/proc/keys").split("\n").find((each) => each.startsWith(serial));
  return line?.split(/ +/)[3] ?? "";
}

/** How often a program has the Secret Service ask for a password. */
async function countPrompts(env: Readonly<Record<string, string>>): Promise<{ stop(): Promise<number> }> {
  const rule = "type='method_call',interface='org.freedesktop.Secret.Prompt',member='Prompt'";
  const monitor = new Deno.Command("dbus-monitor", {
    args: ["--session", rule],
    clearEnv: true,
    env: { ...env },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let heard = "";
  const ready = Promise.withResolvers<void>();
  const drained = (async () => {
    for await (const chunk of monitor.stdout.pipeThrough(new TextDecoderStream())) {
      heard += chunk;
      if (heard.includes("NameAcquired") || heard.includes("NameLost")) ready.resolve();
    }
  })();
  await ready.promise;
  return {
    async stop() {
      monitor.kill("SIGTERM");
      await monitor.status;
      await drained;
      return heard.split("member=Prompt").length - 1;
    },
  };
}
