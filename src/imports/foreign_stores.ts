/**
 * Keys that other tools keep in the same kinds of stores as aws-vault (they use the same library): granted
 * (https://github.com/common-fate/granted) one item per profile with aws-vault's own payload, aws-sso-cli
 * (https://github.com/synfinatic/aws-sso-cli) one item with everything it knows.
 */
import { AppError, escapeControls } from "../errors.ts";
import { Secret } from "../secret.ts";
import { AccessKeys } from "../vault/access_keys.ts";
import type { SecretStore } from "../vault/secret_store.ts";
import { type Finding, toFinding } from "./found_key.ts";

/**
 * The folder of granted's file store, below its own folder, and the name of its collection, prefix, wallet or service elsewhere.
 *
 * https://github.com/common-fate/granted/blob/main/pkg/securestorage/securestorage.go
 */
export const GRANTED_FOLDER = "secure-storage-aws-iam-credentials";
export const GRANTED_SERVICE = "granted-aws-iam-credentials";
export const GRANTED_KEYCHAIN = "login";

/**
 * The item of aws-sso-cli, the folder of its file store below its own, its collection, and its wallet or service elsewhere. It names no
 * keychain, so macOS takes the default one.
 *
 * https://github.com/synfinatic/aws-sso-cli/blob/main/internal/storage/keyring.go
 */
export const AWS_SSO_ITEM = "aws-sso-cli-records";
export const AWS_SSO_FOLDER = "secure";
export const AWS_SSO_COLLECTION = "awsssocli";
export const AWS_SSO_SERVICE = "aws-sso-cli";
/** Bytes of the first part's header: how long all parts are together, big-endian. */
const AWS_SSO_HEADER = 8;

/** Only the keys of `wanted`, or all when it is empty. Throws StoreErrors. */
export async function findInGranted(store: SecretStore, wanted: readonly string[]): Promise<Finding[]> {
  const shelf = new AccessKeys(store);
  const findings: Finding[] = [];
  for (const profile of await shelf.profiles()) {
    if (wanted.length > 0 && !wanted.includes(profile)) continue;
    const key = await shelf.read(profile);
    if (key === null) continue;
    const parts = {
      id: key.accessKeyId,
      secret: key.secretAccessKey.reveal(),
      token: key.sessionToken?.reveal() ?? "",
    };
    findings.push(toFinding(profile, parts));
  }
  return findings;
}

/**
 * The records of aws-sso-cli from the Credential Manager, where they are cut into parts, which `read` answers by name. A cut may fall
 * within a character. `null` when there are none. Throws AppError `import-records-malformed`.
 */
export function joinAwsSsoParts(read: (name: string) => Uint8Array | null, place: string): Secret | null {
  const first = read(`${AWS_SSO_ITEM}_0`);
  if (first === null) return null;
  const parts: Uint8Array[] = [first];
  try {
    if (first.length < AWS_SSO_HEADER) throw malformed(place);
    const header = new DataView(first.buffer, first.byteOffset, AWS_SSO_HEADER);
    const total = header.getBigUint64(0, false);
    let length = first.length - AWS_SSO_HEADER;
    while (length < total) {
      const part = read(`${AWS_SSO_ITEM}_${parts.length}`);
      if (part === null || part.length === 0) throw malformed(place);
      parts.push(part);
      length += part.length;
    }
    if (BigInt(length) !== total) throw malformed(place);
    const decoder = new TextDecoder("utf-8", { fatal: true });
    try {
      const texts = parts.map((part, i) =>
        decoder.decode(i === 0 ? part.subarray(AWS_SSO_HEADER) : part, { stream: true })
      );
      return new Secret(texts.join("") + decoder.decode());
    } catch {
      throw malformed(place);
    }
  } finally {
    for (const part of parts) part.fill(0);
  }
}

/** The static credentials among the records of aws-sso-cli, as JSON from its item or its JSON store. Throws AppError `import-records-malformed`. */
export function findInAwsSso(records: Secret, place: string): Finding[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(records.reveal());
  } catch {
    throw malformed(place); // the parser's message would quote them
  }
  if (!isObject(parsed)) throw malformed(place);
  const keys = parsed["StaticCredentials"] ?? {};
  if (!isObject(keys)) throw malformed(place);
  return Object.entries(keys).map(([arn, key]) => {
    if (!isObject(key)) throw malformed(place);
    const text = (name: string) => typeof key[name] === "string" ? key[name] : "";
    const parts = { id: text("accessKeyId"), secret: text("secretAccessKey"), token: "" };
    return toFinding(text("Profile") || arn, parts);
  });
}

function malformed(place: string): AppError {
  return new AppError(
    "import-records-malformed",
    "damaged",
    `${escapeControls(place)} holds no records of aws-sso-cli`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
