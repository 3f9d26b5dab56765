/**
 * What the kernel remembers of an answer, next to the cache key and as long as that: which record it came from, on what it depended, and one
 * half of its bytes. The other half is the record's ciphertext on disk: the answer is both, bit by bit, exclusive-or. Neither half says
 * anything without the other, so who can read only the kernel's keys or only the files has nothing, as with key and record.
 */

export interface RememberedAnswer {
  /** Epoch milliseconds between which the answer is given. */
  readonly from: number;
  readonly until: number;
  /** How long without use the kernel keeps the cache key, in seconds. */
  readonly keepSeconds: number;
  /** What the kernel calls the cache key. */
  readonly keyDescription: string;
  /** Absolute, as all paths here. */
  readonly recordPath: string;
  /** In bytes. */
  readonly recordLength: number;
  /** Where in the record the other half begins. */
  readonly recordStart: number;
  /** SHA-256 in hex of config, record, cache key and share: all four are still what they were. */
  readonly proof: string;
  readonly configPath: string;
  /** Then the identity of the config file stands for its content. */
  readonly configIsLarge: boolean;
  /** Paths that were looked at when the store was chosen: after a `+` those where something was, after a `-` the others. */
  readonly sights: readonly string[];
  readonly share: Uint8Array;
}

/** Begins the names that the kernel knows answers by. */
export const ANSWER_DESCRIPTION = "aws-vault:answer:";

/** Every variable that has a say in which record answers. An answer that any other one had a part in is not remembered. */
export const ANSWER_VARIABLES: readonly string[] = [
  "HOME",
  "AWS_CONFIG_FILE",
  "AWS_PROFILE",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_MFA_SERIAL",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_SESSION_TAGS",
  "AWS_TRANSITIVE_TAGS",
  "AWS_SOURCE_IDENTITY",
  "AWS_ASSUME_ROLE_TTL",
  "AWS_SESSION_TOKEN_TTL",
  "AWS_CHAINED_SESSION_TOKEN_TTL",
  "AWS_MIN_TTL",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_STS",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_STS_REGIONAL_ENDPOINTS",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_VAULT",
  "AWS_VAULT_BACKEND",
  "AWS_VAULT_BIOMETRICS",
  "AWS_VAULT_CACHE_DIR",
  "AWS_VAULT_DURATION",
  "AWS_VAULT_FILE_DIR",
  "AWS_VAULT_KEYCHAIN_NAME",
  "AWS_VAULT_LOCK_AFTER",
  "AWS_VAULT_MFA_TOKEN",
  "AWS_VAULT_OP_CONNECT_HOST",
  "AWS_VAULT_OP_DESKTOP_ACCOUNT_ID",
  "AWS_VAULT_OP_ITEM_TAG",
  "AWS_VAULT_OP_ITEM_TITLE_PREFIX",
  "AWS_VAULT_OP_TIMEOUT",
  "AWS_VAULT_OP_VAULT_ID",
  "AWS_VAULT_PASS_PASSWORD_STORE_DIR",
  "AWS_VAULT_PASS_PREFIX",
  "AWS_VAULT_PROFILE_ENV",
  "AWS_VAULT_PROMPT",
  "AWS_VAULT_PROTON_PASS_TIMEOUT",
  "AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME",
  "AWS_VAULT_STDOUT",
  "DBUS_SESSION_BUS_ADDRESS",
  "DISABLE_KWALLET",
  "OP_CONNECT_HOST",
  "OP_DESKTOP_ACCOUNT_ID",
  "OP_VAULT_ID",
  "PASSAGE_DIR",
  "PASSWORD_STORE_DIR",
  "XDG_DATA_DIRS",
  "XDG_DATA_HOME",
  "XDG_RUNTIME_DIR",
  "XDG_STATE_HOME",
];

/** The command line and the variables as one text, no two of which are alike. Its SHA-256 names the answer. */
export function answerQuestion(
  version: string,
  args: readonly string[],
  env: (name: string) => string | undefined,
): string {
  let text = `aws-vault answer 2\0${version}\0${args.length}\0`;
  for (const word of args) text += `${word}\0`;
  for (const name of ANSWER_VARIABLES) {
    const value = env(name);
    text += value === undefined ? "-\0" : `=${value}\0`;
  }
  return text;
}

/**
 * Of what statx(2) says of a file, all that changes with its content and not when it is read: mode, inode, size, times of birth, change and
 * modification, devices. Changes the record.
 */
export function identityIn(record: Uint8Array): Uint8Array {
  record.fill(0, 48, 80); // blocks, attributes and the time of the last access
  return record.subarray(28, 144);
}

/** `null` when a path can't be written down. */
export function encodeAnswer(answer: RememberedAnswer): Uint8Array | null {
  const { from, until, keepSeconds, keyDescription, recordPath, recordLength, recordStart, proof, share } =
    answer;
  const lines = [from, until, keepSeconds, keyDescription, recordPath, recordLength, recordStart, proof]
    .concat((answer.configIsLarge ? "#" : "=") + answer.configPath)
    .concat(answer.sights);
  if (lines.some((line) => String(line).includes("\n"))) return null;
  const head = new TextEncoder().encode(lines.join("\n"));
  const bytes = new Uint8Array(2 + head.length + share.length);
  bytes.set([head.length >> 8, head.length & 0xff]);
  bytes.set(head, 2);
  bytes.set(share, 2 + head.length);
  return bytes;
}

/** The share is a part of `bytes`, not a copy. `null` for what is no answer. */
export function decodeAnswer(bytes: Uint8Array): RememberedAnswer | null {
  const end = 2 + (bytes[0]! << 8 | bytes[1]!);
  const lines = new TextDecoder().decode(bytes.subarray(2, end)).split("\n");
  if (lines.length < FIXED_LINES) return null;
  return {
    from: Number(lines[0]),
    until: Number(lines[1]),
    keepSeconds: Number(lines[2]),
    keyDescription: lines[3]!,
    recordPath: lines[4]!,
    recordLength: Number(lines[5]),
    recordStart: Number(lines[6]),
    proof: lines[7]!,
    configPath: lines[8]!.slice(1),
    configIsLarge: lines[8]![0] === "#",
    sights: lines.slice(FIXED_LINES),
    share: bytes.subarray(end),
  };
}

const FIXED_LINES = 9;
