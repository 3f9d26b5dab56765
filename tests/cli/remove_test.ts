import { strict as assert } from "node:assert";
import { remove } from "../../src/cli/commands/remove.ts";
import { AppError } from "../../src/errors.ts";
import { fakeCommandDeps, now, type World } from "./fake_command_deps.ts";

const question = 'ask Delete the access key of profile "work"?';
const sessions: World["sessions"] = [
  { kind: "sts.GetSessionToken", profile: "work", expiresAt: now },
  { kind: "sts.GetSessionToken", profile: "other", expiresAt: now },
];
const deleted = 'Deleted the access key of profile "work"\n';

const rows: [
  name: string,
  world: World,
  flags: { force?: boolean; sessionsOnly?: boolean },
  stdout: string,
  stored: string[],
  events: string[],
][] = [
  [
    "removes key and sessions after a y",
    { answers: ["y"], sessions },
    {},
    `${deleted}Deleted 1 session of profile "work"\n`,
    [
      "x",
    ],
    [question],
  ],
  ["deletes nothing after a no, silently", { answers: ["n"], sessions }, {}, "", ["work", "x"], [question]],
  ["asks nothing with --force", { answers: null }, { force: true }, deleted, ["x"], []],
  [
    "keeps the key with --sessions-only",
    { answers: null, sessions },
    { sessionsOnly: true },
    'Deleted 1 session of profile "work"\n',
    [
      "work",
      "x",
    ],
    [],
  ],
  [
    "tells of no sessions with --sessions-only",
    { answers: null },
    { sessionsOnly: true },
    'Deleted 0 sessions of profile "work"\n',
    [
      "work",
      "x",
    ],
    [],
  ],
];

for (const [name, world, { force = false, sessionsOnly = false }, stdout, left, events] of rows) {
  Deno.test(`remove ${name}`, async () => {
    const stored = ["work", "x"];
    const deps = fakeCommandDeps({ ...world, stored });
    assert.equal(await remove({ profile: "work", force, sessionsOnly }, deps), 0);
    assert.equal(deps.stdout.text, stdout);
    assert.deepEqual(stored, left);
    assert.deepEqual(deps.events, events);
  });
}

Deno.test("remove refuses a profile without a key, and keeps its sessions", async () => {
  const deps = fakeCommandDeps({ sessions: sessions ?? [] });
  await assert.rejects(remove({ profile: "work", force: true, sessionsOnly: false }, deps), {
    code: "key-missing",
  });
  assert.equal((await (await deps.sessions()).list()).length, 2);
});

Deno.test("remove without a terminal names the flag that needs none, and deletes nothing", async () => {
  const stored = ["work"];
  const deps = fakeCommandDeps({ answers: null, stored });
  await assert.rejects(
    remove({ profile: "work", force: false, sessionsOnly: false }, deps),
    (error: AppError) => {
      assert.equal(error.code, "confirmation-unavailable");
      assert.equal(error.hints[0], "give --force to delete without being asked");
      return true;
    },
  );
  assert.deepEqual(stored, ["work"]);
});

Deno.test("remove passes on that the user cancelled", async () => {
  const deps = fakeCommandDeps({ stored: ["work"] }, {
    confirm: () => Promise.reject(new AppError("prompt-cancelled", "cancelled", "cancelled")),
  });
  await assert.rejects(remove({ profile: "work", force: false, sessionsOnly: false }, deps), {
    code: "prompt-cancelled",
  });
});

Deno.test("remove clears sessions before the key goes, and once more after, for what was made meanwhile", async () => {
  const done: string[] = [];
  const stored = ["work"];
  const world = fakeCommandDeps({ answers: null, stored });
  const deps = {
    ...world,
    sessions: async () => ({
      ...await world.sessions(),
      clear: (profile: string | null) => {
        done.push(`clear ${profile} with ${stored.length} keys`);
        return Promise.resolve(1);
      },
    }),
  };
  assert.equal(await remove({ profile: "work", force: true, sessionsOnly: false }, deps), 0);
  assert.deepEqual(done, ["clear work with 1 keys", "clear work with 0 keys"]);
  assert.equal(world.stdout.text, `${deleted}Deleted 2 sessions of profile "work"\n`);
});

Deno.test("remove says that there is no key before it would have to ask", async () => {
  const deps = fakeCommandDeps({ answers: null });
  await assert.rejects(remove({ profile: "work", force: false, sessionsOnly: false }, deps), {
    code: "key-missing",
  });
  assert.deepEqual(deps.events, []);
});
