import { strict as assert } from "node:assert";
import { commandTable, laterCommands } from "../../src/cli/command_table.ts";
import { type Invocation, parseArguments } from "../../src/cli/parse.ts";
import { AppError } from "../../src/errors.ts";
import { noOptions } from "./fake_command_deps.ts";

function parse(args: readonly string[], env: Record<string, string> = {}): Invocation {
  return parseArguments(args, { get: (name) => env[name] }, { commands: commandTable, laterCommands });
}

function run(args: readonly string[], env: Record<string, string> = {}) {
  const invocation = parse(args, env);
  assert.equal(invocation.kind, "run");
  return invocation as Extract<Invocation, { kind: "run" }>;
}

function refusal(args: readonly string[], env: Record<string, string> = {}): AppError {
  try {
    parse(args, env);
  } catch (error) {
    assert.ok(error instanceof AppError);
    assert.equal(error.kind, "usage");
    return error;
  }
  throw new Error(`${JSON.stringify(args)} was accepted`);
}

const execDefaults = {
  profile: null,
  command: null,
  args: [],
  duration: null,
  noSession: false,
  region: null,
  mfaToken: null,
  json: false,
  stdout: false,
  profileEnv: false,
};
const exportDefaults = {
  profile: null,
  duration: null,
  noSession: false,
  region: null,
  mfaToken: null,
  format: "env",
  stdout: false,
};

type Row = [args: string[], expected: Record<string, unknown>, env?: Record<string, string>];

