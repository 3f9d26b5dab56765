/** The declarations of all commands, in the order in which help shows them. Data only: the bodies are in `commands/`. */
import type { Declaration } from "./command.ts";
import { globalFlags } from "./global_flags.ts";

const duration = {
  type: "duration",
  short: "d",
  env: "AWS_VAULT_DURATION",
  help: "How long new sessions and roles live, for example 1h",
} as const;
const noSession = {
  type: "boolean",
  short: "n",
  help: "Use the stored keys without a GetSessionToken session",
} as const;
const region = { type: "text", placeholder: "REGION", help: "AWS region, before any other setting" } as const;
const mfaToken = {
  type: "text",
  short: "t",
  placeholder: "CODE",
  env: "AWS_VAULT_MFA_TOKEN",
  secret: true,
  help: "The MFA code, instead of being asked; - reads it from stdin",
} as const;
const stdout = {
  type: "boolean",
  env: "AWS_VAULT_STDOUT",
  help: "Print the SSO sign-in link instead of opening a browser",
} as const;

export const addDeclaration = {
  name: "add",
  help: "Store a user's access key",
  examples: [
    "aws-vault add work",
    "aws-vault add --env work",
    "aws-vault add --file=work_accessKeys.csv work",
  ],
  positionals: { profile: { help: "Name of the profile", required: true } },
  flags: {
    env: { type: "boolean", help: "Read the key from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" },
    file: {
      type: "text",
      placeholder: "FILE",
      help: "Read the key from a file, - for stdin: the console's CSV, JSON, or two lines with id and secret",
    },
    addConfig: {
      type: "boolean",
      default: true,
      help: "Add the profile to the config file if it is not there",
    },
  },
  conflicts: [
    { flags: ["env", "file"], hint: "the key comes from one place: give --env or --file alone" },
  ],
} as const satisfies Declaration;

export const removeDeclaration = {
  name: "remove",
  aliases: ["rm"],
  help: "Remove a stored access key and the sessions made with it",
  examples: ["aws-vault remove work"],
  positionals: { profile: { help: "Name of the profile", required: true, completes: "stored-profiles" } },
  flags: {
    force: { type: "boolean", short: "f", help: "Remove without asking" },
    sessionsOnly: {
      type: "boolean",
      short: "s",
      hidden: true,
      help: "Remove only the sessions of the profile",
    },
  },
} as const satisfies Declaration;

const { choices } = globalFlags.backend;
const elsewhere = (name: string) =>
  ({ type: "text", placeholder: "PLACE", help: `Where to copy from, when it is not --${name}` }) as const;

export const migrateBackendDeclaration = {
  name: "migrate-backend",
  help: "Copy stored access keys from one secret store to another",
  examples: [
    "aws-vault migrate-backend --from=file --to=secret-service --dry-run",
    "aws-vault migrate-backend --from=file --to=file --from-file-dir=old-keys --file-dir=new-keys --delete-source",
  ],
  positionals: {},
  flags: {
    from: {
      type: "choice",
      placeholder: "BACKEND",
      required: true,
      choices,
      help: "Store to copy from",
    },
    to: {
      type: "choice",
      placeholder: "BACKEND",
      required: true,
      choices,
      help: "Store to copy to",
    },
    profile: { type: "text", placeholder: "PROFILE", help: "Copy the key of this profile only" },
    dryRun: { type: "boolean", help: "Show what would be copied, and change nothing" },
    overwrite: { type: "boolean", help: "Replace another key that is stored under the same name" },
    deleteSource: {
      type: "boolean",
      help: "Remove each key from where it was, once the copy has been read back",
    },
    fromFileDir: elsewhere("file-dir"),
    fromPassDir: elsewhere("pass-dir"),
    fromPassPrefix: elsewhere("pass-prefix"),
    fromKeychain: elsewhere("keychain"),
    fromSecretServiceCollection: elsewhere("secret-service-collection"),
    fromOpVaultId: elsewhere("op-vault-id"),
  },
} as const satisfies Declaration;

