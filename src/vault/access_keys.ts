/** Long-lived keys of profiles, as a typed shelf over a {@link SecretStore}: item names and payloads are those of aws-vault. */
import type { Credentials } from "../aws/credentials.ts";
import { AppError, escapeControls } from "../errors.ts";
import { Secret } from "../secret.ts";
import { classifyItemName } from "./item_names.ts";
import { type Asking, type SecretStore, StoreError, type StoreItem } from "./secret_store.ts";

export interface NewAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** Go's zero time: how aws-vault writes "does not expire". */
const NO_EXPIRY = "0001-01-01T00:00:00Z";

export class AccessKeys {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  /** The store, for messages. */
  get place(): string {
    return this.#store.description;
  }

  /** The profiles with stored keys, in store order; sessions and SSO tokens are not among them. */
  async profiles(asking: Asking = "if needed"): Promise<string[]> {
    return (await this.#store.list(asking)).filter((name) => classifyItemName(name) === "access-key");
  }

  /** Whether there is an item for the profile, a damaged one included. Decrypts nothing where the store can do that. */
  async has(profile: string): Promise<boolean> {
    return (await this.profiles()).includes(profile);
  }

  /** Whether there are keys for the profile, also ones that make no sense. Unlocks the store only where that takes reading them. */
  async holds(profile: string): Promise<boolean> {
    if (classifyItemName(profile) !== "access-key") return false;
    return await this.#store.has?.(profile) ?? await this.#store.read(profile) !== null;
  }

  /** `null` when the profile has no stored keys. Throws a StoreError of outcome `damaged` when the item makes no sense. */
  async read(profile: string): Promise<Credentials | null> {
    if (classifyItemName(profile) !== "access-key") return null;
    const payload = await this.#store.read(profile);
    return payload === null ? null : parsePayload(profile, payload);
  }

  /** Makes or replaces the profile's item. Refuses a name that would read as a session or SSO token item. */
  async write(profile: string, key: NewAccessKey): Promise<void> {
    if (classifyItemName(profile) !== "access-key") {
      throw new AppError(
        "item-name-reserved",
        "usage",
        `the name "${escapeControls(profile)}" is kept for sessions and SSO tokens`,
        {
          hints: ["choose another profile name"],
        },
      );
    }
    await this.#store.write(accessKeyItem(profile, formatPayload(key)));
  }

  /** Whether there was an item to remove. Never touches a session or SSO token item. */
  async remove(profile: string): Promise<boolean> {
    return classifyItemName(profile) === "access-key" && await this.#store.remove(profile);
  }
}

/** The item as aws-vault writes it. */
export function accessKeyItem(profile: string, payload: Secret): StoreItem {
  return { name: profile, payload, label: `aws-vault (${profile})`, description: "", trusted: false };
}

/** The members of the Go SDK's credentials struct, all seven and in its order. */
function formatPayload(key: NewAccessKey): Secret {
  return new Secret(JSON.stringify({
    AccessKeyID: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey.reveal(),
    SessionToken: "",
    Source: "",
    CanExpire: false,
    Expires: NO_EXPIRY,
    AccountID: "",
  }));
}

/** Member names are compared without case; only the two keys themselves have to be there. Throws a StoreError of outcome `damaged`. */
export function parsePayload(profile: string, payload: Secret): Credentials {
  const members = lowerCaseMembers(payload);
  if (members === null) throw damaged(profile, "are not JSON");
  const text = (name: string): string => {
    const value = members.get(name) ?? "";
    if (typeof value !== "string") throw damaged(profile, `have a ${name} that is no text`);
    return value;
  };
  const accessKeyId = text("accesskeyid");
  const secretAccessKey = text("secretaccesskey");
  if (accessKeyId === "") throw damaged(profile, "lack an access key id");
  if (secretAccessKey === "") throw damaged(profile, "lack a secret access key");
  const sessionToken = text("sessiontoken");
  const accountId = text("accountid");
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: sessionToken === "" ? null : new Secret(sessionToken),
    expiresAt: members.get("canexpire") === true ? expiry(profile, text("expires")) : null,
    accountId: accountId === "" ? null : accountId,
  };
}

function lowerCaseMembers(payload: Secret): Map<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(payload.reveal());
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
    return new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]));
  } catch {
    return null; // the parser's message would quote the payload
  }
}

function expiry(profile: string, text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw damaged(profile, "have an unreadable expiry");
  return at;
}

function damaged(profile: string, reason: string): StoreError {
  return new StoreError("damaged", `the stored keys of profile "${escapeControls(profile)}" ${reason}`, {
    hints: [`store them again with: aws-vault add "${escapeControls(profile)}"`],
  });
}
