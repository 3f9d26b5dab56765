/**
 * The lock of a desktop's keyring, by the Secret Service: of the collection that holds this program's items, and of no other.
 *
 * https://specifications.freedesktop.org/secret-service-spec/latest/
 */
import type { BusConnection } from "../dbus/bus_connection.ts";
import type { BusValue } from "../dbus/bus_values.ts";
import { AppError } from "../errors.ts";
import type { StoreLock } from "./store_lock.ts";

const SERVICE = "org.freedesktop.secrets";
const ROOT = "/org/freedesktop/secrets";
const SERVICE_INTERFACE = "org.freedesktop.Secret.Service";
const TIMEOUT_MS = 10_000;
/** The specification's word for "no object". */
const NONE = "/";

type Bus = Pick<BusConnection, "call" | "close">;

export class SecretServiceLock implements StoreLock {
  readonly #connect: () => Promise<Bus>;
  readonly #collection: string;

  /** `collection` is locked when there is one of that name, else the default one. */
  constructor(connect: () => Promise<Bus>, collection: string) {
    this.#connect = connect;
    this.#collection = collection;
  }

  /** Throws `lock-failed` when the service has not locked it, and what the bus throws. */
  async lock(): Promise<string | null> {
    const bus = await this.#connect();
    try {
      const path = await this.#ownOrDefault(bus);
      if (path === NONE) return null; // no keyring, nothing in it to lock
      const name = `keyring ${nameOf(path)}`;
      const [locked, prompt] = await call(bus, "Lock", "ao", [path]);
      if (Array.isArray(locked) && locked.includes(path)) return name;
      const asks = typeof prompt === "string" && prompt !== NONE;
      throw new AppError(
        "lock-failed",
        "unavailable",
        `the ${name} was not locked${asks ? ": its program wants to ask you first" : ""}`,
        { hints: ["lock it in the program that keeps it, such as Passwords and Keys"] },
      );
    } finally {
      bus.close();
    }
  }

  async #ownOrDefault(bus: Bus): Promise<string> {
    const { body: [property] } = await bus.call({
      destination: SERVICE,
      path: ROOT,
      interface: "org.freedesktop.DBus.Properties",
      member: "Get",
      signature: "ss",
      body: [SERVICE_INTERFACE, "Collections"],
    }, TIMEOUT_MS);
    const paths = property !== null && typeof property === "object" && "value" in property
      ? property.value
      : [];
    const own = Array.isArray(paths)
      ? paths.find((path) => nameOf(String(path)) === this.#collection)
      : undefined;
    if (typeof own === "string") return own;
    const [path] = await call(bus, "ReadAlias", "s", "default");
    return typeof path === "string" ? path : NONE;
  }
}

async function call(
  bus: Bus,
  member: string,
  signature: string,
  argument: BusValue,
): Promise<readonly BusValue[]> {
  const method = { destination: SERVICE, path: ROOT, interface: SERVICE_INTERFACE, member, signature };
  return (await bus.call({ ...method, body: [argument] }, TIMEOUT_MS)).body;
}

/** The last part of the path. Paths have letters, digits and `_` alone; services write other bytes as `_xx`, as systemd does. */
function nameOf(path: string): string {
  const last = path.slice(path.lastIndexOf("/") + 1);
  const bytes = last.replace(/_([0-9a-f]{2})/g, "%$1");
  try {
    return decodeURIComponent(bytes);
  } catch {
    return last;
  }
}
