/**
 * A lock while another call is under way: whoever opened the store before it leaves neither the cache key nor an answer in the kernel. The
 * call is stopped at each of its calls to the kernel's keyring, the lock runs from beginning to end, and the call goes on.
 */
import assert from "node:assert/strict";
import { keyctl } from "../vault/keyctl_tool.ts";
import { type Answer, raceTest, type Running, type Stage } from "./stage.ts";

const KEY_CALLS = ["add_key", "keyctl"];
/** A call makes fewer of each. */
const MOST_CALLS = 60;
const NO_PASSPHRASE = { AWS_VAULT_FILE_PASSPHRASE: null };

raceTest(
  "lock while a code is asked for: the call has its answer, the next one needs the store",
  async (stage) => {
    stage.holdPrompts();
    const running = stage.start(["export", "--format=json", "base"]);
    await stage.prompterOf(1);
    assert.equal((await stage.run(["lock"])).code, 0);
    stage.answerPrompts();
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(keptOf(stage, "session-cache-key"), []);
    assert.equal((await stage.ask("base", NO_PASSPHRASE)).code, 1);
    // Unlocked again, by a call that began after the lock.
    assert.equal((await stage.ask("base")).stdout, stdout);
    assert.equal((await stage.ask("base", NO_PASSPHRASE)).stdout, stdout);
  },
);

raceTest(
  "lock at any call of one that unlocks the store: the key is not in the kernel once both have ended",
  async (stage) => {
    const first = await stage.ask("plain");
    const outcomes = await atEachKeyCall(stage, "plain", {
      before: async () => void await stage.run(["lock"]),
      after: (answer, opened) => {
        assert.equal(answer.stdout, first.stdout);
        const kept = keptOf(stage, "session-cache-key");
        if (opened) assert.deepEqual(kept, [], "the key came back after the lock");
        return kept.length > 0 ? "unlocked after the lock" : "locked";
      },
    });
    assert.deepEqual([...new Set(outcomes)].sort(), ["locked", "unlocked after the lock"]);
  },
);

raceTest(
  "lock at any call of one that has an answer remembered: no answer is in the kernel without its key",
  async (stage) => {
    const first = await stage.ask("plain");
    const outcomes = await atEachKeyCall(stage, "plain", {
      before: async () => {
        await stage.run(["lock"]);
        await stage.run(["export", "--format=env", "plain"]);
      },
      after: (answer) => {
        assert.equal(answer.stdout, first.stdout);
        const key = keptOf(stage, "session-cache-key"), answers = keptOf(stage, "answer");
        if (key.length === 0) assert.deepEqual(answers, [], "the answer came back after the lock");
        return key.length === 0 ? "locked" : "unlocked after the lock";
      },
    });
    assert.ok(outcomes.includes("locked"));
  },
);

interface Sweep {
  before(): Promise<void>;
  /** `opened`: whether the store's files had been opened when the lock ran. */
  after(answer: Answer, opened: boolean): string;
}

/** What `after` says of each. */
async function atEachKeyCall(stage: Stage, profile: string, { before, after }: Sweep): Promise<string[]> {
  const trace = `${stage.folder}/trace`;
  const outcomes: string[] = [];
  for (const call of KEY_CALLS) {
    for (let n = 1;; n++) {
      assert.ok(n < MOST_CALLS, "the program never ran to its end");
      await before();
      await Deno.writeTextFile(trace, "");
      const strace = [
        ...["strace", "-f", "-qq", "-o", trace, "-e", `trace=openat,${KEY_CALLS.join(",")}`],
        ...["-e", `inject=${call}:signal=STOP:when=${n}`],
      ];
      const running = stage.start(["export", "--format=json", profile], {}, strace);
      const stopped = await stopOf(stage, running);
      if (stopped === null) break;
      const opened = Deno.readTextFileSync(trace).includes(`${stage.folder}/keys/`);
      const locked = await stage.run(["lock"]);
      Deno.kill(stopped, "SIGCONT");
      assert.equal(locked.code, 0, locked.stderr);
      const answer = await running.ended;
      assert.equal(answer.code, 0, answer.stderr);
      outcomes.push(after(answer, opened));
    }
  }
  return outcomes;
}

/** The process below strace, once it has stopped; `null` when it ended without. */
async function stopOf(stage: Stage, running: Running): Promise<number | null> {
  let ended = false;
  running.ended.then(() => ended = true);
  let stopped: number | null = null;
  await stage.until("the call to stop or end", () => {
    const pid = /^(\d+) +--- SIGSTOP .*\n\1 +--- stopped by SIGSTOP ---$/m.exec(read(`${stage.folder}/trace`))
      ?.[1];
    stopped = pid === undefined ? null : Number(pid);
    return ended || stopped !== null;
  });
  return stopped;
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // it has ended, or has not begun
  }
}

/** Names of the kernel's keys of that kind that belong to the stage's store: in their name, or in what they hold. */
function keptOf(stage: Stage, kind: "session-cache-key" | "answer"): string[] {
  const store = `file:${stage.folder}/keys`;
  return keyctl("rlist", "@u").split(/\s+/).filter(Boolean).flatMap((id) => {
    try {
      const name = keyctl("rdescribe", id);
      if (!name.includes(`;aws-vault:${kind}:`)) return [];
      return name.includes(store) || keyctl("pipe", id).includes(store) ? [name] : [];
    } catch {
      return []; // other programs' keys come and go
    }
  });
}
