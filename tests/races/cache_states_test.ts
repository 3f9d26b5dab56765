/** Caches in every state but a good one, and keys that change: the right answer or a clear error, never an old or a foreign one. */
import assert from "node:assert/strict";
import { type Answer, FIRST_KEYS, OTHER_KEYS, raceTest, type Stage } from "./stage.ts";

/** What is done to the only record, and whether the user is to hear of it. */
const damages: [name: string, damage: (path: string, stage: Stage) => void, isTold: boolean][] = [
  ["cut off in its header", (path) => Deno.truncateSync(path, 40), true],
  ["cut off in its body", (path) => Deno.truncateSync(path, Deno.statSync(path).size - 1), true],
  ["empty", (path) => Deno.truncateSync(path, 0), true],
  ["garbage", (path) => Deno.writeFileSync(path, crypto.getRandomValues(new Uint8Array(700))), true],
  ["flipped in its last bit", (path) => changeByte(path, -1), true],
  ["flipped in its nonce", (path) => changeByte(path, Deno.readFileSync(path).indexOf(10) + 1), true],
  ["edited in its header to live longer", (path) => edit(path, /"expiresAt":\d/, '"expiresAt":9'), true],
  [
    "edited in its header to belong to another profile",
    (path) => edit(path, /"profile":"plain"/, '"profile":"plane"'),
    true,
  ],
  [
    "edited in its header to be of another key",
    (path) => edit(path, /"keyId":"[^"]+"/, '"keyId":"0000000000000000"'),
    false,
  ],
  ["edited in its header to have expired", (path) => edit(path, /"expiresAt":\d+/, '"expiresAt":1'), false],
  ["a folder", (path) => (Deno.removeSync(path), Deno.mkdirSync(path)), true],
  ["a dangling symlink", (path) => (Deno.removeSync(path), Deno.symlinkSync(`${path}.nowhere`, path)), false],
  ["a symlink to another's record", (path) => {
    const elsewhere = `${path}.elsewhere`;
    Deno.writeFileSync(elsewhere, crypto.getRandomValues(new Uint8Array(700)));
    Deno.removeSync(path);
    Deno.symlinkSync(elsewhere, path);
  }, true],
];

for (const [name, damage, isTold] of damages) {
  raceTest(`a record that is ${name}: a new answer, and a whole record afterwards`, async (stage) => {
    const good = await answer(stage, "plain");
    damage(`${stage.cache}/${stage.records()[0]}`, stage);
    const next = await stage.ask("plain");
    assert.equal(next.code, 0, next.stderr);
    assert.notEqual(next.stdout, good.stdout);
    assert.equal(/damaged session file/.test(next.stderr), isTold, next.stderr);
    assert.equal(next.stderr.trim().split("\n").length, 1, next.stderr);
    assert.equal(stage.callsOf("GetSessionToken").length, 2);
    assert.equal((await answer(stage, "plain")).stdout, next.stdout);
  });
}

raceTest(
  "records of two profiles that have changed names: each profile gets its own answer",
  async (stage) => {
    await answer(stage, "base");
    const [base] = stage.records();
    await answer(stage, "plain");
    const plain = stage.records().find((name) => name !== base);
    Deno.renameSync(`${stage.cache}/${base}`, `${stage.cache}/swap`);
    Deno.renameSync(`${stage.cache}/${plain}`, `${stage.cache}/${base}`);
    Deno.renameSync(`${stage.cache}/swap`, `${stage.cache}/${plain}`);
    const calls = stage.aws.calls.length;
    for (const profile of ["base", "plain"]) {
      const next = await stage.ask(profile);
      assert.equal(next.code, 0, next.stderr);
      assert.match(next.stderr, /damaged session file/);
    }
    assert.equal(stage.aws.calls.length, calls + 2);
  },
);

raceTest(
  "a record put back after its key was replaced in the store: a new answer, without a warning",
  async (stage) => {
    const old = await answer(stage, "plain");
    for (const { name } of Deno.readDirSync(`${stage.folder}/keys`)) {
      if (/SessionCacheKey/.test(decodeURIComponent(name))) Deno.removeSync(`${stage.folder}/keys/${name}`);
    }
    // Another LOCK_AFTER keeps the kernel out of it, which still has the old key.
    const env = { AWS_VAULT_LOCK_AFTER: "0" };
    const next = await stage.ask("plain", env);
    assert.equal(next.code, 0, next.stderr);
    assert.equal(next.stderr, "");
    assert.notEqual(next.stdout, old.stdout);
  },
);

