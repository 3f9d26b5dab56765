/** The short way to a cached answer against the long one: what both understand they understand alike, and they print the same bytes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createServices } from "../../src/app.ts";
import { commandTable, laterCommands } from "../../src/cli/command_table.ts";
import { hotArguments } from "../../src/cli/hot_arguments.ts";
import { type Invocation, parseArguments } from "../../src/cli/parse.ts";
import { runProgram } from "../../src/cli/program.ts";
import { AppError } from "../../src/errors.ts";
import { answerFromCache } from "../../src/short_way.ts";
import { stsAnswers } from "../fakes/sts_answers.ts";
import { createFakeHost, type FakeHost } from "../fakes/fake_host.ts";
import { FakeKernelKeyring } from "../fakes/fake_kernel_keyring.ts";

type Env = Readonly<Record<string, string>>;

/** What the full parser makes of the words as far as the short way has a say in it; `null` when that has none. */
function understood(args: readonly string[], env: Env) {
  const invocation: Invocation = parseArguments(args, { get: (name) => env[name] }, {
    commands: commandTable,
    laterCommands,
  });
  if (invocation.kind !== "run") return null;
  const { command: { declaration: { name } }, input, options } = invocation;
  const asJson = name === "exec" ? input.json === true : name === "export" && input.format === "json";
  if (!asJson) return null;
  return {
    profile: input.profile,
    durationSeconds: input.duration || null,
    region: input.region || null,
    noSession: input.noSession,
    backend: options.backend,
    fileDir: options.fileDir,
    keychain: options.keychain,
    secretServiceCollection: options.secretServiceCollection,
    passDir: options.passDir,
    passPrefix: options.passPrefix,
    opVaultId: options.opVaultId,
    opItemTitlePrefix: options.opItemTitlePrefix,
    opItemTag: options.opItemTag,
    opConnectHost: options.opConnectHost,
    opDesktopAccountId: options.opDesktopAccountId,
  };
}

const rightWords = [
  "exec|export|p|--json|-j|--format=json",
  "-d 1h|-d1h|-jd2h|--duration=1d|--duration 90m|-n|-nj|--region eu-west-1|--region=x|--format json|--no-session|--no-prompt",
  "--prompt=zenity|--prompt none|--backend=file|--backend keyctl|--file-dir=/f|--keychain k|--secret-service-collection=c|--backend=pass|--pass-dir=/p|--pass-prefix x|--backend=op|--op-vault-id=v|--op-item-tag t",
];
const oddWords = [
  "--|-||--help|help|--debug|--version|-d|-d-1h|-d=1h|--duration=|--duration=nonsense|--json=true|--no-json|--json=false|-jj",
  "--prompt=pigeon|--backend=proton-pass|--backend=x|--format=env|--region=|-t1|--mfa-token 1|--stdout|--profile-env|--server",
  "--region -n|--keychain -x|--biometrics|list|-n=1|--no-no-session|--op-timeout=1|--unknown|--__proto__|-é",
];
const anyOf = (lines: readonly string[]) => fc.constantFrom(...lines.flatMap((line) => line.split("|")));
const piece = fc.oneof(
  { weight: 10, arbitrary: anyOf(rightWords) },
  { weight: 2, arbitrary: anyOf(oddWords) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 4 }).map((text) => `-${text}`) },
);

const flagSpellings = [
  "-d 1h|-d1h|--duration=1d|--duration 90m|-nd30m",
  "--region eu-west-1|--region=x",
  "--prompt=zenity|--prompt none|--no-prompt",
  "--backend=file|--backend keyctl",
  "--file-dir=/f",
  "--keychain k",
  "--secret-service-collection=c",
  "--pass-dir=/p",
  "--pass-prefix=x|--pass-prefix y/z",
  "--op-vault-id=v|--op-vault-id w",
  "--op-item-title-prefix=x",
  "--op-item-tag=t",
  "--op-connect-host=http://localhost:8080",
  "--op-desktop-account-id a",
  "p|q",
];
/** Each flag in one of its spellings, none twice, in any order; sometimes a stray piece among them. */
const rightLists = fc.record({
  command: fc.constantFrom("exec|--json", "exec|-j", "export|--format=json", "export|--format json"),
  flags: fc.subarray(flagSpellings),
  stray: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: piece }),
  dice: fc.array(fc.nat(), { minLength: 24, maxLength: 24 }),
}).map(({ command, flags, stray, dice }) => {
  const [name, format] = command.split("|");
  const all = [format!, ...(stray === null ? [] : [stray])];
  flags.forEach((spellings, i) => {
    const choices = spellings.split("|");
    all.splice(dice[i]! % (all.length + 1), 0, choices[dice[i]! % choices.length]!);
  });
  all.splice(dice[23]! % 3, 0, name!);
  return all;
});
const argumentLists = fc.oneof(fc.array(piece, { maxLength: 6 }), rightLists)
  .map((pieces) => pieces.flatMap((each) => each.split(" ")));

