/** The flags that every command takes, and those that make the program show something instead of running a command. */
import type { Conflict, Flags, FlagValues } from "./command.ts";
import type { GlobalOptions } from "./deps.ts";

export const globalFlags = {
  debug: { type: "boolean", help: "Write what the program does to stderr, without secrets" },
  backend: {
    type: "choice",
    placeholder: "BACKEND",
    env: "AWS_VAULT_BACKEND",
    choices: [
      "keychain",
      "wincred",
      "winhello",
      "secret-service",
      "kwallet",
      "keyctl",
      "pass",
      "passage",
      "file",
      "op",
      "op-desktop",
      "op-connect",
    ],
    refusedChoices: {
      "proton-pass": "its API is documented nowhere, and answers only to programs that pass for Proton's own",
    },
    help: "Secret store to use; without it, the store of this operating system",
  },
  prompt: {
    type: "choice",
    placeholder: "DRIVER",
    env: "AWS_VAULT_PROMPT",
    choices: ["terminal", "osascript", "zenity", "kdialog", "ykman", "pass", "wincredui", "none"],
    help: "How to ask for MFA codes; none never asks",
  },
  noPrompt: { type: "boolean", help: "Never ask; fail at once instead (same as --prompt=none)" },
  keychain: {
    type: "text",
    placeholder: "NAME",
    env: "AWS_VAULT_KEYCHAIN_NAME",
    default: "aws-vault",
    help: "Name of the macOS keychain to use",
  },
  secretServiceCollection: {
    type: "text",
    placeholder: "NAME",
    env: "AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME",
    default: "awsvault",
    help: "Name of the secret-service collection to use",
  },
  fileDir: {
    type: "text",
    placeholder: "FOLDER",
    env: "AWS_VAULT_FILE_DIR",
    default: "~/.awsvault/keys/",
    help: "Folder of the file store",
  },
  passDir: {
    type: "text",
    placeholder: "FOLDER",
    env: "AWS_VAULT_PASS_PASSWORD_STORE_DIR",
    help: "Password store of pass or passage; without it, the one these use by themselves",
  },
  passCmd: {
    type: "text",
    placeholder: "PROGRAM",
    env: "AWS_VAULT_PASS_CMD",
    help: "Program to run in the place of pass or passage",
  },
  passPrefix: {
    type: "text",
    placeholder: "PREFIX",
    env: "AWS_VAULT_PASS_PREFIX",
    help: "Folder within the password store that holds the items",
  },
  opTimeout: {
    type: "duration",
    env: "AWS_VAULT_OP_TIMEOUT",
    default: 15,
    help: "Deadline of a call of the 1Password CLI",
  },
  opVaultId: {
    type: "text",
    placeholder: "ID",
    env: "AWS_VAULT_OP_VAULT_ID",
    help: "1Password vault that holds the items",
  },
  opItemTitlePrefix: {
    type: "text",
    placeholder: "PREFIX",
    env: "AWS_VAULT_OP_ITEM_TITLE_PREFIX",
    default: "aws-vault",
    help: "Prefix of 1Password item titles",
  },
  opItemTag: {
    type: "text",
    placeholder: "TAG",
    env: "AWS_VAULT_OP_ITEM_TAG",
    default: "aws-vault",
    help: "Tag of 1Password items",
  },
  opConnectHost: {
    type: "text",
    placeholder: "URL",
    env: "AWS_VAULT_OP_CONNECT_HOST",
    help: "Address of the 1Password Connect server",
  },
  opDesktopAccountId: {
    type: "text",
    placeholder: "ID",
    env: "AWS_VAULT_OP_DESKTOP_ACCOUNT_ID",
    help: "Account of the 1Password desktop app; without it, its default one",
  },
  // The flags of a store that is not supported are taken and have no effect, so that scripts and environments keep working.
  protonPassShareId: {
    type: "text",
    placeholder: "ID",
    env: "AWS_VAULT_PROTON_PASS_SHARE_ID",
    hidden: true,
    help: "Proton Pass share to use",
  },
  protonPassItemTitlePrefix: {
    type: "text",
    placeholder: "PREFIX",
    env: "AWS_VAULT_PROTON_PASS_ITEM_TITLE_PREFIX",
    hidden: true,
    help: "Prefix of Proton Pass item titles",
  },
  protonPassApiBase: {
    type: "text",
    placeholder: "URL",
    env: "AWS_VAULT_PROTON_PASS_API_BASE",
    hidden: true,
    help: "Proton Pass server",
  },
  protonPassTimeout: {
    type: "duration",
    env: "AWS_VAULT_PROTON_PASS_TIMEOUT",
    hidden: true,
    help: "Deadline of a Proton Pass call",
  },
  biometrics: {
    type: "boolean",
    env: "AWS_VAULT_BIOMETRICS",
    help: "Ask for Touch ID before the macOS keychain is used",
  },
} as const satisfies Flags;

export const globalConflicts: readonly Conflict[] = [
  { flags: ["prompt", "noPrompt"], hint: "give --prompt=DRIVER to be asked, or --no-prompt alone" },
];

/** Flags that are answered before, and instead of, any command. */
export const programFlags = {
  help: { type: "boolean", help: "Show help for the program or, with a command, for that command" },
  helpLong: { type: "boolean", hidden: true, help: "Show help for the program and all its commands" },
  helpMan: { type: "boolean", hidden: true, help: "Print the manual page of the program or of a command" },
  version: { type: "boolean", short: "v", help: "Show the version" },
  completionScriptBash: { type: "boolean", hidden: true, help: "Print the completion script for bash" },
  completionScriptZsh: { type: "boolean", hidden: true, help: "Print the completion script for zsh" },
} as const satisfies Flags;

/** Folds `--no-prompt` into `--prompt`. */
export function toGlobalOptions({ noPrompt, ...values }: FlagValues<typeof globalFlags>): GlobalOptions {
  return noPrompt ? { ...values, prompt: "none" } : values;
}
