/**
 * Recognises, without the command table, the command lines that SDKs run: `exec PROFILE --json` and `export --format=json PROFILE` with the
 * flags that go with them. Whatever else there is, also what only might be wrong, is left to the full parser.
 */
import { parseDuration } from "../config/duration.ts";

export interface HotArguments {
  readonly profile: string;
  readonly durationSeconds: number | null;
  readonly region: string | null;
  readonly noSession: boolean;
  /** Of `--backend` or its variable; `null` when not given. */
  readonly backend: string | null;
  readonly fileDir: string;
  readonly keychain: string;
  readonly secretServiceCollection: string;
  readonly passDir: string | null;
  readonly passPrefix: string | null;
  readonly opVaultId: string | null;
  readonly opItemTitlePrefix: string;
  readonly opItemTag: string;
  readonly opConnectHost: string | null;
  readonly opDesktopAccountId: string | null;
}

/** Flags with a value, and the variable that stands in for an absent one. */
const VALUE_FLAGS: Readonly<Record<string, string>> = {
  "--duration": "AWS_VAULT_DURATION",
  "--region": "",
  "--format": "",
  "--prompt": "AWS_VAULT_PROMPT",
  "--backend": "AWS_VAULT_BACKEND",
  "--file-dir": "AWS_VAULT_FILE_DIR",
  "--keychain": "AWS_VAULT_KEYCHAIN_NAME",
  "--secret-service-collection": "AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME",
  "--pass-dir": "AWS_VAULT_PASS_PASSWORD_STORE_DIR",
  "--pass-prefix": "AWS_VAULT_PASS_PREFIX",
  "--op-vault-id": "AWS_VAULT_OP_VAULT_ID",
  "--op-item-title-prefix": "AWS_VAULT_OP_ITEM_TITLE_PREFIX",
  "--op-item-tag": "AWS_VAULT_OP_ITEM_TAG",
  "--op-connect-host": "AWS_VAULT_OP_CONNECT_HOST",
  "--op-desktop-account-id": "AWS_VAULT_OP_DESKTOP_ACCOUNT_ID",
};
const SWITCHES = ["--json", "--no-session", "--no-prompt"];
const SHORT_FORMS = new Map([["d", "--duration"], ["j", "--json"], ["n", "--no-session"]]);
const BACKENDS = [
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
];
const PROMPT_DRIVERS = ["terminal", "osascript", "zenity", "kdialog", "ykman", "pass", "wincredui", "none"];
/** Variables that change what the program does in ways this file knows nothing of. */
const FOREIGN_VARIABLES = [
  "AWS_VAULT",
  "AWS_VAULT_MFA_TOKEN",
  "AWS_VAULT_STDOUT",
  "AWS_VAULT_PROFILE_ENV",
  "AWS_VAULT_BIOMETRICS",
  "AWS_VAULT_OP_TIMEOUT",
  "AWS_VAULT_PROTON_PASS_TIMEOUT",
];

/** `null`: not such a command line, or not one that this file is sure of. Throws AppError for a malformed duration. */
export function hotArguments(
  args: readonly string[],
  env: (name: string) => string | undefined,
): HotArguments | null {
  let command: string | null = null;
  let profile: string | null = null;
  const given = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word.startsWith("-")) {
      for (const [flag, attached] of flagsIn(word)) {
        if (given.has(flag)) return null;
        if (SWITCHES.includes(flag) && attached === null) given.set(flag, "");
        else if (Object.hasOwn(VALUE_FLAGS, flag)) {
          const value = attached ?? args[++i];
          if (!value || (attached === null && value.startsWith("-"))) return null;
          given.set(flag, value);
        } else return null;
      }
    } else if (command === null) command = word;
    else if (profile === null) profile = word;
    else return null;
  }
  const isExec = command === "exec" && given.has("--json") && !given.has("--format");
  const isExport = command === "export" && given.get("--format") === "json" && !given.has("--json");
  if (!isExec && !isExport) return null;
  if (FOREIGN_VARIABLES.some((name) => env(name))) return null;
  profile ??= env("AWS_PROFILE") || null;
  const value = (flag: string) => given.get(flag) ?? (env(VALUE_FLAGS[flag]!) || null);
  const prompt = value("--prompt"), backend = value("--backend");
  if (!profile || (given.has("--prompt") && given.has("--no-prompt"))) return null;
  if (prompt !== null && !PROMPT_DRIVERS.includes(prompt)) return null;
  if (backend !== null && !BACKENDS.includes(backend)) return null;
  const duration = value("--duration");
  const seconds = duration === null ? 0 : parseDuration(duration, { allowDaysAndWeeks: true });
  if (seconds < 0) return null;
  return {
    profile,
    durationSeconds: seconds || null,
    region: given.get("--region") ?? null,
    noSession: given.has("--no-session"),
    backend,
    fileDir: value("--file-dir") ?? "~/.awsvault/keys/",
    keychain: value("--keychain") ?? "aws-vault",
    secretServiceCollection: value("--secret-service-collection") ?? "awsvault",
    passDir: value("--pass-dir"),
    passPrefix: value("--pass-prefix"),
    opVaultId: value("--op-vault-id"),
    opItemTitlePrefix: value("--op-item-title-prefix") ?? "aws-vault",
    opItemTag: value("--op-item-tag") ?? "aws-vault",
    opConnectHost: value("--op-connect-host"),
    opDesktopAccountId: value("--op-desktop-account-id"),
  };
}

/** The flags of one word with the values attached to them: `--duration=1h`, `-d1h`, `-jn`. One of an empty name: not for this file. */
function flagsIn(word: string): [flag: string, attached: string | null][] {
  if (word.startsWith("--")) {
    const equals = word.indexOf("=");
    return [equals < 0 ? [word, null] : [word.slice(0, equals), word.slice(equals + 1)]];
  }
  const flags: [string, string | null][] = [];
  for (let at = 1; at < word.length; at++) {
    const flag = SHORT_FORMS.get(word[at]!) ?? "";
    if (flag === "--duration") return [...flags, [flag, word.slice(at + 1) || null]];
    flags.push([flag, null]);
  }
  return flags.length > 0 ? flags : [["", null]];
}
