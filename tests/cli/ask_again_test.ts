import assert from "node:assert/strict";
import { askAgainCommand } from "../../src/cli/ask_again.ts";
import { defaultOptions } from "../../src/cli/parse.ts";

const request = {
  profile: "work",
  noSession: false,
  mfaToken: null,
  overrides: { region: null, durationSeconds: null },
  answerFor: "sdk",
} as const;

Deno.test("askAgainCommand repeats nothing that is as usual", () => {
  assert.equal(askAgainCommand(request, defaultOptions()), "aws-vault exec work -- true");
});

Deno.test("askAgainCommand repeats what shapes the session and names the store", () => {
  const overrides = { region: "eu-west-1", durationSeconds: 7200 };
  const options = {
    ...defaultOptions(),
    debug: true,
    prompt: "none",
    backend: "file",
    fileDir: "/k e/it's",
    opTimeout: 30,
  } as const;
  assert.equal(
    askAgainCommand({ ...request, noSession: true, overrides }, options),
    "aws-vault exec work --duration=7200s --region=eu-west-1 --no-session --backend=file " +
      `'--file-dir=/k e/it'\\''s' --op-timeout=30s -- true`,
  );
});
