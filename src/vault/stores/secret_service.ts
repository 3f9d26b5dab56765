/**
 * A client of the Secret Service (gnome-keyring, KeePassXC, KWallet): its objects, calls and prompts, in its own words. It knows nothing
 * of what we store. One value lives for one task.
 *
 * https://specifications.freedesktop.org/secret-service/latest/
 */
import { BusConnection, type BusDeps, type BusReply } from "../../dbus/bus_connection.ts";
import { BusError } from "../../dbus/bus_error.ts";
import { type BusValue, Variant } from "../../dbus/bus_values.ts";
import type { Random } from "../../host/host.ts";
import {
  ENCRYPTED_ALGORITHM,
  offerKey,
  PLAIN_ALGORITHM,
  plainTransport,
  type SecretTransport,
} from "./secret_transport.ts";

export interface SessionBusDeps extends BusDeps {
  /** Sockets of the session bus. */
  readonly sockets: readonly string[];
}

export interface SecretServiceDeps extends SessionBusDeps {
  readonly random: Random;
  readonly debug: (text: () => string) => void;
}

/** Why a prompt of the service led to nothing. */
export class PromptError extends Error {
  override readonly name = "PromptError";
  /** `dismissed`: by the person, or because there was nothing to show it with. */
  readonly reason: "dismissed" | "unanswered";

  constructor(reason: "dismissed" | "unanswered") {
    super(reason);
    this.reason = reason;
  }
}

/** What is encrypted on the bus can't be decrypted. */
export class TransportError extends Error {
  override readonly name = "TransportError";
}

interface Session {
  readonly path: string;
  readonly transport: SecretTransport;
}

/** libdbus's own default. Long enough to start the service. */
export const CALL_TIMEOUT_MS = 25_000;
/** As long as a person may take to find the password that the desktop asks for. */
export const PROMPT_TIMEOUT_MS = 60_000;

const BUS_NAME = "org.freedesktop.DBus";
const BUS_PATH = "/org/freedesktop/DBus";
const NAME = "org.freedesktop.secrets";
const ROOT = "/org/freedesktop/secrets";
const API = "org.freedesktop.Secret";
const NOTHING = "/";
/** KWallet has the second name for it. */
const NO_SESSION =
  /^org\.(?:freedesktop\.Secret\.Error\.NoSession|qtproject\.QtDBus\.Error\.InvalidObjectPath)$/;
const SESSION_TRIES = 3;
const NO_OBJECT = /\.(?:NoSuchObject|UnknownObject|UnknownMethod|UnknownInterface)$/;

/** Whether the session bus has a Secret Service now; starts none. False also where no bus answers. */
export async function isSecretServiceRunning(deps: SessionBusDeps): Promise<boolean> {
  try {
    const bus = await BusConnection.open(deps, deps.sockets);
    const call = { destination: BUS_NAME, path: BUS_PATH, interface: BUS_NAME, member: "NameHasOwner" };
    const { body } = await bus.call({ ...call, signature: "s", body: [NAME] }, CALL_TIMEOUT_MS);
    bus.close();
    return body[0] === true;
  } catch (failure) {
    if (failure instanceof BusError) return false;
    throw failure;
  }
}

/** Calls throw {@link BusError}; those that may need a prompt also {@link PromptError}. */
export class SecretService {
  readonly #bus: BusConnection;
  readonly #deps: SecretServiceDeps;
  #session: Promise<Session> | null = null;

  private constructor(bus: BusConnection, deps: SecretServiceDeps) {
    this.#bus = bus;
    this.#deps = deps;
  }

  static async open(deps: SecretServiceDeps): Promise<SecretService> {
    return new SecretService(await BusConnection.open(deps, deps.sockets), deps);
  }

  close(): void {
    this.#bus.close();
  }

  /** Paths of all collections. */
  async collections(): Promise<string[]> {
    return await this.#property(ROOT, "Service", "Collections") as string[];
  }

  /** The path of the collection that serves as `default`; `null` when none does. */
  async defaultCollection(): Promise<string | null> {
    const [path] = await this.#call(ROOT, "Service", "ReadAlias", "s", ["default"]);
    return path === NOTHING ? null : path as string;
  }

  async collectionLabel(collection: string): Promise<string> {
    return await this.#property(collection, "Collection", "Label") as string;
  }

  async isLocked(collection: string): Promise<boolean> {
    return await this.#property(collection, "Collection", "Locked") as boolean;
  }

  /** Paths of all items. A locked collection may hide them. */
  async items(collection: string): Promise<string[]> {
    return await this.#property(collection, "Collection", "Items") as string[];
  }

  /** Paths of the items that have these attributes, and maybe others. */
  async search(collection: string, attributes: ReadonlyMap<string, string>): Promise<string[]> {
    const [paths] = await this.#call(collection, "Collection", "SearchItems", "a{ss}", [attributes]);
    return paths as string[];
  }

