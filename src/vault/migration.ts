/**
 * Copies stored access keys from one store to another, item by item: written, read back, compared, and only then, where that was asked
 * for, removed from the source. Running it again finishes what an earlier run has begun. Sessions and SSO tokens stay where they are.
 */
import type { Credentials } from "../aws/credentials.ts";
import { AppError, escapeControls } from "../errors.ts";
import { Secret } from "../secret.ts";
import { accessKeyItem, parsePayload } from "./access_keys.ts";
import { classifyItemName } from "./item_names.ts";
import { type SecretStore, StoreError } from "./secret_store.ts";
import { byUtf8 } from "./utf8_order.ts";

/** What is to be done with a profile, as far as names tell; an item that turns out to be the same key needs nothing done. */
export interface MigrationStep {
  readonly profile: string;
  readonly action: "copy" | "overwrite" | "skip";
}

/** `kept` is another key under this name, which the destination keeps. */
export interface MigrationOutcome {
  readonly destination: "copied" | "overwritten" | "there-already" | "kept";
  readonly removedFromSource: boolean;
}

export interface MigrationOptions {
  readonly overwrite: boolean;
  readonly deleteSource: boolean;
}

interface Ends {
  readonly source: SecretStore;
  readonly destination: SecretStore;
}

/** `here` and `there` are all names in the source and in the destination. In byte order. */
export function planMigration(
  here: readonly string[],
  there: readonly string[],
  options: Pick<MigrationOptions, "overwrite">,
): MigrationStep[] {
  const taken = new Set(there);
  return here.filter((name) => classifyItemName(name) === "access-key").sort(byUtf8).map((profile) => ({
    profile,
    action: !taken.has(profile) ? "copy" : options.overwrite ? "overwrite" : "skip",
  }));
}

/**
 * Migrates one profile. Whatever is thrown, the source still has the key. Looks at the destination itself: since the plan was made somebody may have stored
 * a key there. Throws StoreErrors and AppError `migration-failed`.
 */
export async function migrateProfile(
  profile: string,
  { source, destination }: Ends,
  { overwrite, deleteSource }: MigrationOptions,
): Promise<MigrationOutcome> {
  const payload = await source.read(profile);
  if (payload === null) throw failed(profile, `is no longer in the ${source.description}`);
  const key = parsePayload(profile, payload);
  const found = await readIfSound(destination, profile);
  const same = found !== null && found !== "damaged" && isSameKey(profile, found, key);
  if (found !== null && !same && !overwrite) return { destination: "kept", removedFromSource: false };
  if (!same) {
    await destination.write(accessKeyItem(profile, payload));
    const back = await destination.read(profile);
    if (back === null || !back.equals(payload)) {
      throw failed(profile, `does not come back from the ${destination.description} as it was written`);
    }
  }
  if (deleteSource) {
    // A passphrase may have been asked for since it was read, and another program have stored a new key.
    const now = await source.read(profile);
    if (now !== null && !now.equals(payload)) {
      throw failed(profile, `was replaced in the ${source.description} while it was copied`);
    }
  }
  return {
    destination: same ? "there-already" : found === null ? "copied" : "overwritten",
    removedFromSource: deleteSource && await source.remove(profile),
  };
}

/** Of a form that no version of aws-vault lists as anything. A killed run may leave it; the next one removes it. */
const PROBE_ITEM = "session,bWlncmF0aW9u,,10";

/**
 * Whether an item of one shows in the other, under whatever names and paths. Asked in both directions: a store may look for items in more places than
 * the one it writes to, and would take the source's own item for the copy.
 */
export async function isSamePlace({ source, destination }: Ends): Promise<boolean> {
  for (const store of [source, destination]) await store.remove(PROBE_ITEM);
  return await showsIn(source, destination) || await showsIn(destination, source);
}

async function showsIn(other: SecretStore, written: SecretStore): Promise<boolean> {
  await written.write(accessKeyItem(PROBE_ITEM, new Secret("{}")));
  try {
    return (await other.list()).includes(PROBE_ITEM);
  } finally {
    await written.remove(PROBE_ITEM);
  }
}

async function readIfSound(store: SecretStore, name: string): Promise<Secret | "damaged" | null> {
  try {
    return await store.read(name);
  } catch (failure) {
    if (failure instanceof StoreError && failure.outcome === "damaged") return "damaged";
    throw failure;
  }
}

/** Other spellings of the same JSON are the same key. */
function isSameKey(profile: string, payload: Secret, key: Credentials): boolean {
  let other: Credentials;
  try {
    other = parsePayload(profile, payload);
  } catch {
    return false; // damaged: whatever it was, it is not this key
  }
  const token = key.sessionToken;
  return other.accessKeyId === key.accessKeyId && other.secretAccessKey.equals(key.secretAccessKey) &&
    (token === null ? other.sessionToken === null : other.sessionToken?.equals(token) === true) &&
    other.expiresAt === key.expiresAt && other.accountId === key.accountId;
}

function failed(profile: string, problem: string): AppError {
  return new AppError(
    "migration-failed",
    "damaged",
    `the key of profile "${escapeControls(profile)}" ${escapeControls(problem)}`,
  );
}
