import assert from "node:assert/strict";
import { importKeys } from "../../src/cli/commands/import.ts";
import type { AccessKeys } from "../../src/cli/deps.ts";
import type { Finding, FoundKey } from "../../src/imports/found_key.ts";
import { Secret } from "../../src/secret.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { fakeCommandDeps, now, secretKey, type World } from "./fake_command_deps.ts";

const id = "AKIAIOSFODNN7EXAMPLE";
const key = (profile: string): FoundKey => ({
  profile,
  accessKeyId: id,
  secretAccessKey: new Secret(secretKey),
});
const input = {
  profiles: [],
  from: "credentials-file",
  file: null,
  program: null,
  fromBackend: null,
  dryRun: false,
  overwrite: false,
  yes: true,
  removeSource: true,
  addConfig: true,
} as const;
type Input = Parameters<typeof importKeys>[0];

Deno.test("import writes, reads back, and only then removes", async () => {
  const { deps } = setUp([key("a"), key("b")]);
  assert.equal(await importKeys(input, deps), 0);
  assert.deepEqual(deps.events, [
    "write a",
    "read a",
    "save a {}",
    "write b",
    "read b",
    "save b {}",
    "remove from file: a b",
  ]);
  assert.match(deps.stdout.text, /\nImported "a"\nImported "b"\nRemoved 2 access keys from the file\n$/);
});

const rows: { name: string; input?: Partial<Input>; world?: World; stored?: string[]; events: string[] }[] = [
  { name: "changes nothing with --dry-run", input: { dryRun: true }, events: [] },
  {
    name: "changes nothing after a no",
    input: { yes: false, removeSource: false },
    world: { answers: ["n"] },
    events: ["ask Import 1 access key into the store in memory?"],
  },
  {
    name: "asks twice",
    input: { yes: false, removeSource: false },
    world: { answers: ["y", "y"] },
    events: [
      "ask Import 1 access key into the store in memory?",
      "write a",
      "read a",
      "save a {}",
      "ask Remove 1 access key from the file?",
      "remove from file: a",
    ],
  },
  {
    name: "does not remove with --yes alone",
    input: { removeSource: false },
    events: ["write a", "read a", "save a {}"],
  },
  {
    name: "leaves the config file alone with --no-add-config",
    input: { addConfig: false, removeSource: false },
    events: ["write a", "read a"],
  },
  {
    name: "leaves a profile of the config file alone",
    input: { removeSource: false },
    world: { config: { a: {} } },
    events: ["write a", "read a"],
  },
  {
    name: "finds the same key in the store, and then may remove it from the file",
    stored: ["a"],
    events: ["read a", "remove from file: a"],
  },
];

for (const row of rows) {
  Deno.test(`import ${row.name}`, async () => {
    const { deps } = setUp([key("a")], row.world, row.stored);
    assert.equal(await importKeys({ ...input, ...row.input }, deps), 0);
    assert.deepEqual(deps.events, row.events);
  });
}

Deno.test("import does not remove a key that the store does not give back", async () => {
  const { deps, items } = setUp([key("a")]);
  const shelf = await deps.accessKeys();
  const lying = {
    ...shelf,
    write: () => Promise.resolve(void items.set("a", { ...key("a"), accessKeyId: "AKIAOTHER" })),
  };
  await assert.rejects(importKeys(input, { ...deps, accessKeys: () => Promise.resolve(lying) }), {
    code: "import-unverified",
  });
  assert.ok(!deps.events.some((event) => event.startsWith("remove")));
});

Deno.test("import stops at the first failure and removes nothing", async () => {
  const { deps } = setUp([key("a"), key("b")]);
  const shelf = await deps.accessKeys();
  const write = (profile: string, keys: FoundKey) =>
    profile === "b" ? Promise.reject(new StoreError("locked", "no")) : shelf.write(profile, keys);
  const failing = { ...shelf, write } as AccessKeys;
  await assert.rejects(importKeys(input, { ...deps, accessKeys: () => Promise.resolve(failing) }), {
    code: "store-locked",
  });
  assert.deepEqual(deps.events, ["write a", "read a", "save a {}"]);
});

Deno.test("import clears the sessions of a key that it replaces", async () => {
  const world = { sessions: [{ kind: "sts.GetSessionToken" as const, profile: "a", expiresAt: now }] };
  const { deps, items } = setUp([key("a")], world, ["a"]);
  items.set("a", { ...key("a"), accessKeyId: "AKIAOTHEROTHEROTHER1" });
  assert.equal(await importKeys({ ...input, overwrite: true }, deps), 0);
  assert.deepEqual(await (await deps.sessions()).list(), []);
});

Deno.test("import fails when a profile that was named is skipped", async () => {
  const { deps } = setUp([key("a"), { profile: "t", reason: "it is temporary" }]);
  await assert.rejects(importKeys({ ...input, profiles: ["a", "t"] }, deps), {
    code: "import-skipped",
    message: 'profile "t" was not imported: it is temporary',
  });
  assert.ok(deps.events.includes("remove from file: a"));
});

Deno.test("import says so when there is nothing, and shows foreign names escaped", async () => {
  const nothing = setUp([]);
  assert.equal(await importKeys(input, nothing.deps), 0);
  assert.equal(nothing.deps.stdout.text, "No access keys in the file\n");
  const hostile = setUp([{ profile: "a\x1b[2J", reason: "it is bad" }]);
  await importKeys(input, hostile.deps);
  assert.ok(!hostile.deps.stdout.text.includes("\x1b"));
  assert.ok(hostile.deps.stdout.text.includes("a\\x1b[2J"));
});

function setUp(findings: readonly Finding[], world: World = {}, stored: readonly string[] = []) {
  const items = new Map<string, FoundKey>(stored.map((name) => [name, key(name)]));
  const deps = fakeCommandDeps(world, {
    openKeySource: () =>
      Promise.resolve({
        place: "the file",
        findings,
        remove: (keys) => {
          const removed = keys.map(({ profile }) => profile);
          deps.events.push(`remove from file: ${removed.join(" ")}`);
          return Promise.resolve({ removed, notices: [] });
        },
      }),
    accessKeys: () =>
      Promise.resolve({
        place: "store in memory",
        profiles: () => Promise.resolve([...items.keys()]),
        has: (profile) => Promise.resolve(items.has(profile)),
        read: (profile) => {
          deps.events.push(`read ${profile}`);
          const found = items.get(profile);
          return Promise.resolve(
            found === undefined ? null : { ...found, sessionToken: null, expiresAt: null, accountId: null },
          );
        },
        write: (profile, keys) => {
          deps.events.push(`write ${profile}`);
          items.set(profile, { profile, ...keys });
          return Promise.resolve();
        },
        remove: (profile) => Promise.resolve(items.delete(profile)),
      }),
  });
  return { deps, items };
}

Deno.test("import warns of a secret of another length than AWS's without showing it", async () => {
  const { deps } = setUp([key("a"), { ...key("b"), secretAccessKey: new Secret("wJalr") }]);
  assert.equal(await importKeys(input, deps), 0);
  assert.equal(
    deps.stderr.text,
    'aws-vault: warning: profile "b": the secret access key has 5 characters, those of AWS have 40: was it cut off?\n',
  );
});
