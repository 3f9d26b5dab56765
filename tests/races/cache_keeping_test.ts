/** What becomes of cached sessions by themselves: they are found again for the same request alone, go when they have ended, and with their profile. */
import assert from "node:assert/strict";
import { FIRST_KEYS, raceTest, SERIAL } from "./stage.ts";

const ROLE = "arn:aws:iam::123456789012:role/";
const PLAIN_ROLE = `role_arn = ${ROLE}r0\nsource_profile = base\nmfa_serial = ${SERIAL}\n`;

/** What a user may change in config or environment between two calls, each of which changes the answer. */
const edits: [what: string, lines: string, env?: Readonly<Record<string, string>>][] = [
  ["another role", PLAIN_ROLE.replace("r0", "r1")],
  ["another duration", `${PLAIN_ROLE}duration_seconds = 1800\n`],
  ["another duration by variable", PLAIN_ROLE, { AWS_ASSUME_ROLE_TTL: "20m" }],
  ["a session name", `${PLAIN_ROLE}role_session_name = me\n`],
  ["an external id", `${PLAIN_ROLE}external_id = x-1\n`],
  ["tags", `${PLAIN_ROLE}session_tags = team=a\n`],
  ["transitive tags", `${PLAIN_ROLE}session_tags = team=a\ntransitive_session_tags = team\n`],
  ["a source identity", `${PLAIN_ROLE}source_identity = me\n`],
  ["a region", `${PLAIN_ROLE}region = eu-west-1\n`, { AWS_REGION: "" }],
  ["a source with other keys", PLAIN_ROLE.replace("source_profile = base", "source_profile = second")],
];

raceTest(
  "a request that is changed in any way gets an answer of its own, and the old one when it is changed back",
  async (stage) => {
    await stage.add("second", FIRST_KEYS);
    const config = (lines: string) =>
      Deno.writeTextFileSync(
        `${stage.folder}/config`,
        `[profile base]\nmfa_serial = ${SERIAL}\n[profile second]\nmfa_serial = ${SERIAL}\n[profile edited]\n${lines}`,
      );
    config(PLAIN_ROLE);
    const first = await stage.ask("edited");
    assert.equal(first.code, 0, first.stderr);
    const seen = new Map([[first.stdout, "nothing"]]);
    for (const [what, lines, env = {}] of edits) {
      config(lines);
      const answer = await stage.ask("edited", env);
      assert.equal(answer.code, 0, `${what}: ${answer.stderr}`);
      assert.equal(
        seen.get(answer.stdout),
        undefined,
        `${what} got the answer of ${seen.get(answer.stdout)}`,
      );
      seen.set(answer.stdout, what);
      assert.equal((await stage.ask("edited", env)).stdout, answer.stdout, `${what}: not the same again`);
    }
    config(PLAIN_ROLE);
    const calls = stage.aws.calls.length;
    assert.equal((await stage.ask("edited")).stdout, first.stdout);
    assert.equal(stage.aws.calls.length, calls);
  },
);

raceTest("another MFA device: nothing is answered that came of the first one", async (stage) => {
  const first = await stage.ask("base");
  const other = `${SERIAL}2`;
  stage.aws.configure({
    users: [{ name: "u", keys: [FIRST_KEYS], mfa: { serial: other, codes: ["100002", "100003"] } }],
  });
  const answer = await stage.ask("base", { AWS_MFA_SERIAL: other });
  assert.equal(answer.code, 0, answer.stderr);
  assert.notEqual(answer.stdout, first.stdout);
  assert.equal(stage.callsOf("GetSessionToken").at(-1)!.parameters.SerialNumber, other);
});

/** Names as aws-vault gives them: kind, profile and device in base64url, expiry; `/` and `%` escaped in the name of the file. */
const GO_SESSIONS = {
  plain: "sts.GetSessionToken,cGxhaW4,,4102444800",
  base: "sts.AssumeRole,YmFzZQ,YXJuOmF3czppYW06OjEyMzQ1Njc4OTAxMjptZmEvdQ,4102444800",
};

