import assert from "node:assert/strict";
import { type AssumeRoleInput, checkAssumeRole, checkGetSessionToken } from "../../src/aws/sts_parameters.ts";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";

const ROLE: AssumeRoleInput = {
  roleArn: "arn:aws:iam::123456789012:role/reader",
  sessionName: "alice",
  durationSeconds: 3600,
  externalId: null,
  sourceIdentity: null,
  tags: [],
  transitiveTagKeys: [],
  mfa: null,
};
const mfa = (code: string, serial = "arn:aws:iam::123456789012:mfa/alice") => ({
  mfa: { serial, code: new Secret(code) },
});
const tags = (count: number): [string, string][] => Array.from({ length: count }, (_, i) => [`k${i}`, ""]);

const GOOD: readonly [what: string, part: Partial<AssumeRoleInput>][] = [
  ["a plain role", {}],
  ["the shortest role ARN", { roleArn: "arn:aws:iam::1:role/" }],
  ["the longest role ARN", { roleArn: "r".repeat(2048) }],
  ["a session name of 2 characters", { sessionName: "a_" }],
  ["a session name of 64 characters", { sessionName: "+=,.@-".padEnd(64, "x") }],
  ["15 minutes", { durationSeconds: 900 }],
  ["12 hours", { durationSeconds: 43_200 }],
  ["an external id with a slash and a colon", { externalId: "a:/b" }],
  ["the longest external id", { externalId: "x".repeat(1224) }],
  ["a hardware device", mfa("012345", "GAHT12345678")],
  ["tags in any script, with an empty value", { tags: [["größe 1", "日本 a_.:/=+-@"], ["k", ""]] }],
  ["fifty tags", { tags: tags(50), transitiveTagKeys: tags(50).map(([key]) => key) }],
  ["a tag key of 128 characters outside the basic plane", { tags: [["𝐀".repeat(128), ""]] }],
];
for (const [what, part] of GOOD) {
  Deno.test(`checkAssumeRole lets through ${what}`, () => checkAssumeRole({ ...ROLE, ...part }));
}

Deno.test("checkAssumeRole says in the flag's own units what it takes", () => {
  assert.throws(() => checkAssumeRole({ ...ROLE, durationSeconds: 300 }), {
    hints: ["it may be 15m to 12h, see --duration"],
  });
});

const BAD: readonly [field: string, what: string, part: Partial<AssumeRoleInput>][] = [
  ["role_arn", "too short", { roleArn: "arn:aws:iam::1:role" }],
  ["role_arn", "too long", { roleArn: "r".repeat(2049) }],
  ["role_arn", "a line break", { roleArn: `${ROLE.roleArn}\nhunter2` }],
  ["role_session_name", "too short", { sessionName: "a" }],
  ["role_session_name", "too long", { sessionName: "a".repeat(65) }],
  ["role_session_name", "a blank", { sessionName: "a hunter2" }],
  ["role_session_name", "a line end", { sessionName: "alice\n" }],
  ["role_session_name", "a letter outside of ASCII", { sessionName: "jürgen" }],
  ["duration", "too short", { durationSeconds: 899 }],
  ["duration", "too long", { durationSeconds: 43_201 }],
  ["duration", "a fraction", { durationSeconds: 1000.5 }],
  ["duration", "no number", { durationSeconds: NaN }],
  ["external_id", "too short", { externalId: "x" }],
  ["external_id", "too long", { externalId: "x".repeat(1225) }],
  ["external_id", "a character AWS does not allow", { externalId: "hunter2!" }],
  ["source_identity", "reserved", { sourceIdentity: "aws:hunter2" }],
  ["source_identity", "too short", { sourceIdentity: "x" }],
  ["mfa_serial", "too short", mfa("123456", "12345678")],
  ["mfa_serial", "too long", mfa("123456", "1".repeat(257))],
  ["mfa_serial", "a blank", mfa("123456", "arn:aws:iam::1:mfa/a b")],
  ["session_tags", "too many", { tags: tags(51) }],
  ["session_tags", "a key twice in different case", { tags: [["Team", "a"], ["team", "b"]] }],
  ["session_tags: key", "empty", { tags: [["", "v"]] }],
  ["session_tags: key", "too long", { tags: [["k".repeat(129), ""]] }],
  ["session_tags: value", "too long", { tags: [["k", "v".repeat(257)]] }],
  ["session_tags: value", "a character AWS does not allow", { tags: [["k", "hunter2#"]] }],
  ["transitive_session_tags", "too many", { transitiveTagKeys: tags(51).map(([key]) => key) }],
  ["transitive_session_tags: key", "empty", { transitiveTagKeys: [""] }],
];
for (const [field, what, part] of BAD) {
  Deno.test(`checkAssumeRole refuses ${field}: ${what}`, () => {
    assert.throws(() => checkAssumeRole({ ...ROLE, ...part }), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.kind], ["sts-parameter-invalid", "config"]);
      assert.ok(error.message.startsWith(`${field}: `), error.message);
      assert.ok(!error.message.includes("hunter2"));
      return true;
    });
  });
}

for (const code of ["", "12345", "1234567", "12345a", "１２３４５６", "123456\n", " 123456"]) {
  Deno.test(`the MFA code ${JSON.stringify(code)} is refused without showing it`, () => {
    for (
      const check of [
        () => checkAssumeRole({ ...ROLE, ...mfa(code) }),
        () => checkGetSessionToken({ durationSeconds: 900, ...mfa(code) }),
      ]
    ) {
      assert.throws(check, {
        code: "mfa-code-invalid",
        kind: "usage",
        message: "the MFA code must be exactly 6 digits",
      });
    }
  });
}

for (const [seconds, good] of [[899, false], [900, true], [129_600, true], [129_601, false]] as const) {
  Deno.test(`checkGetSessionToken ${good ? "lets through" : "refuses"} ${seconds} seconds`, () => {
    const check = () => checkGetSessionToken({ durationSeconds: seconds, mfa: null });
    if (good) check();
    else assert.throws(check, { code: "sts-parameter-invalid" });
  });
}