const execRows: Row[] = [
  [["exec"], {}],
  [["exec", "p"], { profile: "p" }],
  [["exec", ""], { profile: "" }],
  [["exec", "p", "ls"], { profile: "p", command: "ls" }],
  [["exec", "p", "--", "ls", "-l"], { profile: "p", command: "ls", args: ["-l"] }],
  [["exec", "p", "--", "ls", "--", "-l"], { profile: "p", command: "ls", args: ["--", "-l"] }],
  [["exec", "p", "--", "-ls"], { profile: "p", command: "-ls" }],
  [["--", "exec", "p", "-n"], { profile: "p", command: "-n" }],
  // Nothing after the command is ours.
  [["exec", "p", "ls", "-l"], { profile: "p", command: "ls", args: ["-l"] }],
  [["exec", "p", "aws", "s3", "ls", "--region", "x"], {
    profile: "p",
    command: "aws",
    args: ["s3", "ls", "--region", "x"],
  }],
  [["exec", "p", "ls", "--help"], { profile: "p", command: "ls", args: ["--help"] }],
  [["exec", "p", "env", "--", "-n"], { profile: "p", command: "env", args: ["--", "-n"] }],
  [["exec", "p", "-n", "ls", "-n"], { profile: "p", noSession: true, command: "ls", args: ["-n"] }],
  // Where flags stand and how their values are written.
  [["exec", "-n", "p"], { profile: "p", noSession: true }],
  [["-n", "exec", "p"], { profile: "p", noSession: true }],
  [["exec", "p", "--duration", "1h"], { profile: "p", duration: 3600 }],
  [["exec", "p", "--duration=1h"], { profile: "p", duration: 3600 }],
  [["exec", "p", "-d", "1h"], { profile: "p", duration: 3600 }],
  [["exec", "p", "-d1h"], { profile: "p", duration: 3600 }],
  [["exec", "p", "-nd1h"], { profile: "p", duration: 3600, noSession: true }],
  [["exec", "-nj", "p"], { profile: "p", noSession: true, json: true }],
  [["exec", "-nj", "--", "p", "env"], { profile: "p", noSession: true, json: true, command: "env" }],
  [["exec", "p", "-d", "1d"], { profile: "p", duration: 86400 }],
  [["exec", "p", "--region="], { profile: "p", region: "" }],
  [["exec", "p", "--region", ""], { profile: "p", region: "" }],
  [["exec", "p", "-t", "-"], { profile: "p", mfaToken: "-" }],
  [["exec", "p", "--region=-x"], { profile: "p", region: "-x" }],
  [["exec", "p", "--region=a=b"], { profile: "p", region: "a=b" }],
  // Booleans.
  [["exec", "--no-session", "p"], { profile: "p", noSession: true }],
  [["exec", "--no-no-session", "p"], { profile: "p", noSession: false }],
  [["exec", "--no-session=false", "p", "ls"], { profile: "p", noSession: false, command: "ls" }],
  [["exec", "--no-session=T", "p"], { profile: "p", noSession: true }],
  [["exec", "-n=false", "p"], { profile: "p", noSession: false }],
  [["exec", "--no-stdout=false", "p"], { profile: "p", stdout: true }],
  // Words that look special and are not.
  [["exec", "p", "cat", "-"], { profile: "p", command: "cat", args: ["-"] }],
  [["exec", "-", "cat"], { profile: "-", command: "cat" }],
  [["exec", "@p", "@file"], { profile: "@p", command: "@file" }],
  // AWS_PROFILE.
  [["exec"], { profile: "env" }, { AWS_PROFILE: "env" }],
  [["exec"], { profile: null }, { AWS_PROFILE: "" }],
  [["exec", "p"], { profile: "p" }, { AWS_PROFILE: "env" }],
  [["exec", ""], { profile: "" }, { AWS_PROFILE: "env" }],
  [["exec", "p", "--", "ls"], { profile: "p", command: "ls" }, { AWS_PROFILE: "env" }],
  [["exec", "--", "ls", "-l"], { profile: "env", command: "ls", args: ["-l"] }, { AWS_PROFILE: "env" }],
  [["exec", "-n", "--", "ls"], { profile: "env", command: "ls", noSession: true }, { AWS_PROFILE: "env" }],
  [["exec", "--", "ls"], { profile: "ls" }],
  // Environment variables of flags.
  [["exec", "p"], { profile: "p", duration: 7200 }, { AWS_VAULT_DURATION: "2h" }],
  [["exec", "p", "-d", "1h"], { profile: "p", duration: 3600 }, { AWS_VAULT_DURATION: "2h" }],
  [["exec", "p"], { profile: "p", duration: null }, { AWS_VAULT_DURATION: "" }],
  [["exec", "p"], { profile: "p", stdout: true }, { AWS_VAULT_STDOUT: "T" }],
  [["exec", "p", "--no-stdout"], { profile: "p", stdout: false }, { AWS_VAULT_STDOUT: "1" }],
  [["exec", "p", "--stdout"], { profile: "p", stdout: true }, { AWS_VAULT_STDOUT: "yes" }],
  [["exec", "p"], { profile: "p", profileEnv: true }, { AWS_VAULT_PROFILE_ENV: "true" }],
  [["exec", "p"], { profile: "p", mfaToken: "123456" }, { AWS_VAULT_MFA_TOKEN: "123456" }],
];

for (const [args, expected, env] of execRows) {
  Deno.test(`parseArguments reads ${JSON.stringify(args)} ${env ? JSON.stringify(env) : ""}`, () => {
    assert.deepEqual(run(args, env).input, { ...execDefaults, ...expected });
  });
}

const exportRows: Row[] = [
  [["export", "p"], { profile: "p" }],
  [["export", "--format=json", "p"], { profile: "p", format: "json" }],
  [["export", "p", "--format", "ini"], { profile: "p", format: "ini" }],
  [["--format=export-env", "export", "p"], { profile: "p", format: "export-env" }],
  [["export"], { profile: "env" }, { AWS_PROFILE: "env" }],
  [["export", "--", "-p"], { profile: "-p" }],
  // Another command's variable is not looked at.
  [["export", "p"], { profile: "p" }, { AWS_VAULT_PROFILE_ENV: "garbage" }],
];

for (const [args, expected, env] of exportRows) {
  Deno.test(`parseArguments reads ${JSON.stringify(args)} ${env ? JSON.stringify(env) : ""}`, () => {
    assert.deepEqual(run(args, env).input, { ...exportDefaults, ...expected });
  });
}

