import { strict as assert } from "node:assert";
import { clear } from "../../src/cli/commands/clear.ts";
import { fakeCommandDeps, now, type World } from "./fake_command_deps.ts";

const start = "https://example.awsapps.com/start";
const world = (): World => ({
  config: { dev: { sso_start_url: start }, prod: { sso_start_url: start }, plain: {} },
  tokens: [start, "https://other.example/start"],
  sessions: [
    { kind: "sso.GetRoleCredentials", profile: "dev", expiresAt: now },
    { kind: "sts.GetSessionToken", profile: "plain", expiresAt: now - 1 },
    { kind: "sts.AssumeRole", profile: "plain", expiresAt: now },
  ],
});

const rows: [profile: string | null, stdout: string, stderr: string][] = [
  [null, "Cleared 5 sessions\n", ""],
  ["plain", "Cleared 2 sessions\n", ""],
  ["dev", "Cleared 2 sessions\n", "aws-vault: the SSO sign-in was shared with prod\n"],
  ["nobody", "Cleared 0 sessions\n", ""],
];

for (const [profile, stdout, stderr] of rows) {
  Deno.test(`clear ${profile ?? "without a profile"} counts what it removed`, async () => {
    const deps = fakeCommandDeps(world());
    assert.equal(await clear({ profile, lock: false }, deps), 0);
    assert.equal(deps.stdout.text, stdout);
    assert.equal(deps.stderr.text, stderr);
  });
}

Deno.test("clear of everything reads no config file", async () => {
  const deps = fakeCommandDeps(world(), { config: () => Promise.reject(new Error("read")) });
  assert.equal(await clear({ profile: null, lock: false }, deps), 0);
});

Deno.test("clear of one profile without an SSO start URL opens no store for tokens", async () => {
  const deps = fakeCommandDeps(world(), { ssoTokens: () => Promise.reject(new Error("opened")) });
  assert.equal(await clear({ profile: "plain", lock: false }, deps), 0);
});

Deno.test("clear --lock removes nothing and says whether there was something to lock", async () => {
  const deps = fakeCommandDeps(world());
  assert.equal(await clear({ profile: null, lock: true }, deps), 0);
  assert.equal(await clear({ profile: null, lock: true }, deps), 0);
  assert.equal(deps.stdout.text, "Locked the cached sessions\nThe cached sessions are locked already\n");
  assert.equal((await (await deps.sessions()).list()).length, 3);
});

Deno.test("clear --lock of one profile is refused: one key seals all sessions", async () => {
  const deps = fakeCommandDeps(world());
  await assert.rejects(() => clear({ profile: "plain", lock: true }, deps), {
    code: "flag-conflict",
    kind: "usage",
  });
});
