import assert from "node:assert/strict";
import { ENV_VARS } from "../../src/config/env_vars.ts";
import { envDuration, envValue } from "../../src/config/env_value.ts";
import { failureOf } from "./config_texts.ts";

Deno.test("ENV_VARS has a scope and whole sentences for every variable", () => {
  for (const [name, { appliesTo, effect }] of Object.entries(ENV_VARS)) {
    assert.match(name, /^[A-Za-z_]+$/);
    assert.notEqual(appliesTo, "", name);
    assert.match(effect, /^[A-Z`].*\.$/, name);
  }
});

const values: [value: string | undefined, expected: string | null][] = [
  [undefined, null],
  ["", null],
  [" \t", null],
  ["x", "x"],
  [" x ", " x "],
];

for (const [value, expected] of values) {
  Deno.test(`envValue takes ${JSON.stringify(value)} for ${JSON.stringify(expected)}`, () => {
    assert.equal(envValue(() => value, "AWS_REGION"), expected);
  });
}

Deno.test("envValue refuses control characters and does not repeat them", () => {
  assert.equal(
    failureOf(() => envValue(() => "a\u001b[0m", "AWS_REGION")),
    "env-value-invalid: AWS_REGION: there are control characters in it",
  );
});

Deno.test("envDuration reads Go durations, zero too, and refuses negative ones", () => {
  assert.equal(envDuration(() => "1h30m", "AWS_MIN_TTL"), 5400);
  assert.equal(envDuration(() => "0", "AWS_MIN_TTL"), 0);
  assert.equal(
    failureOf(() => envDuration(() => "-5m", "AWS_MIN_TTL")),
    'env-value-invalid: AWS_MIN_TTL: "-5m" is negative',
  );
  assert.equal(envDuration(() => "", "AWS_MIN_TTL"), null);
  assert.match(
    failureOf(() => envDuration(() => "1d", "AWS_MIN_TTL")),
    /^env-value-invalid: AWS_MIN_TTL: "1d" is not/,
  );
});