const otherRows: [args: string[], name: string, input: Record<string, unknown>][] = [
  [["add", "p"], "add", { profile: "p", env: false, file: null, addConfig: true }],
  [["add", "--env", "p", "--no-add-config"], "add", {
    profile: "p",
    env: true,
    file: null,
    addConfig: false,
  }],
  [["add", "--file=-", "p"], "add", { profile: "p", env: false, file: "-", addConfig: true }],
  [["import", "a", "b", "-y", "--no-add-config"], "import", {
    profiles: ["a", "b"],
    from: "credentials-file",
    file: null,
    program: null,
    fromBackend: null,
    dryRun: false,
    overwrite: false,
    yes: true,
    removeSource: false,
    addConfig: false,
  }],
  [["migrate-backend", "--from=file", "--to", "keyctl", "--delete-source"], "migrate-backend", {
    from: "file",
    to: "keyctl",
    profile: null,
    dryRun: false,
    overwrite: false,
    deleteSource: true,
    fromFileDir: null,
    fromPassDir: null,
    fromPassPrefix: null,
    fromKeychain: null,
    fromSecretServiceCollection: null,
    fromOpVaultId: null,
  }],
  [["add", "--add-config=false", "p"], "add", { profile: "p", env: false, file: null, addConfig: false }],
  [["remove", "p"], "remove", { profile: "p", force: false, sessionsOnly: false }],
  [["rm", "-fs", "p"], "remove", { profile: "p", force: true, sessionsOnly: true }],
  [["list"], "list", { profiles: false, sessions: false, credentials: false, json: false }],
  [["ls", "--profiles", "--credentials"], "list", {
    profiles: true,
    sessions: false,
    credentials: true,
    json: false,
  }],
  [["ls", "--json", "--profiles=false"], "list", {
    profiles: false,
    sessions: false,
    credentials: false,
    json: true,
  }],
  [["clear"], "clear", { profile: null, lock: false }],
  [["clear", "--lock"], "clear", { profile: null, lock: true }],
  [["clear", "p"], "clear", { profile: "p", lock: false }],
  [["version", "--json"], "version", { json: true }],
];

for (const [args, name, input] of otherRows) {
  Deno.test(`parseArguments reads ${JSON.stringify(args)}`, () => {
    const invocation = run(args);
    assert.equal(invocation.command.declaration.name, name);
    assert.deepEqual(invocation.input, input);
  });
}

const globalRows: Row[] = [
  [["clear"], {}],
  [["--debug", "clear"], { debug: true }],
  [["clear", "--debug"], { debug: true }],
  [["--debug=true", "clear"], { debug: true }],
  [["--no-debug", "clear"], { debug: false }],
  [["--backend", "file", "clear"], { backend: "file" }],
  [["clear"], { backend: "keyctl" }, { AWS_VAULT_BACKEND: "keyctl" }],
  [["clear", "--backend=file"], { backend: "file" }, { AWS_VAULT_BACKEND: "keyctl" }],
  [["clear"], { backend: null }, { AWS_VAULT_BACKEND: "" }],
  [["clear", "--backend=file"], { backend: "file" }, { AWS_VAULT_BACKEND: "nonsense" }],
  [["clear", "--no-prompt"], { prompt: "none" }],
  [["clear", "--no-prompt"], { prompt: "none" }, { AWS_VAULT_PROMPT: "zenity" }],
  [["clear", "--prompt=ykman"], { prompt: "ykman" }],
  [["clear"], { prompt: "none" }, { AWS_VAULT_PROMPT: "none" }],
  [["clear"], { prompt: "pass" }, { AWS_VAULT_PROMPT: "pass" }],
  [["clear", "--keychain="], { keychain: "" }],
  [["clear", "--pass-dir", "~/x", "--op-timeout=1m", "--proton-pass-timeout", "5s"], {
    passDir: "~/x",
    opTimeout: 60,
    protonPassTimeout: 5,
  }],
  [["clear"], { fileDir: "/keys", secretServiceCollection: "c", biometrics: true }, {
    AWS_VAULT_FILE_DIR: "/keys",
    AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME: "c",
    AWS_VAULT_BIOMETRICS: "1",
  }],
];

for (const [args, expected, env] of globalRows) {
  Deno.test(`parseArguments reads global flags of ${JSON.stringify(args)} ${env ? JSON.stringify(env) : ""}`, () => {
    assert.deepEqual(run(args, env).options, { ...noOptions, ...expected });
  });
}