export const importDeclaration = {
  name: "import",
  help: "Take over access keys from plain-text files, the environment or another tool",
  examples: [
    "aws-vault import --dry-run",
    "aws-vault import --yes --remove-source work",
    "aws-vault import --from=csv --file=work_accessKeys.csv work",
    "aws-vault import --from=aws-vault --program=/usr/local/bin/aws-vault-old",
  ],
  positionals: { profiles: { help: "Profiles to import; without them, all", many: true } },
  flags: {
    from: {
      type: "choice",
      placeholder: "SOURCE",
      choices: ["credentials-file", "csv", "env", "aws-vault", "granted", "aws-sso", "awskeyring"],
      default: "credentials-file",
      help: "Where the keys are",
    },
    file: {
      type: "text",
      placeholder: "FILE",
      help: "The file with the keys; default for credentials-file ~/.aws/credentials; - is stdin for csv",
    },
    program: {
      type: "text",
      placeholder: "PROGRAM",
      help: "The program that opens the keys, for aws-vault and awskeyring",
    },
    fromBackend: {
      type: "choice",
      placeholder: "BACKEND",
      choices,
      help: "The store that the other tool uses, for aws-vault, granted and aws-sso",
    },
    dryRun: { type: "boolean", help: "Show what would be imported, and change nothing" },
    overwrite: { type: "boolean", help: "Replace another key that is stored under the same name" },
    yes: { type: "boolean", short: "y", help: "Import without asking" },
    removeSource: {
      type: "boolean",
      help: "Remove the keys from the file, without asking, once they have been read back from the store",
    },
    addConfig: {
      type: "boolean",
      default: true,
      help: "Add profiles to the config file that are not there",
    },
  },
} as const satisfies Declaration;

const listJson = "--json already has profiles, credentials and sessions in it; give it alone";

export const listDeclaration = {
  name: "list",
  aliases: ["ls"],
  help: "List profiles, stored access keys and sessions",
  examples: ["aws-vault list", "aws-vault list --profiles"],
  positionals: {},
  flags: {
    profiles: { type: "boolean", help: "Print the profile names of the config file, one per line" },
    sessions: { type: "boolean", help: "Print the sessions, one per line" },
    credentials: { type: "boolean", help: "Print the profiles with a stored access key, one per line" },
    json: { type: "boolean", help: "Print everything as JSON" },
  },
  conflicts: [
    { flags: ["json", "profiles"], hint: listJson },
    { flags: ["json", "sessions"], hint: listJson },
    { flags: ["json", "credentials"], hint: listJson },
  ],
} as const satisfies Declaration;

export const execDeclaration = {
  name: "exec",
  help: "Run a command, or a shell, with AWS credentials in its environment",
  examples: ["aws-vault exec work -- aws s3 ls", "aws-vault exec work"],
  positionals: {
    profile: {
      help: "Name of the profile",
      env: "AWS_PROFILE",
      skippedByDashes: true,
      completes: "profiles",
    },
    command: {
      help: "Command to run; without it, your shell",
      endsFlags: true,
      completes: "programs",
    },
    args: { help: "Its arguments", many: true },
  },
  flags: {
    duration,
    noSession,
    region,
    mfaToken,
    json: {
      type: "boolean",
      short: "j",
      help: "Print the credentials as JSON, for credential_process, and run nothing",
    },
    server: {
      type: "boolean",
      short: "s",
      later: true,
      help: "Serve credentials as the ECS credential server does",
    },
    ecsServer: { type: "boolean", later: true, help: "Serve credentials as the ECS credential server does" },
    ec2Server: { type: "boolean", later: true, help: "Serve credentials as the EC2 metadata server does" },
    lazy: { type: "boolean", later: true, help: "Get credentials when the server is first asked" },
    stdout,
    profileEnv: {
      type: "boolean",
      env: "AWS_VAULT_PROFILE_ENV",
      help: "Give the command AWS_PROFILE instead of credentials",
    },
  },
  conflicts: [
    {
      flags: ["json", "profileEnv"],
      hint:
        "to print credentials give --json alone, to run a command with AWS_PROFILE give --profile-env alone",
    },
  ],
} as const satisfies Declaration;

