/**
 * The `secret-service` store. An item is what aws-vault makes of it: one attribute, `profile`, and the label, both the item's name; the
 * secret is the item JSON.
 *
 * Where: in the collection that `--secret-service-collection` names, when there is one. aws-vault would make one of its own; we take the
 * default collection instead, which is there and unlocked on a desktop. A collection that the user has named is made on the first write.
 */
import { BusError } from "../../dbus/bus_error.ts";
import { escapeControls } from "../../errors.ts";
import { Secret } from "../../secret.ts";
import { decodeUtf8, openEnvelope, sealEnvelope } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import {
  type Asking,
  type SecretStore,
  StoreError,
  type StoreItem,
  type StoreOutcome,
} from "../secret_store.ts";
import { explainBusFailure } from "./bus_failure.ts";
import {
  PROMPT_TIMEOUT_MS,
  PromptError,
  SecretService,
  type SecretServiceDeps,
  TransportError,
} from "./secret_service.ts";

export interface SecretServiceStoreDeps extends SecretServiceDeps {
  /** `--secret-service-collection`. */
  readonly collection: string;
}

/** What the flag has when nobody gave it: the collection that aws-vault makes. */
const AWS_VAULTS_OWN = "awsvault";
const COLLECTIONS = "/org/freedesktop/secrets/collection/";
const CONTENT_TYPE = "application/json";
/** Under which gnome-keyring shows the attribute until the collection has been unlocked once. */
const HASHED_PROFILE = "gkr:compat:hashed:profile";

/** A collection in which items may be. */
interface Place {
  readonly collection: string;
  /** The default collection, where other programs keep theirs: only what also has our label is ours. */
  readonly shared: boolean;
}

export class SecretServiceStore implements SecretStore {
  readonly backend = "secret-service";
  readonly description: string;
  readonly #deps: SecretServiceStoreDeps;

  constructor(deps: SecretServiceStoreDeps) {
    this.#deps = deps;
    this.description = `Secret Service, collection ${escapeControls(deps.collection)} or the default one`;
    if (deps.collection !== AWS_VAULTS_OWN) {
      this.description = `Secret Service, collection ${escapeControls(deps.collection)}`;
    }
  }

