import assert from "node:assert/strict";
import type { Credentials } from "../../src/aws/credentials.ts";
import { AppError } from "../../src/errors.ts";
import { childEnvironment, type ChildEnvRequest } from "../../src/exec/child_env.ts";
import { Secret } from "../../src/secret.ts";

const TEMPORARY: Credentials = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: new Secret("new-secret"),
  sessionToken: new Secret("new-token"),
  expiresAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  accountId: "123456789012",
};
const LONG_LIVED: Credentials = {
  ...TEMPORARY,
  accessKeyId: "AKIAEXAMPLE",
  sessionToken: null,
  expiresAt: null,
};

const REQUEST: ChildEnvRequest = {
  os: "linux",
  profile: "work",
  credentials: TEMPORARY,
  region: "eu-west-1",
  endpointUrl: null,
};

/** What an outer shell, another profile or another tool may have left behind. */
const STALE = Object.fromEntries([
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_CREDENTIAL_FILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_PROFILE",
  "AWS_SDK_LOAD_CONFIG",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_VAULT_FILE_PASSPHRASE",
  "AWS_VAULT_OP_CONNECT_TOKEN",
  "AWS_VAULT_OP_SERVICE_ACCOUNT_TOKEN",
  "OP_CONNECT_TOKEN",
  "OP_SERVICE_ACCOUNT_TOKEN",
  "PROTON_PASS_PERSONAL_ACCESS_TOKEN",
].map((name) => [name, `stale ${name}`]));

const KEPT = {
  PATH: "/bin",
  EMPTY: "",
  LINES: "a\nb",
  AWS_CONFIG_FILE: "/c",
  AWS_SHARED_CREDENTIALS_FILE: "/s",
  AWS_VAULT_BACKEND: "file",
};

const REGION = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-1" };
const KEYS = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "new-secret" };

const rows: [string, Partial<ChildEnvRequest>, Record<string, string>][] = [
  ["temporary credentials with token and expiry in whole seconds", {}, {
    ...REGION,
    AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "new-secret",
    AWS_SESSION_TOKEN: "new-token",
    AWS_CREDENTIAL_EXPIRATION: "2026-01-02T03:04:05Z",
  }],
  ["long-lived keys without either", { credentials: LONG_LIVED }, { ...REGION, ...KEYS }],
  ["the profile's name and no keys", { credentials: null }, { ...REGION, AWS_PROFILE: "work" }],
  ["no region where none is known", { credentials: LONG_LIVED, region: null }, KEYS],
  ["a custom endpoint", { credentials: LONG_LIVED, endpointUrl: "http://localhost:4566" }, {
    ...REGION,
    ...KEYS,
    AWS_ENDPOINT_URL: "http://localhost:4566",
  }],
];

for (const [what, changes, expected] of rows) {
  Deno.test(`childEnvironment gives ${what}, and nothing stale`, () => {
    const env = childEnvironment({ ...KEPT, ...STALE }, { ...REQUEST, ...changes });
    assert.deepEqual(env, { ...KEPT, AWS_VAULT: "work", ...expected });
  });
}

Deno.test("childEnvironment leaves the parent's object alone", () => {
  const parent = { ...KEPT, ...STALE };
  childEnvironment(parent, REQUEST);
  assert.deepEqual(parent, { ...KEPT, ...STALE });
});

Deno.test("childEnvironment takes names in any case on Windows, all of them, and nowhere else", () => {
  const parent = { aws_profile: "a", Aws_Profile: "b", Aws_Region: "us-east-1", Path: "C:\\bin" };
  const windows = childEnvironment(parent, { ...REQUEST, os: "windows", credentials: LONG_LIVED });
  assert.deepEqual(windows, { Path: "C:\\bin", AWS_VAULT: "work", ...REGION, ...KEYS });
  const linux = childEnvironment(parent, { ...REQUEST, credentials: LONG_LIVED });
  assert.deepEqual(linux, { ...parent, AWS_VAULT: "work", ...REGION, ...KEYS });
});

for (const character of ["\0", "\n", "\r"]) {
  Deno.test(`childEnvironment refuses ${JSON.stringify(character)} in what it adds, without showing the value`, () => {
    const secretAccessKey = new Secret(`hidden${character}value`);
    for (
      const changes of [{ credentials: { ...LONG_LIVED, secretAccessKey } }, { region: `hidden${character}` }]
    ) {
      assert.throws(() => childEnvironment({}, { ...REQUEST, ...changes }), (error) => {
        assert(error instanceof AppError);
        assert.equal(error.code, "child-environment-invalid");
        assert(!error.message.includes("hidden"));
        return true;
      });
    }
  });
}