const folders: [name: string, prepare: (stage: Stage) => Record<string, string>, through?: string[]][] = [
  ["can't be made", () => ({ AWS_VAULT_CACHE_DIR: "/sys/aws-vault-cache" })],
  ["is a file", (stage) => {
    Deno.writeTextFileSync(`${stage.folder}/occupied`, "");
    return { AWS_VAULT_CACHE_DIR: `${stage.folder}/occupied` };
  }],
  // Writes fail as on a full disk; a limit needs no disk of its own.
  ["is on a full disk", () => ({}), ["sh", "-c", `trap '' XFSZ; ulimit -f 0; exec "$0" "$@"`]],
];
for (const [name, prepare, through] of folders) {
  raceTest(`a cache folder that ${name}: the answer, and a warning that it was not kept`, async (stage) => {
    for (const profile of ["plain", "role0"]) {
      // The key of the cache is in the store already, so it is the folder alone that fails.
      await answer(stage, profile);
      assert.equal((await stage.run(["clear"])).code, 0);
      const next = await stage.start(["export", "--format=json", profile], prepare(stage), through).ended;
      assert.equal(next.code, 0, next.stderr);
      assert.match(JSON.parse(next.stdout).AccessKeyId, /^ASIA/);
      assert.match(next.stderr, /could not keep the session/);
    }
  });
}

/** Only root can give files away. */
const foreignOwner: [name: string, path: (stage: Stage) => string][] = Deno.uid() === 0
  ? [["record", (stage) => `${stage.cache}/${stage.records()[0]}`], ["folder", (stage) => stage.cache]]
  : [];
for (const [name, path] of foreignOwner) {
  raceTest(`a cache whose ${name} belongs to another user: an answer that AWS has given`, async (stage) => {
    await answer(stage, "plain");
    Deno.chownSync(path(stage), 65_534, 65_534);
    const next = await answer(stage, "plain");
    assert.match(JSON.parse(next.stdout).AccessKeyId, /^ASIA/);
  });
}

raceTest("keys that are replaced: nothing is answered that the old ones have led to", async (stage) => {
  const old = await answer(stage, "plain");
  await stage.add("plain", OTHER_KEYS);
  const next = await answer(stage, "plain");
  assert.notEqual(next.stdout, old.stdout);
  assert.deepEqual(stage.aws.calls.map((call) => call.accessKeyId), [FIRST_KEYS.id, OTHER_KEYS.id]);
});

raceTest(
  "keys that are removed, then added with other values: an error, then an answer of the new ones",
  async (stage) => {
    const old = await answer(stage, "plain");
    const removed = await stage.run(["remove", "--force", "plain"]);
    assert.equal(removed.code, 0, removed.stderr);
    const without = await stage.ask("plain");
    assert.deepEqual([without.code, without.stdout], [1, ""]);
    assert.match(without.stderr, /credentials missing|no stored credentials/);
    await stage.add("plain", OTHER_KEYS);
    assert.notEqual((await answer(stage, "plain")).stdout, old.stdout);
    assert.equal(stage.aws.calls.at(-1)!.accessKeyId, OTHER_KEYS.id);
  },
);

raceTest(
  "keys that are replaced behind a role: the role's old answer is not given any more",
  async (stage) => {
    const old = await answer(stage, "role0");
    await stage.add("base", OTHER_KEYS);
    assert.notEqual((await answer(stage, "role0")).stdout, old.stdout);
    assert.equal(stage.callsOf("GetSessionToken").at(-1)!.accessKeyId, OTHER_KEYS.id);
  },
);

raceTest("clear while a call is under way: its answer is given and not kept", async (stage) => {
  await answer(stage, "plain");
  await stage.run(["clear", "plain"]);
  stage.aws.configure({ latencyMs: 700 });
  const running = stage.start(["export", "--format=json", "plain"]);
  await stage.untilConnected();
  assert.equal((await stage.run(["clear", "plain"])).code, 0);
  assert.equal((await running.ended).code, 0);
  assert.deepEqual(stage.records(), []);
});

async function answer(stage: Stage, profile: string): Promise<Answer> {
  const given = await stage.ask(profile);
  assert.equal(given.code, 0, given.stderr);
  assert.equal(given.stderr, "");
  return given;
}

function changeByte(path: string, at: number): void {
  const bytes = Deno.readFileSync(path);
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = bytes[index]! ^ 1;
  Deno.writeFileSync(path, bytes);
}

function edit(path: string, pattern: RegExp, replacement: string): void {
  const bytes = Deno.readFileSync(path);
  const end = bytes.indexOf(10);
  const line = new TextDecoder().decode(bytes.subarray(0, end));
  const changed = line.replace(pattern, replacement);
  assert.notEqual(changed, line);
  Deno.writeFileSync(path, new Uint8Array([...new TextEncoder().encode(changed), ...bytes.subarray(end)]));
}
