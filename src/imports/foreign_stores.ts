/**
 * Keys that other tools keep in the same kinds of stores as aws-vault (they use the same library): granted
 * (https://github.com/common-fate/granted) one item per profile with aws-vault's own payload, aws-sso-cli
 * (https://github.com/synfinatic/aws-sso-cli) one item with everything it knows.
 */
import { AppError, escapeControls } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { AccessKeys } from "../vault/access_keys.ts";
import type { SecretStore } from "../vault/secret_store.ts";
import { type Finding, toFinding } from "./found_key.ts";

/** The folder of granted's file store, below its own folder, and the name of its collection, prefix or service elsewhere. */
export const GRANTED_FOLDER = "secure-storage-aws-iam-credentials";
export const GRANTED_SERVICE = "granted-aws-iam-credentials";

/** The item of aws-sso-cli, the folder of its file store below its own, and its collection. */
export const AWS_SSO_ITEM = "aws-sso-cli-records";
export const AWS_SSO_FOLDER = "secure";
export const AWS_SSO_COLLECTION = "awsssocli";

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

/** The static credentials among the records of aws-sso-cli, as JSON from its item or its JSON store. Throws AppError `import-records-malformed`. */
export function findInAwsSso(records: Secret, place: string): Finding[] {
  const malformed = () =>
    new AppError(
      "import-records-malformed",
      "damaged",
      `${escapeControls(place)} holds no records of aws-sso-cli`,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(records.reveal());
  } catch {
    throw malformed(); // the parser's message would quote them
  }
  if (!isObject(parsed)) throw malformed();
  const keys = parsed["StaticCredentials"] ?? {};
  if (!isObject(keys)) throw malformed();
  return Object.entries(keys).map(([arn, key]) => {
    if (!isObject(key)) throw malformed();
    const text = (name: string) => typeof key[name] === "string" ? key[name] : "";
    const parts = { id: text("accessKeyId"), secret: text("secretAccessKey"), token: "" };
    return toFinding(text("Profile") || arn, parts);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