const variableValues: Readonly<Record<string, readonly string[]>> = {
  AWS_PROFILE: ["p", "q"],
  AWS_VAULT_DURATION: ["1h", "-1h", "nonsense", "0"],
  AWS_VAULT_PROMPT: ["zenity", "none", "pigeon"],
  AWS_VAULT_BACKEND: ["file", "keyctl", "pass", "proton-pass", "x"],
  AWS_VAULT_FILE_DIR: ["/g"],
  AWS_VAULT_KEYCHAIN_NAME: ["k"],
  AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME: ["c"],
  AWS_VAULT_PASS_PASSWORD_STORE_DIR: ["/p"],
  AWS_VAULT_PASS_PREFIX: ["x"],
  AWS_VAULT_OP_VAULT_ID: ["v"],
  AWS_VAULT_OP_DESKTOP_ACCOUNT_ID: ["a"],
  AWS_VAULT_STDOUT: ["1", "perhaps"],
  AWS_VAULT_PROFILE_ENV: ["true", "perhaps"],
  AWS_VAULT_BIOMETRICS: ["true", "perhaps"],
  AWS_VAULT_MFA_TOKEN: ["123456", "-"],
  AWS_VAULT_OP_TIMEOUT: ["1m", "nonsense"],
  AWS_VAULT_PROTON_PASS_TIMEOUT: ["1m", "nonsense"],
  AWS_VAULT_PASS_CMD: ["gopass"],
};
/** Mostly empty, so that a variable that ends the matter doesn't hide what the others do. */
const environments = fc.array(
  fc.constantFrom(
    ...Object.entries(variableValues).flatMap(([name, values]) =>
      [...values, ""].map((value) => [name, value] as const)
    ),
  ),
  { maxLength: 2 },
).map((entries): Env => Object.fromEntries(entries));

Deno.test("hotArguments understands nothing differently from the full parser", () => {
  let taken = 0;
  fc.assert(
    fc.property(argumentLists, environments, (args, env) => {
      let hot: ReturnType<typeof hotArguments> = null;
      try {
        hot = hotArguments(args, (name) => env[name]);
      } catch (error) {
        assert.ok(error instanceof AppError, String(error));
      }
      if (hot === null) return;
      taken++;
      assert.deepEqual({ ...hot }, understood(args, env));
    }),
    { numRuns: 10_000 },
  );
  // Otherwise the property would hold for want of cases.
  assert.ok(taken > 1_000, `only ${taken} of the argument lists were taken`);
});

const arn = "arn:aws:iam::123456789012:role/";
const serial = "arn:aws:iam::123456789012:mfa/u";

/** Sections of a generated config, in which each setting that shapes a request may stand in any profile. */
const profileLines = fc.record({
  mfa_serial: fc.option(fc.constant(serial), { nil: undefined, freq: 1 }),
  region: fc.option(fc.constantFrom("eu-west-1", "us-east-1"), { nil: undefined }),
  duration_seconds: fc.option(fc.constantFrom("900", "3600", "7200"), { nil: undefined, freq: 1 }),
  role_session_name: fc.option(fc.constantFrom("me", "you"), { nil: undefined, freq: 1 }),
  external_id: fc.option(fc.constant("x1"), { nil: undefined, freq: 1 }),
  session_tags: fc.option(fc.constant("team=a,cost=b"), { nil: undefined, freq: 1 }),
  vault_lock_after: fc.option(fc.constantFrom("5m", "2h"), { nil: undefined, freq: 1 }),
  sts_regional_endpoints: fc.option(fc.constantFrom("legacy", "regional"), { nil: undefined, freq: 1 }),
}, { requiredKeys: [] });

const configs = fc.record({
  depth: fc.integer({ min: 0, max: 2 }),
  lines: fc.tuple(profileLines, profileLines, profileLines),
  include: fc.boolean(),
  defaults: fc.option(profileLines, { nil: undefined }),
  crlf: fc.boolean(),
}).map(({ depth, lines, include, defaults, crlf }) => {
  const sections: string[] = [];
  const section = (name: string, values: Readonly<Record<string, string | undefined>>) => {
    const written = Object.entries(values).filter((
      entry,
    ): entry is [typeof entry[0], NonNullable<typeof entry[1]>] => entry[1] !== undefined);
    sections.push(`[${name}]`, ...written.map(([key, value]) => `${key} = ${value}`));
  };
  if (defaults !== undefined) section("default", defaults);
  if (include) section("profile shared", { region: "ap-south-1" });
  for (let i = 0; i <= depth; i++) {
    section(`profile ${i === 0 ? "p" : `p${i}`}`, {
      ...lines[i as 0 | 1 | 2],
      mfa_process: "code",
      ...(i < depth ? { role_arn: `${arn}r${i}`, source_profile: `p${i + 1}` } : {}),
      ...(include ? { include_profile: "shared" } : {}),
    });
  }
  return {
    text: sections.join(crlf ? "\r\n" : "\n") + (crlf ? "\r\n" : "\n"),
    end: depth === 0 ? "p" : `p${depth}`,
  };
});