for (
  const [command, gone] of [
    [["clear", "plain"], ["plain"]],
    [["remove", "--force", "plain"], ["plain"]],
    [["remove", "--sessions-only", "plain"], ["plain"]],
    [["clear"], ["plain", "base"]],
  ] as const
) {
  raceTest(
    `${command.join(" ")} takes aws-vault's own sessions too, of ${gone.join(" and ")}`,
    async (stage) => {
      const keys = `${stage.folder}/keys`;
      for (const name of Object.values(GO_SESSIONS)) Deno.copyFileSync(`${keys}/plain`, `${keys}/${name}`);
      await stage.ask("plain");
      const list = await stage.run(["list"]);
      assert.match(list.stdout, /^plain +plain +sts\.GetSessionToken:[^,]*, sts\.GetSessionToken:/m);
      assert.match(list.stdout, /^base +base +sts\.AssumeRole:/m);
      const { code, stdout, stderr } = await stage.run(command);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`\\b${gone.length + 1} sessions\\b`));
      const left = [...Deno.readDirSync(keys)].map(({ name }) => name);
      for (const profile of ["plain", "base"] as const) {
        assert.equal(left.includes(GO_SESSIONS[profile]), !(gone as readonly string[]).includes(profile));
      }
      assert.deepEqual(stage.records(), []);
    },
  );
}

raceTest(
  "what a store shows from under another prefix is no session: neither listed nor cleared",
  async (stage) => {
    const keys = `${stage.folder}/keys`;
    const foreign = `av%2F${GO_SESSIONS.plain}`;
    Deno.copyFileSync(`${keys}/plain`, `${keys}/${foreign}`);
    const list = await stage.run(["list"]);
    assert.equal(list.code, 0, list.stderr);
    assert.doesNotMatch(list.stdout, /av\//);
    const { code, stdout, stderr } = await stage.run(["clear"]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "Cleared 0 sessions\n");
    assert.ok([...Deno.readDirSync(keys)].some(({ name }) => name === foreign));
  },
);

raceTest("what has ended is swept by a call that is slow anyway, never by a cached one", async (stage) => {
  Deno.mkdirSync(stage.cache, { mode: 0o700 });
  const header = (expiresAt: number) =>
    JSON.stringify({
      format: "aws-vault session 1",
      kind: "sts.AssumeRole",
      profile: "x",
      involved: ["x"],
      issuedAt: 1,
      expiresAt,
      keyId: "k",
    });
  const [ended, alive, damaged] = [
    `${"e".repeat(64)}.session`,
    `${"a".repeat(64)}.session`,
    `${"d".repeat(64)}.session.damaged`,
  ];
  const put = (name: string, text: string) => Deno.writeTextFileSync(`${stage.cache}/${name}`, text);
  const there = (name: string) => [...Deno.readDirSync(stage.cache)].some((entry) => entry.name === name);
  put(ended, `${header(Date.now() - 1_000)}\n`);
  put(alive, `${header(Date.now() + 3_600_000)}\n`);
  put(damaged, "");
  const dayAgo = Date.now() / 1000 - 25 * 3600;
  Deno.utimeSync(`${stage.cache}/${damaged}`, dayAgo, dayAgo);
  await stage.ask("plain");
  assert.deepEqual([ended, alive, damaged].map(there), [false, true, false]);

  put(ended, `${header(Date.now() - 1_000)}\n`);
  await stage.ask("plain");
  assert.ok(there(ended), "a cached answer swept");
  await stage.ask("base");
  assert.ok(there(ended), "swept again within the hour");
  const hourAgo = Date.now() / 1000 - 3_700;
  Deno.utimeSync(`${stage.cache}/swept`, hourAgo, hourAgo);
  await stage.run(["clear", "base"]);
  await stage.ask("base");
  assert.ok(!there(ended));
});