export const exportDeclaration = {
  name: "export",
  help: "Print credentials, for credential_process, eval or a file",
  examples: ["aws-vault export --format=json work", 'eval "$(aws-vault export --format=export-env work)"'],
  positionals: { profile: { help: "Name of the profile", env: "AWS_PROFILE", completes: "profiles" } },
  flags: {
    duration,
    noSession,
    region,
    mfaToken,
    format: {
      type: "choice",
      placeholder: "FORMAT",
      choices: ["env", "export-env", "json", "ini"],
      default: "env",
      help: "How to print them",
    },
    stdout,
  },
} as const satisfies Declaration;

export const clearDeclaration = {
  name: "clear",
  help: "Remove sessions, of one profile or all",
  examples: ["aws-vault clear", "aws-vault clear work", "aws-vault clear --lock"],
  positionals: { profile: { help: "Name of the profile", completes: "profiles" } },
  flags: {
    lock: {
      type: "boolean",
      help: "Keep the sessions, but forget their key, as lock --keep-store does",
    },
  },
} as const satisfies Declaration;

export const lockDeclaration = {
  name: "lock",
  help: "Lock the cached sessions, and the store where it has a lock: the next call needs it unlocked",
  examples: [
    "aws-vault lock",
    "aws-vault lock --on-screen-lock",
    "aws-vault lock --settings --after=15m --on-sleep=yes",
  ],
  positionals: {},
  flags: {
    keepStore: { type: "boolean", help: "Lock the cached sessions alone, and leave the store as it is" },
    onScreenLock: {
      type: "boolean",
      help: "Keep running, and lock whenever the desktop locks its screen or the machine goes to sleep",
    },
    settings: { type: "boolean", help: "Show after what time sessions and store lock by themselves" },
    after: {
      type: "duration",
      help: "With --settings on macOS: lock the keychain after that time without use; 0 for never",
    },
    onSleep: {
      type: "choice",
      placeholder: "ANSWER",
      choices: ["yes", "no"],
      help: "With --settings on macOS: whether the keychain locks when the machine sleeps",
    },
  },
  conflicts: [
    {
      flags: ["settings", "onScreenLock"],
      hint: "--settings shows and ends, --on-screen-lock keeps running; give one of them",
    },
    { flags: ["settings", "keepStore"], hint: "--settings locks nothing; give it without --keep-store" },
  ],
} as const satisfies Declaration;

export const doctorDeclaration = {
  name: "doctor",
  help: "Report on version, config, store, cache and prompts, without secrets",
  examples: ["aws-vault doctor", "aws-vault doctor --try-store"],
  positionals: {},
  flags: {
    tryStore: {
      type: "boolean",
      help: "Store, read and remove a made-up item; the store may ask to be unlocked",
    },
    json: { type: "boolean", help: "Print the report as JSON" },
  },
} as const satisfies Declaration;

export const completionDeclaration = {
  name: "completion",
  help: "Print the script that makes a shell complete commands, flags and profiles",
  examples: ['eval "$(aws-vault completion bash)"', "aws-vault completion fish | source"],
  positionals: {
    shell: {
      help: "Name of the shell",
      required: true,
      choices: ["bash", "zsh", "fish", "powershell", "nushell"],
    },
  },
  flags: {},
} as const satisfies Declaration;

export const versionDeclaration = {
  name: "version",
  help: "Show the version",
  positionals: {},
  flags: {
    json: {
      type: "boolean",
      help:
        "Print version, commit, kind of build and target, runtime, operating system and architecture as JSON",
    },
  },
} as const satisfies Declaration;
