import { strict as assert } from "node:assert";
import { exportCredentials } from "../../src/cli/commands/export.ts";
import { AppError } from "../../src/errors.ts";
import { fakeCommandDeps, secretKey, temporary, type World } from "./fake_command_deps.ts";

const input = {
  profile: "work",
  duration: null,
  noSession: false,
  region: null,
  mfaToken: null,
  format: "env",
  stdout: false,
} as const;

type Input = Parameters<typeof exportCredentials>[0];

Deno.test("exportCredentials prints nothing but credentials to stdout, and nothing to stderr of a pipe", async () => {
  const deps = fakeCommandDeps({ region: "eu-west-1", stderrIsTerminal: true });
  assert.equal(await exportCredentials({ ...input, format: "json" }, deps), 0);
  assert.equal(JSON.parse(deps.stdout.text).SecretAccessKey, secretKey);
  assert.equal(deps.stderr.text, "");
});

Deno.test("exportCredentials warns once before it prints secrets to a terminal", async () => {
  const deps = fakeCommandDeps({ stdoutIsTerminal: true });
  await exportCredentials(input, deps);
  assert.equal(
    deps.stderr.text,
    "aws-vault: warning: these credentials are secret and stay visible on this terminal\n",
  );
  assert.match(deps.stdout.text, /^AWS_ACCESS_KEY_ID=/);
});

const requests: [name: string, given: Partial<Input>, world: World, expected: Record<string, unknown>][] = [
  ["the plain profile", {}, {}, {
    profile: "work",
    noSession: false,
    durationSeconds: null,
    region: null,
    token: null,
    answerFor: "person",
  }],
  ["JSON for an SDK", { format: "json" }, {}, { answerFor: "sdk" }],
  ["no session", { noSession: true }, {}, { noSession: true }],
  ["duration and region", { duration: 900, region: "eu-west-1" }, {}, {
    durationSeconds: 900,
    region: "eu-west-1",
  }],
  ["a zero duration as none", { duration: 0, region: "" }, {}, { durationSeconds: null, region: null }],
  ["the MFA code", { mfaToken: " 123456 " }, {}, { token: "123456" }],
  ["the MFA code from stdin", { mfaToken: "-" }, { stdin: "654321\r\nrest" }, { token: "654321" }],
  ["an empty MFA code as none", { mfaToken: "" }, {}, { token: null }],
  ["the picked profile", { profile: null }, { config: { a: {}, b: {} }, answers: ["b"] }, { profile: "b" }],
  ["the picked profile after an empty name", { profile: "" }, { config: { a: {} }, answers: ["a"] }, {
    profile: "a",
  }],
  ["a profile with AWS_VAULT set to nothing", {}, { env: { AWS_VAULT: "" } }, { profile: "work" }],
];

for (const [name, given, world, expected] of requests) {
  Deno.test(`exportCredentials asks for ${name}`, async () => {
    const deps = fakeCommandDeps(world);
    await exportCredentials({ ...input, ...given }, deps);
    const request = deps.requests[0];
    assert.ok(request);
    const flat = { ...request, ...request.overrides, token: request.mfaToken?.reveal() ?? null };
    for (const [key, value] of Object.entries(expected)) {
      assert.equal(flat[key as keyof typeof flat], value, key);
    }
  });
}

Deno.test("exportCredentials --stdout asks for the link to be printed", async () => {
  const deps = fakeCommandDeps();
  await exportCredentials({ ...input, stdout: true }, deps);
  assert.deepEqual(deps.events, ["request work printing the link"]);
});

const refusals: [name: string, given: Partial<Input>, world: World, code: string, message: string][] = [
  [
    "to nest, before anything else",
    { profile: null, mfaToken: "-" },
    { env: { AWS_VAULT: 'a"b' } },
    "nested-session",
    'already in an aws-vault shell for profile "a\\"b"',
  ],
  [
    "to pick from nothing",
    { profile: null },
    {},
    "profile-not-given",
    "no profile was named, and /home/jon/.aws/config has none to choose from",
  ],
  [
    "to pick without a terminal",
    { profile: null },
    { config: { a: {} }, answers: null },
    "profile-not-given",
    "no profile was named, and there is no terminal to choose one on",
  ],
  [
    "an empty stdin for the MFA code",
    { mfaToken: "-" },
    { stdin: "\n123456" },
    "mfa-token-empty",
    "--mfa-token=- found no MFA code on stdin",
  ],
];

for (const [name, given, world, code, message] of refusals) {
  Deno.test(`exportCredentials refuses ${name}`, async () => {
    const deps = fakeCommandDeps(world);
    await assert.rejects(exportCredentials({ ...input, ...given }, deps), (error: AppError) => {
      assert.deepEqual([error.code, error.message], [code, message]);
      assert.ok(error.hints.length > 0 || code === "mfa-token-empty");
      return true;
    });
    assert.equal(deps.stdout.text, "");
    assert.deepEqual(deps.requests, []);
  });
}

Deno.test("exportCredentials prints nothing when the credentials can't be had", async () => {
  const deps = fakeCommandDeps({ stdoutIsTerminal: true }, {
    getCredentials: () => Promise.reject(new AppError("access-denied", "denied", "no")),
  });
  await assert.rejects(exportCredentials(input, deps), { code: "access-denied" });
  assert.equal(deps.stdout.text + deps.stderr.text, "");
});

Deno.test("exportCredentials prints no session token where there is none", async () => {
  const deps = fakeCommandDeps({ credentials: { ...temporary, sessionToken: null, expiresAt: null } });
  await exportCredentials({ ...input, format: "json" }, deps);
  assert.deepEqual(Object.keys(JSON.parse(deps.stdout.text)), ["Version", "AccessKeyId", "SecretAccessKey"]);
});