  /** `null` when the item is gone. A locked item may hide them. */
  async describe(item: string): Promise<{ label: string; attributes: ReadonlyMap<string, string> } | null> {
    try {
      const [label, attributes] = await Promise.all([
        this.#property(item, "Item", "Label"),
        this.#property(item, "Item", "Attributes"),
      ]);
      return { label: label as string, attributes: attributes as ReadonlyMap<string, string> };
    } catch (failure) {
      if (isGone(failure)) return null;
      throw failure;
    }
  }

  /** Unlocks the item where that is needed. `null` when it is gone. Throws {@link TransportError}. */
  async readSecret(item: string): Promise<Uint8Array | null> {
    try {
      return await this.#inSession(async (session) => {
        const get = () => this.#call(item, "Item", "GetSecret", "o", [session.path]);
        return await openSecret(await this.#unlocking(item, get), session);
      });
    } catch (failure) {
      if (isGone(failure)) return null;
      throw failure;
    }
  }

  /**
   * Replaces the item's secret and leaves the rest of it. Unlocks it where that is needed. Writes it again in another session where what
   * comes back can't be decrypted: then the service has opened with another key what we sent, and kept garbage. Throws {@link TransportError}.
   */
  async writeSecret(item: string, secret: Uint8Array, contentType: string): Promise<void> {
    await this.#inSession(async (session) => {
      const sealed = await seal(session, secret, contentType);
      await this.#unlocking(item, () => this.#call(item, "Item", "SetSecret", "(oayays)", [sealed]));
      await this.#requireSameKey(item, session);
    });
  }

  /** A service that does not give the item back, or would ask first (KeePassXC), is believed. Throws {@link TransportError}. */
  async #requireSameKey(item: string, session: Session): Promise<void> {
    try {
      await openSecret(await this.#call(item, "Item", "GetSecret", "o", [session.path]), session);
    } catch (failure) {
      if (!(failure instanceof BusError)) throw failure;
    }
  }

  /** Makes an item, with `replace` in the place of one that has these attributes. Unlocks the collection where that is needed. */
  async createItem(
    collection: string,
    item: { label: string; attributes: ReadonlyMap<string, string>; secret: Uint8Array; contentType: string },
    manner: "add" | "replace",
  ): Promise<void> {
    const properties = new Map<string, Variant>([
      [`${API}.Item.Label`, new Variant("s", item.label)],
      [`${API}.Item.Attributes`, new Variant("a{ss}", item.attributes)],
    ]);
    const [made, prompt, session] = await this.#inSession(async (session) => {
      const sealed = await seal(session, item.secret, item.contentType);
      const body = [properties, sealed, manner === "replace"];
      const create = () => this.#call(collection, "Collection", "CreateItem", "a{sv}(oayays)b", body);
      return [...await this.#unlocking(collection, create), session] as [string, string, Session];
    });
    await this.#prompt(prompt);
    if (made === NOTHING) return;
    try {
      await this.#requireSameKey(made, session);
    } catch (failure) {
      if (!(failure instanceof TransportError)) throw failure;
      this.#session = null;
      await this.writeSecret(made, item.secret, item.contentType);
    }
  }

  /** Whether there was such an item. Unlocks it where that is needed. */
  async deleteItem(item: string): Promise<boolean> {
    try {
      const [prompt] = await this.#unlocking(item, () => this.#call(item, "Item", "Delete", "", []));
      await this.#prompt(prompt as string);
      return true;
    } catch (failure) {
      if (isGone(failure)) return false;
      throw failure;
    }
  }

  /** The service asks for the new collection's password. Answers its path. `alias` is empty or `default`. */
  async createCollection(label: string, alias: "" | "default"): Promise<string> {
    const properties = new Map([[`${API}.Collection.Label`, new Variant("s", label)]]);
    const [made, prompt] = await this.#call(ROOT, "Service", "CreateCollection", "a{sv}s", [
      properties,
      alias,
    ]);
    if (made !== NOTHING) return made as string;
    const result = await this.#prompt(prompt as string);
    if (typeof result !== "string" || result === NOTHING) throw new PromptError("dismissed");
    return result;
  }

  /** An item or a collection. */
  async unlock(path: string): Promise<void> {
    const [, prompt] = await this.#call(ROOT, "Service", "Unlock", "ao", [[path]]);
    await this.#prompt(prompt as string);
  }

  /** Collections. Throws {@link PromptError} when the service wants to ask first, and does not lock them then. */
  async lock(paths: readonly string[]): Promise<void> {
    const [locked, prompt] = await this.#call(ROOT, "Service", "Lock", "ao", [paths]);
    if (paths.every((path) => (locked as string[]).includes(path))) return;
    await this.#prompt(prompt as string);
  }

  async #unlocking<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (failure) {
      if (!(failure instanceof BusError) || failure.errorName !== `${API}.Error.IsLocked`) throw failure;
      await this.unlock(path);
      return await work();
    }
  }

  /**
   * KWallet opens a session now and then that it does not know afterwards, or for which it sends what our key doesn't open; then nothing
   * has happened, and another one works.
   */
  async #inSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      const session = await (this.#session ??= this.#agree());
      try {
        return await work(session);
      } catch (failure) {
        const useless = failure instanceof TransportError ||
          (failure instanceof BusError && NO_SESSION.test(failure.errorName ?? ""));
        if (!useless || tries === SESSION_TRIES) throw failure;
        this.#session = null;
      }
    }
  }

  async #agree(): Promise<Session> {
    const offer = offerKey(this.#deps.random);
    try {
      const [output, path] = await this.#call(ROOT, "Service", "OpenSession", "sv", [
        ENCRYPTED_ALGORITHM,
        new Variant("ay", offer.publicKey),
      ]);
      const otherKey = (output as Variant).value;
      const transport = otherKey instanceof Uint8Array ? await offer.accept(otherKey) : null;
      if (transport === "ambiguous") return await this.#agree();
      if (transport === null) throw new TransportError("the service's key makes no sense");
      return { path: path as string, transport };
    } catch (failure) {
      // Not only NotSupported: KWallet without the right plug-in of its own says InvalidArgs.
      if (!(failure instanceof BusError) || failure.code !== "bus-call-failed") throw failure;
      this.#deps.debug(() =>
        "the Secret Service offers no encryption: secrets travel as they are on the bus"
      );
      const plain = [PLAIN_ALGORITHM, new Variant("s", "")];
      const [, path] = await this.#call(ROOT, "Service", "OpenSession", "sv", plain);
      return { path: path as string, transport: plainTransport };
    }
  }

  /** Has the service ask, and waits for the answer: `null` when there was nothing to ask. */
  async #prompt(path: string): Promise<BusValue | null> {
    if (path === NOTHING) return null;
    const completed = Promise.withResolvers<readonly BusValue[]>();
    const asking = Promise.withResolvers<string>();
    completed.promise.catch(() => {}); // it may come before anybody waits for it
    const ended = new AbortController();
    const stop = await Promise.all([
      this.#bus.subscribe(
        { interface: `${API}.Prompt`, member: "Completed", path },
        // Whoever is on the bus can send us this signal; only that of the one who asks counts.
        ({ sender, body }) => {
          asking.promise.then((name) => name === sender && completed.resolve(body));
        },
        CALL_TIMEOUT_MS,
      ),
      this.#bus.subscribe(
        { interface: BUS_NAME, member: "NameOwnerChanged", sender: BUS_NAME, arg0: NAME },
        () => completed.reject(wentAway()),
        CALL_TIMEOUT_MS,
      ),
    ]);
    this.#bus.closed.then(() => completed.reject(wentAway()));
    try {
      asking.resolve((await this.#reply(path, "Prompt", "Prompt", "s", [""])).sender);
      const unanswered = this.#deps.clock.sleep(PROMPT_TIMEOUT_MS, ended.signal).then(() => null);
      const body = await Promise.race([completed.promise, unanswered]);
      if (body === null) {
        await this.#call(path, "Prompt", "Dismiss", "", []).catch(() => {}); // it is over for us anyway
        throw new PromptError("unanswered");
      }
      const [dismissed, result] = body;
      if (dismissed !== false) throw new PromptError("dismissed");
      return (result as Variant).value;
    } finally {
      ended.abort();
      stop.forEach((stopListening) => stopListening());
    }
  }

  async #property(path: string, kind: string, name: string): Promise<BusValue> {
    const { body } = await this.#bus.call({
      destination: NAME,
      path,
      interface: "org.freedesktop.DBus.Properties",
      member: "Get",
      signature: "ss",
      body: [`${API}.${kind}`, name],
    }, CALL_TIMEOUT_MS);
    return (body[0] as Variant).value;
  }

  async #call(
    path: string,
    kind: string,
    member: string,
    signature: string,
    body: readonly BusValue[],
  ): Promise<BusReply["body"]> {
    return (await this.#reply(path, kind, member, signature, body)).body;
  }

  async #reply(
    path: string,
    kind: string,
    member: string,
    signature: string,
    body: readonly BusValue[],
  ): Promise<BusReply> {
    const call = { destination: NAME, path, interface: `${API}.${kind}`, member, signature, body };
    return await this.#bus.call(call, CALL_TIMEOUT_MS);
  }
}

async function seal(session: Session, secret: Uint8Array, contentType: string): Promise<BusValue> {
  const { parameters, value } = await session.transport.seal(secret);
  return [session.path, parameters, value, contentType];
}

async function openSecret([secret]: readonly BusValue[], { transport }: Session): Promise<Uint8Array> {
  const [, parameters, value] = secret as [string, Uint8Array, Uint8Array, string];
  const opened = await transport.open({ parameters, value });
  if (opened === null) throw new TransportError("a secret can't be decrypted");
  return opened;
}

function isGone(failure: unknown): boolean {
  return failure instanceof BusError && NO_OBJECT.test(failure.errorName ?? "");
}

function wentAway(): BusError {
  return new BusError("bus-closed", "unavailable", "the Secret Service went away during its prompt");
}
