/** The program killed at every one of its writes, and at any other time: what is left on the disk never counts for more than it is. */
import assert from "node:assert/strict";
import { killAtEveryWrite } from "./kill_at_every_write.ts";
import { FIRST_KEYS, kill, raceTest, sleep, type Stage } from "./stage.ts";

const NO_PASSPHRASE = { AWS_VAULT_FILE_PASSPHRASE: null };

raceTest(
  "SIGKILL at every write of a cold call: the next call has the right answer and finds nothing damaged",
  async (stage) => {
    const kills = await killAtEveryWrite(stage, ["export", "--format=json", "base"], {}, {
      before: () => startAnew(stage),
      after: () => assertUsable(stage),
    });
    assert.ok(kills >= 12, `killed ${kills} times`); // of the code, the key, the record and the time of the last sweep
  },
);

raceTest(
  "SIGKILL at every write of a clear: the next one clears the rest, and calls go on as if there had been none",
  async (stage) => {
    const kills = await killAtEveryWrite(stage, ["clear"], {}, {
      before: async () => {
        await startAnew(stage);
        for (const profile of ["plain", "base"]) await stage.ask(profile);
        assert.equal(stage.records().length, 2);
      },
      after: async () => {
        await assertUsable(stage);
        const again = await stage.run(["clear"]);
        assert.deepEqual([again.code, again.stderr], [0, ""]);
        assert.deepEqual(stage.records(), []);
      },
    });
    assert.ok(kills >= 5, `killed ${kills} times`); // of the epoch: flushed, renamed, folder flushed; two records
  },
);

raceTest(
  "SIGKILL at every write of a remove: no session answers for keys that have gone, and the next one removes the rest",
  async (stage) => {
    const kills = await killAtEveryWrite(stage, ["remove", "--force", "plain"], {}, {
      before: async () => {
        await startAnew(stage);
        await stage.add("plain", FIRST_KEYS);
        await stage.ask("plain");
        assert.equal(stage.records().length, 1);
      },
      after: async () => {
        const isThere = [...Deno.readDirSync(`${stage.folder}/keys`)].some(({ name }) => name === "plain");
        const { code, stderr } = await stage.ask("plain");
        assert.equal(code === 0, isThere, stderr);
        const again = await stage.run(["remove", "--force", "plain"]);
        assert.equal(again.code === 0, isThere, again.stderr);
        assert.deepEqual(stage.records(), []);
        assert.notEqual((await stage.ask("plain")).code, 0);
      },
    });
    assert.ok(kills >= 5, `killed ${kills} times`); // of the epoch: flushed, renamed, folder flushed; the record, the keys
  },
);

raceTest(
  "SIGKILL whenever a lock takes something from the kernel: the next one takes the rest",
  async (stage) => {
    await stage.ask("plain");
    await stage.run(["lock"]); // takes what other tests have left
    const kills = await killAtEveryWrite(stage, ["lock"], {}, {
      at: { calls: ["keyctl"], line: /KEYCTL_UNLINK/ },
      before: async () => {
        // From the cache with the store opened, from the kernel's key, remembered.
        for (let i = 0; i < 3; i++) assert.equal((await stage.ask("plain")).code, 0);
        assert.equal((await stage.ask("plain", NO_PASSPHRASE)).code, 0);
      },
      after: async () => {
        assert.equal((await stage.run(["lock"])).code, 0);
        assert.equal((await stage.ask("plain", NO_PASSPHRASE)).code, 1);
      },
    });
    assert.ok(kills >= 2, `killed ${kills} times`); // mark and key; the answer is at the very end
    assert.equal(stage.aws.calls.length, 1);
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
  for (const { name } of Deno.readDirSync(`${stage.folder}/keys`)) {
    if (name.startsWith("aws-vault.SessionCacheKey")) Deno.removeSync(`${stage.folder}/keys/${name}`);
  }
  await stage.run(["lock"]);
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
