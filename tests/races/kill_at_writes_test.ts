/** The program killed at every one of its writes, and at any other time: what is left on the disk never counts for more than it is. */
import assert from "node:assert/strict";
import { kill, raceTest, sleep, type Stage } from "./stage.ts";

/** What carries a change to the disk, at whose start everything before has happened and nothing after. */
const WRITES = "fsync,fdatasync,rename,renameat,renameat2";
/** A cold call makes fewer. */
const MOST_WRITES = 60;

raceTest(
  "SIGKILL at the n-th write, for every n: the next call has the right answer and finds nothing damaged",
  async (stage) => {
    requireStrace();
    await startAnew(stage);
    for (let n = 1;; n++) {
      assert.ok(n < MOST_WRITES, "the program never ran to its end");
      const inject = `${WRITES}:signal=KILL:when=${n}`;
      const trace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        `trace=${WRITES}`,
        "-e",
        `inject=${inject}`,
      ];
      const { signal, code, stderr } = await stage.start(["export", "--format=json", "base"], {}, trace)
        .ended;
      await assertUsable(stage);
      if (signal !== "SIGKILL" && code === 0) {
        assert.ok(n > 5, `only ${n - 1} writes were met`);
        return;
      }
      assert.equal(signal ?? code, "SIGKILL", stderr);
      await startAnew(stage);
    }
  },
);

raceTest(
  "SIGKILL at any time: the next call has the right answer and finds nothing damaged",
  async (stage) => {
    const started = performance.now();
    await startAnew(stage);
    await stage.ask("base");
    const whole = performance.now() - started;
    for (let round = 0; round < 15; round++) {
      await startAnew(stage);
      const running = stage.start(["export", "--format=json", "base"]);
      await sleep(whole * Math.random());
      await kill(running).catch((error) => {
        if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
      });
      await assertUsable(stage);
    }
  },
);

/** Neither records nor the key they are sealed with. */
async function startAnew(stage: Stage): Promise<void> {
  await Deno.remove(stage.cache, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  stage.aws.clear();
}

async function assertUsable(stage: Stage): Promise<void> {
  const calls = stage.aws.calls.length;
  const first = await stage.ask("base");
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stderr, "");
  assert.ok(stage.aws.calls.length <= calls + 1);
  const second = await stage.ask("base");
  assert.equal(second.stdout, first.stdout);
  // What was answered is what AWS has given, not something put together from two halves.
  const identity = await stage.run(["exec", "base", "--", "sh", "-c", "echo $AWS_ACCESS_KEY_ID"]);
  assert.equal(identity.stdout.trim(), JSON.parse(first.stdout).AccessKeyId);
}

function requireStrace(): void {
  try {
    new Deno.Command("strace", { args: ["-V"], stdout: "null" }).outputSync();
  } catch (cause) {
    throw new Error("this test needs strace (Debian package strace)", { cause });
  }
}
