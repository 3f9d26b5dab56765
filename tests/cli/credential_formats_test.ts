import { strict as assert } from "node:assert";
import { type CredentialFormat, formatCredentials } from "../../src/cli/credential_formats.ts";
import { secretKey, temporary } from "./fake_command_deps.ts";

const token = "FwoGZXIvYXdzEXAMPLETOKEN==";
const full = { profile: "jonsmith", credentials: temporary, region: "eu-west-1" };
const bare = {
  profile: "jonsmith",
  credentials: { ...temporary, sessionToken: null, expiresAt: null },
  region: null,
};

const rows: [name: string, format: CredentialFormat, what: typeof full | typeof bare, text: string][] = [
  [
    "env",
    "env",
    full,
    `AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
AWS_SECRET_ACCESS_KEY=${secretKey}
AWS_SESSION_TOKEN=${token}
AWS_CREDENTIAL_EXPIRATION=2026-01-01T01:00:00Z
AWS_REGION=eu-west-1
AWS_DEFAULT_REGION=eu-west-1
`,
  ],
  [
    "env of long-lived keys",
    "env",
    bare,
    `AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
AWS_SECRET_ACCESS_KEY=${secretKey}
`,
  ],
  [
    "env without a region that is empty",
    "env",
    { ...bare, region: "" },
    `AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
AWS_SECRET_ACCESS_KEY=${secretKey}
`,
  ],
  [
    "export-env",
    "export-env",
    full,
    `export AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
export AWS_SECRET_ACCESS_KEY=${secretKey}
export AWS_SESSION_TOKEN=${token}
export AWS_CREDENTIAL_EXPIRATION=2026-01-01T01:00:00Z
export AWS_REGION=eu-west-1
export AWS_DEFAULT_REGION=eu-west-1
`,
  ],
  [
    "export-env of a region that a shell would run",
    "export-env",
    { ...bare, region: "$(id) it's" },
    `export AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
export AWS_SECRET_ACCESS_KEY=${secretKey}
export AWS_REGION='$(id) it'\\''s'
export AWS_DEFAULT_REGION='$(id) it'\\''s'
`,
  ],
  [
    "json",
    "json",
    full,
    `{
  "Version": 1,
  "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
  "SecretAccessKey": "${secretKey}",
  "SessionToken": "${token}",
  "Expiration": "2026-01-01T01:00:00Z"
}
`,
  ],
  [
    "json of long-lived keys",
    "json",
    bare,
    `{
  "Version": 1,
  "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
  "SecretAccessKey": "${secretKey}"
}
`,
  ],
  [
    "ini",
    "ini",
    full,
    `[jonsmith]
aws_access_key_id=ASIAIOSFODNN7EXAMPLE
aws_secret_access_key=${secretKey}
aws_session_token=${token}
aws_credential_expiration=2026-01-01T01:00:00Z
region=eu-west-1
`,
  ],
  [
    "ini of long-lived keys",
    "ini",
    { ...bare, profile: "DEFAULT" },
    `[DEFAULT]
aws_access_key_id=ASIAIOSFODNN7EXAMPLE
aws_secret_access_key=${secretKey}
`,
  ],
];

for (const [name, format, what, text] of rows) {
  Deno.test(`formatCredentials writes ${name}`, () => assert.equal(formatCredentials(format, what), text));
}

Deno.test("formatCredentials cuts fractions of the expiry", () => {
  const credentials = { ...temporary, expiresAt: Date.UTC(2026, 0, 1, 0, 0, 59, 999) };
  assert.match(formatCredentials("json", { ...full, credentials }), /"2026-01-01T00:00:59Z"/);
});

const refusals: [name: string, format: CredentialFormat, change: Partial<typeof full>, message: string][] = [
  [
    "a region with a line end in env",
    "env",
    { region: "a\nB=c" },
    "AWS_REGION has a control character in it",
  ],
  [
    "a region with a line end in export-env",
    "export-env",
    { region: "a\r" },
    "AWS_REGION has a control character in it",
  ],
  ["a region with a line end in ini", "ini", { region: "a\n[b]" }, "region has a control character in it"],
  [
    "a name that ends the section in ini",
    "ini",
    { profile: "a]b" },
    `the profile name "a]b" can't be a section name`,
  ],
  [
    "a name with a line end in ini",
    "ini",
    { profile: "a\nb" },
    "the profile name has a control character in it",
  ],
];

for (const [name, format, change, message] of refusals) {
  Deno.test(`formatCredentials refuses ${name}`, () => {
    assert.throws(() => formatCredentials(format, { ...full, ...change }), {
      code: "value-unprintable",
      message,
    });
  });
}
