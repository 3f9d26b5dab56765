import assert from "node:assert/strict";
import {
  classifyItemName,
  formatSessionItemName,
  oidcItemName,
  parseOidcItemName,
  parseSessionItemName,
} from "../../src/vault/item_names.ts";

const SERIAL = "arn:aws:iam::123456789012:mfa/jonsmith";
const SERIAL_FIELD = "YXJuOmF3czppYW06OjEyMzQ1Njc4OTAxMjptZmEvam9uc21pdGg";

const SESSIONS = [
  [`sts.GetSessionToken,am9uc21pdGg,${SERIAL_FIELD},1767225600`, "sts.GetSessionToken", "jonsmith", SERIAL],
  ["sts.GetSessionToken,am9uc21pdGg,,1767225600", "sts.GetSessionToken", "jonsmith", ""],
  [`sts.AssumeRole,Zm9vLWFkbWlu,${SERIAL_FIELD},1767225600`, "sts.AssumeRole", "foo-admin", SERIAL],
  [
    "sso.GetRoleCredentials,c3NvLWRldg,aHR0cHM6Ly9leGFtcGxlLmF3c2FwcHMuY29tL3N0YXJ0,1767225600",
    "sso.GetRoleCredentials",
    "sso-dev",
    "https://example.awsapps.com/start",
  ],
  ["credential_process,Y3A,,1767225600", "credential_process", "cp", ""],
  ["sts.AssumeRole,dGVhbSBhL_CflJE,YQ,1767225600", "sts.AssumeRole", "team a/🔑", "a"],
] as const;

Deno.test("formatSessionItemName and parseSessionItemName agree with aws-vault's names", () => {
  for (const [name, type, profile, mfa] of SESSIONS) {
    const session = { type, profile, mfa, expiresAtSeconds: 1767225600 };
    assert.equal(formatSessionItemName(session), name);
    assert.deepEqual(parseSessionItemName(name), session);
  }
});

Deno.test("classifyItemName knows the current session form, the three old ones, SSO tokens, and takes the rest for access keys", () => {
  const rows: readonly (readonly [string, ReturnType<typeof classifyItemName>])[] = [
    ...SESSIONS.map(([name]) => [name, "session"] as const),
    ["anything at all,YQ,,0", "session"],
    ["sts.AssumeRole,YQ,,9223372036854775807", "session"],
    ["sts.AssumeRole,YQ,,9223372036854775808", "access-key"],
    ["sts.AssumeRole,YQ,,", "access-key"],
    ["sts.AssumeRole,,,1767225600", "access-key"],
    ["sts.AssumeRole,YQ==,,1767225600", "access-key"],
    ["sts.AssumeRole,a+b/,,1767225600", "access-key"],
    ["sts.AssumeRole,abcde,,1767225600", "access-key"],
    ["sts.AssumeRole,YQ,,-1", "access-key"],
    ["sts.AssumeRole,YQ,,1767225600,", "access-key"],
    ["sts.AssumeRole,YQ,,1767225600\n", "access-key"],
    [",YQ,,1767225600", "access-key"],
    ["session,am9u,YXJu,1500000000", "old-session"],
    ["session,am9u,,15", "old-session"],
    ["session,am9u,,1", "session"],
    ["session:am9u:YXJu:ff00", "old-session"],
    ["session:am9u::ff00", "old-session"],
    ["session:a b::ff00", "access-key"],
    ["session:am9u:x:", "access-key"],
    ["prod session (1)", "old-session"],
    ["prod session (1500000000)", "old-session"],
    ["prod session ()", "access-key"],
    ["prod session (1) ", "access-key"],
    [" session (1)", "access-key"],
    ["prod\nx session (1)", "access-key"],
    ["oidc:https://example.awsapps.com/start", "oidc-token"],
    ["oidc:", "oidc-token"],
    ["OIDC:x", "access-key"],
    ["work", "access-key"],
    ["a,b,c", "access-key"],
    ["comma,comma", "access-key"],
  ];
  for (const [name, kind] of rows) assert.equal(classifyItemName(name), kind, JSON.stringify(name));
});

Deno.test("parseSessionItemName leaves old sessions to be removed, not read", () => {
  assert.equal(parseSessionItemName("session,am9u,YXJu,1500000000"), null);
  assert.equal(parseSessionItemName("work"), null);
});

Deno.test("oidcItemName keeps the start URL as it is", () => {
  const url = "https://example.awsapps.com/start/#/";
  assert.equal(oidcItemName(url), "oidc:https://example.awsapps.com/start/#/");
  assert.equal(parseOidcItemName(oidcItemName(url)), url);
  assert.equal(parseOidcItemName("work"), null);
});
