import { strict as assert } from "node:assert";
import { add } from "../../src/cli/commands/add.ts";
import type { CommandDeps } from "../../src/cli/deps.ts";
import { AppError } from "../../src/errors.ts";
import { fakeCommandDeps, type FakeDeps, now, secretKey, type World } from "./fake_command_deps.ts";

const id = "AKIAIOSFODNN7EXAMPLE";
const mfa = "arn:aws:iam::123456789012:mfa/jon";
const keyEnv = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secretKey };

interface Row {
  name: string;
  world: World;
  profile?: string;
  env?: boolean;
  file?: string;
  addConfig?: boolean;
  events: string[];
  stdout: string;
  stderr?: string;
}

const questions = [
  "ask access key ID (text)",
  "ask secret access key (secret)",
  "ask MFA device ARN (blank for none) (text)",
];

const rows: Row[] = [
  {
    name: "asks for id, secret and MFA device, and makes the profile",
    world: { answers: [id, secretKey, mfa] },
    events: [...questions, `write work ${id} ${secretKey}`, `save work {"mfa_serial":"${mfa}"}`],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
  {
    name: "makes the profile without mfa_serial after a blank answer",
    world: { answers: [id, secretKey, ""] },
    events: [...questions, `write work ${id} ${secretKey}`, "save work {}"],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
  {
    name: "trims what was pasted with line ends and blanks",
    world: { answers: [` ${id}\r\n`, `\t${secretKey}\r\n`, ` ${mfa}\r`] },
    events: [...questions, `write work ${id} ${secretKey}`, `save work {"mfa_serial":"${mfa}"}`],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
  {
    name: "takes the key from the environment and asks nothing",
    world: { env: keyEnv },
    env: true,
    events: [`write work ${id} ${secretKey}`, "save work {}"],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
  {
    name: "takes the key from a file and asks nothing",
    world: {
      files: { "work.csv": `\ufeffAccess key ID,Secret access key\r\n${id},${secretKey}\r\n` },
      answers: null,
    },
    file: "work.csv",
    events: [`write work ${id} ${secretKey}`, "save work {}"],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
  {
    name: "takes the key from stdin and asks nothing",
    world: { stdin: JSON.stringify({ AccessKeyId: id, SecretAccessKey: secretKey }), answers: null },
    file: "-",
    events: [`write work ${id} ${secretKey}`, "save work {}"],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
  {
    name: "says that a key was replaced and how many sessions went with it",
    world: {
      env: keyEnv,
      stored: ["work"],
      config: { work: {} },
      sessions: [
        { kind: "sts.AssumeRole", profile: "work", expiresAt: now },
        { kind: "sts.GetSessionToken", profile: "work", expiresAt: now },
        { kind: "sts.GetSessionToken", profile: "other", expiresAt: now },
      ],
    },
    env: true,
    events: [`write work ${id} ${secretKey}`],
    stdout: 'Replaced the access key of profile "work" in the vault\nDeleted 2 sessions of profile "work"\n',
  },
  {
    name: "writes the MFA device into a section that has none",
    world: { answers: [id, secretKey, mfa], config: { work: { region: "eu-west-1" } } },
    events: [...questions, `write work ${id} ${secretKey}`, `save work {"mfa_serial":"${mfa}"}`],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
  {
    name: "keeps another MFA device of the section, and says so",
    world: { answers: [id, secretKey, mfa], config: { work: { mfa_serial: "GAHT12345678" } } },
    events: [...questions, `write work ${id} ${secretKey}`],
    stdout: 'Added the access key of profile "work" in the vault\n',
    stderr: 'aws-vault: profile "work" keeps its mfa_serial GAHT12345678, see /home/jon/.aws/config\n',
  },
  {
    name: "says nothing when the section has the same MFA device",
    world: { answers: [id, secretKey, mfa], config: { work: { mfa_serial: mfa } } },
    events: [...questions, `write work ${id} ${secretKey}`],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
  {
    name: "leaves the config file alone with --no-add-config, and says so of the MFA device",
    world: { answers: [id, secretKey, mfa] },
    addConfig: false,
    events: [...questions, `write work ${id} ${secretKey}`],
    stdout: 'Added the access key of profile "work" in the vault\n',
    stderr: "aws-vault: with --no-add-config, mfa_serial is not written to /home/jon/.aws/config\n",
  },
  {
    name: "quotes the profile as Go does",
    world: { env: keyEnv, config: { 'a"b\u200b': {} } },
    profile: 'a"b\u200b',
    env: true,
    events: [`write a"b\u200b ${id} ${secretKey}`],
    stdout: 'Added the access key of profile "a\\"b\\u200b" in the vault\n',
  },
  {
    name: "takes a profile that names itself as its source",
    world: { env: keyEnv, config: { work: { source_profile: "work" } } },
    env: true,
    events: [`write work ${id} ${secretKey}`],
    stdout: 'Added the access key of profile "work" in the vault\n',
  },
];

for (const row of rows) {
  Deno.test(`add ${row.name}`, async () => {
    const deps = fakeCommandDeps(row.world);
    const { profile = "work", env = false, file = null, addConfig = true } = row;
    assert.equal(await add({ profile, env, file, addConfig }, deps), 0);
    assert.deepEqual(deps.events, row.events);
    assert.equal(deps.stdout.text, row.stdout);
    assert.equal(deps.stderr.text, row.stderr ?? "");
  });
}

interface Refusal {
  name: string;
  world: World;
  profile?: string;
  env?: boolean;
  file?: string;
  overrides?: Partial<Pick<CommandDeps, "saveProfile" | "sessions" | "accessKeys">>;
  code: string;
  message: string;
  hints?: string[];
  /** How many things had happened by then. */
  events: number;
}

const diskFull = () => Promise.reject(new AppError("file-full", "unavailable", "no space", { hints: ["h"] }));

const refusals: Refusal[] = [
  {
    name: "an empty name",
    world: {},
    profile: "",
    code: "item-name-invalid",
    message: 'cannot store an item under an empty name: ""',
    events: 0,
  },
  {
    name: "a name with a line end",
    world: {},
    profile: "a\n[b]",
    code: "item-name-invalid",
    message: 'cannot store an item under a name with control characters: "a\\x0a[b]"',
    events: 0,
  },
  {
    name: "a name that reads as an SSO token",
    world: {},
    profile: "oidc:https://example.awsapps.com/start",
    code: "profile-name-reserved",
    message:
      'no profile can be called "oidc:https://example.awsapps.com/start": such names are kept for sessions and SSO tokens',
    events: 0,
  },
  {
    name: "a name that reads as a session",
    world: {},
    profile: "sts.GetSessionToken,d29yaw,,1767225600",
    code: "profile-name-reserved",
    message:
      'no profile can be called "sts.GetSessionToken,d29yaw,,1767225600": such names are kept for sessions and SSO tokens',
    events: 0,
  },
  {
    name: "a profile whose key would take the place of its source profile's",
    world: { config: { work: { source_profile: "root" } } },
    code: "key-beside-source-profile",
    message:
      `profile "work" has source_profile "root": a key of its own would be used in the place of that profile's`,
    hints: ["aws-vault add root", "or remove source_profile from the profile in /home/jon/.aws/config"],
    events: 0,
  },
  {
    name: "--env without the id",
    world: { env: { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: secretKey } },
    env: true,
    code: "key-variable-missing",
    message: "the environment variable AWS_ACCESS_KEY_ID is not set",
    events: 0,
  },
  {
    name: "--env without the secret",
    world: { env: { AWS_ACCESS_KEY_ID: id } },
    env: true,
    code: "key-variable-missing",
    message: "the environment variable AWS_SECRET_ACCESS_KEY is not set",
    events: 0,
  },
  {
    name: "a file that is not there",
    world: {},
    file: "no.csv",
    code: "key-file-missing",
    message: "there is no file no.csv",
    events: 0,
  },
  {
    name: "a file that is too long for a key",
    world: { files: { "big.csv": "x".repeat(70_000) } },
    file: "big.csv",
    code: "key-file-unreadable",
    message: "big.csv can't be read as an access key: it is longer than 65536 bytes",
    events: 0,
  },
  {
    name: "several keys in one file",
    world: {
      stdin: `User name,Access key ID,Secret access key\na,${id},${secretKey}\nb,${id},${secretKey}\n`,
    },
    file: "-",
    code: "key-text-malformed",
    message: "there are 2 access keys in it, not one",
    hints: ["aws-vault import --from=csv --file=FILE stores them all, each under its user's name"],
    events: 0,
  },
  {
    name: "to read the key from the terminal, where it would show",
    world: { stdin: null },
    file: "-",
    code: "key-file-unreadable",
    message:
      "standard input can't be read as an access key: it is the terminal, which would show what is typed",
    events: 0,
  },
  {
    name: "a malformed id before it asks for the secret",
    world: { answers: [secretKey] },
    code: "access-key-id-malformed",
    message: "that is no access key id: it looks like a secret access key",
    events: 1,
  },
  {
    name: "a malformed secret before it asks for the MFA device",
    world: { answers: [id, id] },
    code: "secret-key-malformed",
    message: "that is no secret access key: it looks like an access key id",
    events: 2,
  },
  {
    name: "a malformed MFA device before anything is stored",
    world: { answers: [id, secretKey, "123456"] },
    code: "mfa-serial-malformed",
    message: "that is no MFA device: it looks like an MFA code",
    events: 3,
  },
  {
    name: "to go on without a terminal",
    world: { answers: null },
    code: "no-terminal",
    message: "there is no terminal to ask on",
    hints: ["without a terminal give --env, or --file=FILE (--file=- reads stdin)", "run it in a terminal"],
    events: 1,
  },
  {
    name: "to pass over a config file it can't write, and names both facts",
    world: { env: keyEnv },
    env: true,
    overrides: { saveProfile: diskFull },
    code: "add-incomplete",
    message: "the access key is stored, but the config file was not written: no space",
    hints: ["h", "add the section of the profile to /home/jon/.aws/config yourself"],
    events: 1,
  },
  {
    name: "to pass over sessions it can't remove, and names both facts",
    world: { env: keyEnv },
    env: true,
    overrides: { sessions: diskFull },
    code: "add-incomplete",
    message: "the access key is stored, but its sessions were not removed: no space",
    hints: ["h", "aws-vault clear work"],
    events: 1,
  },
  {
    name: "to ask when the store can't be opened",
    world: { answers: [id, secretKey, mfa] },
    overrides: { accessKeys: diskFull },
    code: "file-full",
    message: "no space",
    events: 0,
  },
];

for (const row of refusals) {
  Deno.test(`add refuses ${row.name}`, async () => {
    const deps: FakeDeps = fakeCommandDeps(row.world, row.overrides);
    const error = await rejection(
      add(
        { profile: row.profile ?? "work", env: row.env ?? false, file: row.file ?? null, addConfig: true },
        deps,
      ),
    );
    assert.deepEqual([error.code, error.message], [row.code, row.message]);
    if (row.hints) assert.deepEqual(error.hints, row.hints);
    assert.equal(deps.events.length, row.events);
    assert.doesNotMatch(`${error.message} ${error.hints.join()} ${deps.stderr.text}`, /wJalrXUtn/);
  });
}

async function rejection(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(() => null, (error: unknown) => error);
  assert.ok(error instanceof AppError, String(error));
  return error;
}

Deno.test("add takes a secret of another length than AWS's, and warns without showing it", async () => {
  const env = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: "wJalr" };
  const deps = fakeCommandDeps({ env });
  assert.equal(await add({ profile: "work", env: true, file: null, addConfig: true }, deps), 0);
  assert.ok(deps.events.includes(`write work ${id} wJalr`));
  assert.equal(
    deps.stderr.text,
    "aws-vault: warning: the secret access key has 5 characters, those of AWS have 40: was it cut off?\n",
  );
});

Deno.test("add says that the config file has lines that it can't read, before it adds to it", async () => {
  const deps = fakeCommandDeps({ env: keyEnv, mistakes: ["/config:3: a section header must end with ]"] });
  assert.equal(await add({ profile: "work", env: true, file: null, addConfig: true }, deps), 0);
  assert.equal(deps.stderr.text, "aws-vault: /config:3: a section header must end with ]\n");
});