const shownRows: [args: string[], kind: string, command: string | null][] = [
  [[], "usage", null],
  [["--debug"], "usage", null],
  [["--help"], "help", null],
  [["help"], "help", null],
  [["help", "exec"], "help", "exec"],
  [["help", "rm"], "help", "remove"],
  [["exec", "--help"], "help", "exec"],
  [["--help", "exec"], "help", "exec"],
  [["exec", "p", "--help"], "help", "exec"],
  [["add", "--help"], "help", "add"],
  [["--version"], "version", null],
  [["-v"], "version", null],
  [["exec", "-v"], "version", null],
];

for (const [args, kind, command] of shownRows) {
  Deno.test(`parseArguments shows ${kind} for ${JSON.stringify(args)}, whatever the environment`, () => {
    const invocation = parse(args, { AWS_VAULT_BACKEND: "nonsense" });
    assert.equal(invocation.kind, kind);
    assert.equal(invocation.kind === "help" ? invocation.command?.name ?? null : null, command);
  });
}

type Refusal = [
  args: string[],
  code: string,
  message: string,
  hint: string | null,
  env?: Record<string, string>,
];

const refusals: Refusal[] = [
  [["exce"], "unknown-command", 'expected a command, not "exce"', 'did you mean "exec"?'],
  [["--debug", "p"], "unknown-command", 'expected a command, not "p"', null],
  [["help", "bogus"], "unknown-command", 'expected a command, not "bogus"', null],
  [["--help", "bogus"], "unknown-command", 'expected a command, not "bogus"', null],
  [
    ["\x1b[2J"],
    "unknown-command",
    'expected a command, not "\\x1b[2J"',
    "commands: add, remove, import, migrate-backend, list, exec, export, clear, lock, doctor, completion, version",
  ],
  [["migrate-backend", "--to=file"], "flag-missing", "--from is missing", null],
  [["login", "p"], "not-in-this-version", 'the command "login" is not in this version', null],
  [["rotate"], "not-in-this-version", 'the command "rotate" is not in this version', null],
  [["server"], "not-in-this-version", 'the command "server" is not in this version', null],
  [["exec", "--ec2-server", "p"], "not-in-this-version", "--ec2-server is not in this version", null],
  [["exec", "-ns", "--", "env"], "not-in-this-version", "-s is not in this version", null],
  [["exec", "--lazy"], "not-in-this-version", "--lazy is not in this version", null],
  [
    ["--backend=proton-pass", "list"],
    "not-supported",
    '--backend: "proton-pass" is not supported: its API is documented nowhere, and answers only to programs that pass for Proton\'s own',
    null,
  ],
  [["list", "--profles"], "unknown-flag", 'unknown flag "--profles" of list', "did you mean --profiles?"],
  [["--profles"], "unknown-flag", 'unknown flag "--profles"', "did you mean --profiles?"],
  [["list", "-h"], "unknown-flag", 'unknown flag "-h" of list', null],
  [["list", "--prof"], "unknown-flag", 'unknown flag "--prof" of list', null],
  [["-n", "list"], "unknown-flag", 'unknown flag "-n" of list', null],
  [["list", "--Debug"], "unknown-flag", 'unknown flag "--Debug" of list', "did you mean --debug?"],
  [["list", "--no-backend"], "unknown-flag", 'unknown flag "--no-backend" of list', null],
  [
    ["exec", "p", "-l"],
    "unknown-flag",
    'unknown flag "-l" of exec',
    "flags of the command to run come after it: aws-vault exec PROFILE -- COMMAND --flag",
  ],
  [["exec", "-n", "-n"], "flag-repeated", "--no-session cannot be repeated", null],
  [["exec", "-d1h", "--duration=1h"], "flag-repeated", "--duration cannot be repeated", null],
  [["--debug", "list", "--no-debug"], "flag-repeated", "--debug cannot be repeated", null],
  [
    ["exec", "-d", "-1h"],
    "flag-value-missing",
    "expected a value after -d",
    "write a value that begins with a dash as -dVALUE",
  ],
  [
    ["exec", "--region", "--json"],
    "flag-value-missing",
    "expected a value after --region",
    "write a value that begins with a dash as --region=VALUE",
  ],
  [["exec", "--region"], "flag-value-missing", "expected a value after --region", null],
  [["exec", "--region", "--", "p"], "flag-value-missing", "expected a value after --region", null],
  [
    ["exec", "-d=1h"],
    "flag-value-invalid",
    '-d is not a duration: "=1h"',
    "write for example 90s, 15m or 1h30m, 1d, 2w",
  ],
  [["exec", "-d", "60"], "flag-value-invalid", '-d is not a duration: "60"', null],
  [["exec", "--duration="], "flag-value-invalid", '--duration is not a duration: ""', null],
  [["exec", "--duration=-1h"], "flag-value-invalid", '--duration is negative: "-1h"', null],
  [
    ["exec"],
    "flag-value-invalid",
    'environment variable AWS_VAULT_DURATION is not a duration: "1x"',
    null,
    { AWS_VAULT_DURATION: "1x" },
  ],
  [
    ["exec"],
    "flag-value-invalid",
    'environment variable AWS_VAULT_STDOUT is neither true nor false: "on"',
    "write true, 1 or t; false, 0 or f",
    { AWS_VAULT_STDOUT: "on" },
  ],
  [
    ["clear"],
    "flag-value-invalid",
    'environment variable AWS_VAULT_BIOMETRICS is neither true nor false: "yes"',
    null,
    { AWS_VAULT_BIOMETRICS: "yes" },
  ],
  [
    ["clear", "--debug=yes"],
    "flag-value-invalid",
    '--debug is neither true nor false: "yes"',
    null,
  ],
  [
    ["clear", "--debug=constructor"],
    "flag-value-invalid",
    '--debug is neither true nor false: "constructor"',
    null,
  ],
  [
    ["export", "--format=jsn"],
    "flag-value-invalid",
    '--format must be one of env, export-env, json, ini, not "jsn"',
    'did you mean "json"?',
  ],
  [
    ["export", "--prompt="],
    "flag-value-invalid",
    '--prompt must be one of terminal, osascript, zenity, kdialog, ykman, pass, wincredui, none, not ""',
    null,
  ],
  [
    ["add", "--env", "--file=x", "p"],
    "flag-conflict",
    "--env and --file cannot be used together",
    "the key comes from one place: give --env or --file alone",
  ],
  [
    ["list", "--json", "--profiles"],
    "flag-conflict",
    "--json and --profiles cannot be used together",
    "--json already has profiles, credentials and sessions in it; give it alone",
  ],
  [
    ["list", "--prompt=terminal", "--no-prompt"],
    "flag-conflict",
    "--prompt and --no-prompt cannot be used together",
    "give --prompt=DRIVER to be asked, or --no-prompt alone",
  ],
  [
    ["exec", "--json", "--profile-env", "p"],
    "flag-conflict",
    "--json and --profile-env cannot be used together",
    "to print credentials give --json alone, to run a command with AWS_PROFILE give --profile-env alone",
  ],
  [["add"], "argument-missing", "add needs a profile", "aws-vault add PROFILE"],
  [["rm", "-f"], "argument-missing", "remove needs a profile", "aws-vault remove PROFILE"],
  [["list", "x"], "argument-unexpected", 'list takes no argument "x"', null],
  [["list", "-"], "argument-unexpected", 'list takes no argument "-"', null],
  [["export", "p", "x"], "argument-unexpected", 'export takes no argument "x"', null],
  [["help", "exec", "p"], "argument-unexpected", 'help takes no argument "p"', null],
];

for (const [args, code, message, hint, env] of refusals) {
  Deno.test(`parseArguments refuses ${JSON.stringify(args)} ${env ? JSON.stringify(env) : ""}`, () => {
    const error = refusal(args, env);
    assert.deepEqual([error.code, error.message], [code, message]);
    if (hint !== null) assert.equal(error.hints[0], hint);
  });
}

Deno.test("parseArguments never quotes an MFA code", () => {
  const error = refusal(["exec", "-t", "-123456"]);
  assert.doesNotMatch(`${error.message} ${error.hints.join(" ")}`, /123456/);
});