  async read(name: string): Promise<Secret | null> {
    if (!isText(name)) return null;
    return await this.#task(async (service) => {
      for (const place of await this.#places(service)) {
        const { ours: [item] } = await find(service, place, name);
        const secret = item === undefined ? null : await service.readSecret(item);
        if (secret !== null) return payloadOf(secret, name);
      }
      return null;
    });
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    const secret = new TextEncoder().encode(sealEnvelope(item).reveal());
    await this.#task(async (service) => {
      const [place, ...others] = await this.#places(service);
      const collection = place?.collection ?? await this.#makeCollection(service);
      const { ours: [present], foreign } = place === undefined ? NONE : await find(service, place, item.name);
      if (present !== undefined) await service.writeSecret(present, secret, CONTENT_TYPE);
      else {
        const attributes = new Map([["profile", item.name]]);
        const made = { label: item.name, attributes, secret, contentType: CONTENT_TYPE };
        // Of two who write at the same time one replaces the other's; nobody replaces another program's.
        await service.createItem(collection, made, foreign ? "add" : "replace");
      }
      for (const other of others) await this.#forgetOld(service, other, item.name);
    });
  }

  async remove(name: string): Promise<boolean> {
    if (!isText(name)) return false;
    return await this.#task(async (service) => {
      let removed = false;
      for (const place of await this.#places(service)) {
        for (const item of (await find(service, place, name)).ours) {
          removed = await service.deleteItem(item) || removed;
        }
      }
      return removed;
    });
  }

  /** By the items' attributes and labels. A prompt only where the service hides those, as before the first unlocking after login. */
  async list(asking: Asking = "if needed"): Promise<string[]> {
    return await this.#task(async (service) => {
      const names: string[] = [];
      for (const place of await this.#places(service)) names.push(...await namesIn(service, place, asking));
      return [...new Set(names)];
    });
  }

  /** Every collection that holds items of ours, with whatever else is in it. */
  async lock(): Promise<string | null> {
    return await this.#task(async (service) => {
      const open: string[] = [];
      for (const place of await this.#places(service)) {
        if (await service.isLocked(place.collection)) continue;
        // The default collection is other programs' too.
        if (!place.shared || (await namesIn(service, place, "never")).length > 0) open.push(place.collection);
      }
      if (open.length === 0) return null;
      await service.lock(open);
      const labels = await Promise.all(open.map((collection) => service.collectionLabel(collection)));
      return `keyring ${labels.map(escapeControls).join(" and ")}`;
    });
  }

  /** Where items are, the one first in which new ones go. */
  async #places(service: SecretService): Promise<Place[]> {
    const { collection: name } = this.#deps;
    const paths = await service.collections();
    const named = paths.find((path) => nameInPath(path) === name) ?? await withLabel(service, paths, name);
    const places = named === null ? [] : [{ collection: named, shared: false }];
    if (name !== AWS_VAULTS_OWN) return places;
    const shared = await service.defaultCollection();
    return shared === null || shared === named ? places : [...places, { collection: shared, shared: true }];
  }

  async #makeCollection(service: SecretService): Promise<string> {
    const { collection } = this.#deps;
    if (collection !== AWS_VAULTS_OWN) return await service.createCollection(collection, "");
    // What libsecret does where there is none.
    return await service.createCollection("Default keyring", "default");
  }

  /** An older value in the default collection would be of no use any more. Never worth a prompt or a failure. */
  async #forgetOld(service: SecretService, place: Place, name: string): Promise<void> {
    try {
      if (await service.isLocked(place.collection)) return;
      for (const item of (await find(service, place, name)).ours) await service.deleteItem(item);
    } catch (failure) {
      if (!(failure instanceof BusError || failure instanceof PromptError)) throw failure;
      this.#deps.debug(() => "an older item in the default collection could not be removed");
    }
  }

  async #task<T>(work: (service: SecretService) => Promise<T>): Promise<T> {
    let service: SecretService | null = null;
    try {
      service = await SecretService.open(this.#deps);
      return await work(service);
    } catch (failure) {
      throw translate(failure);
    } finally {
      service?.close();
    }
  }
}

/** aws-vault looks at the path alone: characters that have no place in one stand there as `_xx`. */
function nameInPath(path: string): string | null {
  if (!path.startsWith(COLLECTIONS)) return null;
  const bytes = path.slice(COLLECTIONS.length).replace(/_([0-9a-f]{2})/gi, "%$1");
  try {
    return decodeURIComponent(bytes);
  } catch {
    return null;
  }
}

/** Of several with the label always the same one: services list their collections in no order. */
async function withLabel(
  service: SecretService,
  paths: readonly string[],
  label: string,
): Promise<string | null> {
  const sorted = [...paths].sort();
  const labels = await Promise.all(sorted.map((path) => service.collectionLabel(path)));
  return sorted[labels.indexOf(label)] ?? null;
}

/** What a collection has under a name: paths of our items, and whether another program has one with the same attribute. */
interface Found {
  readonly ours: readonly string[];
  readonly foreign: boolean;
}

const NONE: Found = { ours: [], foreign: false };

async function find(service: SecretService, { collection, shared }: Place, name: string): Promise<Found> {
  const attributes = new Map([["profile", name]]);
  let items = await service.search(collection, attributes);
  if (items.length === 0 && await hidesItems(service, collection)) {
    await service.unlock(collection);
    items = await service.search(collection, attributes);
  }
  if (!shared || items.length === 0) return { ours: items, foreign: false };
  let labels = await labelsOf(service, items);
  if (labels.includes("") && await service.isLocked(collection)) {
    await service.unlock(collection);
    labels = await labelsOf(service, items);
  }
  const ours = items.filter((_, i) => labels[i] === name);
  return { ours, foreign: ours.length < items.length };
}