const settingVariables = fc.record({
  AWS_REGION: fc.option(fc.constant("us-west-2"), { nil: undefined, freq: 1 }),
  AWS_MFA_SERIAL: fc.option(fc.constant(`${serial}2`), { nil: undefined, freq: 1 }),
  AWS_ASSUME_ROLE_TTL: fc.option(fc.constant("30m"), { nil: undefined, freq: 1 }),
  AWS_MIN_TTL: fc.option(fc.constantFrom("1m", "40m"), { nil: undefined, freq: 1 }),
  AWS_VAULT_DURATION: fc.option(fc.constant("45m"), { nil: undefined, freq: 1 }),
}).map((values): Env =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [typeof entry[0], NonNullable<typeof entry[1]>] =>
      entry[1] !== undefined
    ),
  )
);

const commands = fc.constantFrom(
  ["exec", "p", "--json"],
  ["--json", "exec", "p"],
  ["exec", "p", "-nj"],
  ["exec", "p", "--json", "-d", "1h"],
  ["export", "--format=json", "p"],
  ["export", "p", "--format", "json", "--duration=2h"],
  ["export", "p", "--format=json", "--region=eu-central-1", "--no-prompt"],
);

Deno.test("answerFromCache prints what the full program prints, for any config whose answer is cached", async () => {
  await fc.assert(
    fc.asyncProperty(configs, settingVariables, commands, async ({ text, end }, settings, args) => {
      const native = new FakeKernelKeyring();
      const env = { HOME: "/home/u", AWS_VAULT_BACKEND: "keyctl", ...settings };
      const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "k".repeat(40) };
      const adding = createFakeHost({
        args: ["add", "--env", "--no-add-config", end],
        env: { ...env, ...keys },
        files: { "/home/u/.aws/config": text },
        native,
      });
      assert.equal(await runFully(adding), 0, adding.stderr.text);
      const filling = createFakeHost({
        args,
        env,
        native,
        after: adding,
        http: [stsAnswers],
        programs: codes(),
      });
      assert.equal(await runFully(filling), 0, filling.stderr.text);

      const now = filling.clock.now();
      const full = createFakeHost({ args, env, native, after: filling, now });
      assert.equal(await runFully(full), 0, full.stderr.text);
      const hot = createFakeHost({ args, env, native, after: full, now });
      const answered = await answerFromCache(hot);

      // Only the stored keys themselves are kept in no cache.
      assert.equal(answered, filling.network.requests.length > 0);
      assert.equal(hot.stdout.text, answered ? filling.stdout.text : "");
      assert.equal(full.stdout.text, filling.stdout.text);
      assert.equal(full.network.requests.length, 0);
    }),
    { numRuns: 150 },
  );
});

Deno.test("answerFromCache leaves a filled cache as it is: no file is written, renamed, locked or listed", async () => {
  const native = new FakeKernelKeyring();
  const env = { HOME: "/home/u", AWS_VAULT_BACKEND: "keyctl" };
  const files = { "/home/u/.aws/config": "[profile p]\n" };
  const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "k".repeat(40) };
  const adding = createFakeHost({ args: ["add", "--env", "p"], env: { ...env, ...keys }, files, native });
  await runFully(adding);
  const filling = createFakeHost({
    args: ["exec", "p", "--json"],
    env,
    native,
    after: adding,
    http: [stsAnswers],
  });
  await runFully(filling);

  const hot = createFakeHost({
    args: ["exec", "p", "--json"],
    env,
    native,
    after: filling,
    now: filling.clock.now(),
  });
  const reading = ["readText", "readBytes", "stat", "exists"];
  const files_ = new Proxy(hot.files, {
    get(target, name) {
      assert.ok(reading.includes(String(name)), `a hit called files.${String(name)}`);
      return target[name as keyof typeof target];
    },
  });
  const refuse = (what: string) => () => Promise.reject(new Error(`a hit asked for ${what}`));
  const narrow = {
    ...hot,
    files: files_,
    locks: refuse("locks"),
    http: refuse("http"),
    processes: refuse("processes"),
  };
  assert.equal(await answerFromCache(narrow), true);
  assert.equal(hot.stdout.text, filling.stdout.text);
});

async function runFully(host: FakeHost): Promise<number> {
  return await runProgram(host, (options, log) => createServices(host, options, log));
}

/** What mfa_process prints: a new code each time. */
function codes() {
  return Array.from({ length: 6 }, (_, i) => ({ command: "/bin/sh", answer: `12345${i}\n` }));
}
