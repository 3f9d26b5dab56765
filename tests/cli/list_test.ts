import { strict as assert } from "node:assert";
import { list } from "../../src/cli/commands/list.ts";
import { AppError } from "../../src/errors.ts";
import { fakeCommandDeps, now, type World } from "./fake_command_deps.ts";

const start = "https://example.awsapps.com/start";

/** The three rows of the reference table. */
const world: World = {
  config: { jonsmith: {}, "sso-dev": { sso_session: "my-sso" } },
  ssoSessions: { "my-sso": start },
  stored: ["jonsmith", "orphan"],
  tokens: [start],
  sessions: [
    { kind: "sts.GetSessionToken", profile: "jonsmith", expiresAt: now + 3570_900 },
    { kind: "sso.GetRoleCredentials", profile: "sso-dev", expiresAt: now + (4 * 3600 - 2) * 1000 },
  ],
};

const flags = { profiles: false, sessions: false, credentials: false, json: false };

async function output(world: World, given: Partial<typeof flags> = {}): Promise<string> {
  const deps = fakeCommandDeps(world);
  assert.equal(await list({ ...flags, ...given }, deps), 0);
  assert.equal(deps.stderr.text, "");
  return deps.stdout.text;
}

function table(...lines: string[]): string {
  return lines.map((line) => `${line.replaceAll("·", " ")}\n`).join("");
}

Deno.test("list prints the table with every cell padded", async () => {
  assert.equal(
    await output(world),
    table(
      "Profile··················Credentials··············Sessions······································",
      "=======··················===========··············========······································",
      "jonsmith·················jonsmith·················sts.GetSessionToken:59m30s····················",
      "sso-dev··················-························oidc:my-sso,·sso.GetRoleCredentials:3h59m58s··",
      "-························orphan···················-·············································",
    ),
  );
});

Deno.test("list prints only the head of an empty table", async () => {
  assert.equal(
    await output({}),
    table(
      "Profile··················Credentials··············Sessions·················",
      "=======··················===========··············========·················",
    ),
  );
});

Deno.test("list puts tokens and sessions of no profile last, each on a row, expired ones included", async () => {
  const text = await output({
    config: { a: {} },
    tokens: ["https://user@acme.example:444/start#/", "odd"],
    sessions: [
      { kind: "sts.AssumeRole", profile: "gone", expiresAt: now - 300_000 },
      { kind: "sts.AssumeRole", profile: "a", expiresAt: now + 999 },
      { kind: "sts.AssumeRole", profile: "gone", expiresAt: now - 300_000 },
    ],
  });
  assert.deepEqual(text.split("\n").slice(2).map((line) => line.trimEnd().split(/ {2,}/)), [
    ["a", "-", "sts.AssumeRole:0s"],
    ["-", "-", "oidc:acme.example:444"],
    ["-", "-", "oidc:odd"],
    ["-", "-", "sts.AssumeRole:-5m0s"],
    ["-", "-", "sts.AssumeRole:-5m0s"],
    [""],
  ]);
});

Deno.test("list counts widths in code points and escapes what a terminal would obey", async () => {
  const text = await output({ config: { ["é".repeat(30)]: {}, "𝒳": {}, "\x1b[2J": {} } });
  const lines = text.split("\n");
  assert.equal(lines[2]?.slice(0, 33), `${"é".repeat(30)}  -`);
  assert.equal(lines[3]?.indexOf("-"), 33);
  assert.match(lines[4] ?? "", /^\\x1b\[2J +-/);
});

const nameRows: [name: string, given: Partial<typeof flags>, expected: string][] = [
  ["--profiles", { profiles: true }, "jonsmith\nsso-dev\n"],
  ["--credentials", { credentials: true }, "jonsmith\norphan\n"],
  [
    "--sessions",
    { sessions: true },
    "oidc:my-sso\nsts.GetSessionToken:59m30s\nsso.GetRoleCredentials:3h59m58s\n",
  ],
  [
    "--credentials before --profiles",
    { credentials: true, profiles: true, sessions: true },
    "jonsmith\norphan\n",
  ],
  ["--profiles before --sessions", { profiles: true, sessions: true }, "jonsmith\nsso-dev\n"],
];

for (const [name, given, expected] of nameRows) {
  Deno.test(`list prints names by line: ${name}`, async () => {
    assert.equal(await output(world, given), expected);
  });
}

Deno.test("list --profiles opens no store, list --credentials reads no config", async () => {
  const closed = () => Promise.reject(new Error("opened"));
  const profiles = fakeCommandDeps(world, { accessKeys: closed, sessions: closed, ssoTokens: closed });
  assert.equal(await list({ ...flags, profiles: true }, profiles), 0);
  const credentials = fakeCommandDeps(world, { config: closed, sessions: closed, ssoTokens: closed });
  assert.equal(await list({ ...flags, credentials: true }, credentials), 0);
});

Deno.test("list --json prints the table's rows", async () => {
  assert.deepEqual(JSON.parse(await output(world, { json: true })), [
    {
      profile: "jonsmith",
      credentials: "jonsmith",
      ssoTokens: [],
      sessions: [{ kind: "sts.GetSessionToken", profile: "jonsmith", expiration: "2026-01-01T00:59:30Z" }],
    },
    {
      profile: "sso-dev",
      credentials: null,
      ssoTokens: [{ startUrl: start }],
      sessions: [{ kind: "sso.GetRoleCredentials", profile: "sso-dev", expiration: "2026-01-01T03:59:58Z" }],
    },
    { profile: null, credentials: "orphan", ssoTokens: [], sessions: [] },
  ]);
});

Deno.test("list of a store that can't be listed while it is locked: the rest without a prompt, and one notice", async () => {
  const locked = () => Promise.reject(new AppError("store-locked", "locked", "the keyring is locked"));
  for (
    const [given, text] of [
      [{}, /^jonsmith +- +sts\.GetSessionToken:59m30s/m],
      [{ sessions: true }, /^sts\.GetSessionToken:59m30s$/m],
      [{ json: true }, /"kind": "sts\.GetSessionToken"/],
    ] as const
  ) {
    const deps = fakeCommandDeps(world, { ssoTokens: locked, accessKeys: locked });
    assert.equal(await list({ ...flags, ...given }, deps), 0);
    assert.match(deps.stdout.text, text);
    assert.equal(
      deps.stderr.text,
      "aws-vault: the secret store is locked: what is stored in it is not listed\n",
    );
  }
  const deps = fakeCommandDeps(world, { accessKeys: locked });
  await assert.rejects(() => list({ ...flags, credentials: true }, deps), { code: "store-locked" });
});

Deno.test("list says that the config file has lines that it can't read, and lists the rest", async () => {
  const deps = fakeCommandDeps({
    ...world,
    mistakes: ["/config:3: a section header must end with ]", "/config:5: x"],
  });
  assert.equal(await list({ ...flags, profiles: true }, deps), 0);
  assert.equal(deps.stdout.text, "jonsmith\nsso-dev\n");
  assert.equal(
    deps.stderr.text,
    "aws-vault: /config:3: a section header must end with ] (and 1 more, see aws-vault doctor)\n",
  );
});