/** Some services search locked collections (gnome-keyring), others show them empty (KeePassXC). */
async function hidesItems(service: SecretService, collection: string): Promise<boolean> {
  const [locked, items] = await Promise.all([service.isLocked(collection), service.items(collection)]);
  return locked && items.length === 0;
}

async function labelsOf(service: SecretService, items: readonly string[]): Promise<(string | null)[]> {
  return (await Promise.all(items.map((item) => service.describe(item)))).map((one) => one?.label ?? null);
}

async function namesIn(
  service: SecretService,
  { collection, shared }: Place,
  asking: Asking,
): Promise<string[]> {
  let items = await describeAll(service, collection);
  const isHidden = items.some(({ attributes }) => attributes.has(HASHED_PROFILE)) ||
    (items.length === 0 && await service.isLocked(collection));
  if (isHidden) {
    if (asking === "never") {
      throw new StoreError("locked", "the Secret Service is locked", { hints: HINTS.locked });
    }
    await service.unlock(collection);
    items = await describeAll(service, collection);
  }
  return items.flatMap(({ label, attributes }) => {
    const name = attributes.get("profile");
    return name === undefined || (shared && label !== name) ? [] : [name];
  });
}

async function describeAll(service: SecretService, collection: string) {
  const items = await service.items(collection);
  return (await Promise.all(items.map((item) => service.describe(item)))).filter((item) => item !== null);
}

/** Strings of D-Bus hold neither NUL nor halves of surrogate pairs; no item can be there. */
function isText(name: string): boolean {
  return !name.includes("\0") && name.isWellFormed();
}

function payloadOf(secret: Uint8Array, name: string): Secret {
  const text = decodeUtf8(secret);
  const envelope = text === null ? null : openEnvelope(text);
  if (envelope !== null) return envelope.payload;
  throw new StoreError(
    "damaged",
    `the Secret Service has an item for "${escapeControls(name)}" that can't be understood`,
    {
      hints: HINTS.damaged,
    },
  );
}

const HINTS: Readonly<Record<StoreOutcome, readonly string[]>> = {
  locked: [
    "log in to the desktop or unlock the keyring there (Passwords and Keys, KeePassXC, KWallet)",
    "over ssh, in WSL or a container nothing can ask for its password: use another store, --backend=file or --backend=pass",
  ],
  denied: ["the session bus refused the call; see whether a sandbox or bus policy stands in between"],
  unavailable: [
    "start gnome-keyring, KeePassXC or KWallet in this session; DBUS_SESSION_BUS_ADDRESS has to name its bus",
    "over ssh, in WSL or a container there is none: use another store, --backend=file or --backend=pass",
  ],
  damaged: ["look at the item with: secret-tool search --all profile PROFILE"],
};

function translate(failure: unknown): unknown {
  if (failure instanceof StoreError) return failure;
  const [outcome, predicate] = explain(failure) ?? [];
  if (outcome === undefined) return failure;
  return new StoreError(outcome, `the Secret Service ${predicate}`, {
    hints: HINTS[outcome],
    cause: failure,
  });
}

/** `null` for what is no failure of the store. */
function explain(failure: unknown): readonly [StoreOutcome, string] | null {
  if (failure instanceof PromptError) {
    return failure.reason === "dismissed"
      ? ["locked", "is locked, and its prompt was dismissed or could not be shown"]
      : ["locked", `is locked, and nobody answered its prompt within ${PROMPT_TIMEOUT_MS / 1000} s`];
  }
  if (failure instanceof TransportError) {
    return ["damaged", `sent what can't be decrypted: ${failure.message}`];
  }
  if (!(failure instanceof BusError)) return null;
  if (failure.errorName?.endsWith(".IsLocked")) return ["locked", "is locked"];
  return explainBusFailure(failure);
}
