/**
 * The `kwallet` store: KDE's own interface to its wallets. An item is an entry of the folder `aws-vault` in the wallet `aws-vault`, named as
 * the item; its value is the item JSON. So does aws-vault. Tools built on the same library have their own wallet and folder.
 *
 * https://invent.kde.org/frameworks/kwallet/-/blob/master/src/runtime/kwalletd/org.kde.KWallet.xml
 */
import { BusConnection } from "../../dbus/bus_connection.ts";
import { BusError } from "../../dbus/bus_error.ts";
import type { BusValue } from "../../dbus/bus_values.ts";
import { escapeControls } from "../../errors.ts";
import type { Secret } from "../../secret.ts";
import { decodeUtf8, openEnvelope, sealEnvelope } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import { ITEM_SERVICE } from "../item_service.ts";
import {
  type Asking,
  type SecretStore,
  StoreError,
  type StoreItem,
  type StoreOutcome,
} from "../secret_store.ts";
import { explainBusFailure } from "./bus_failure.ts";
import { CALL_TIMEOUT_MS, PROMPT_TIMEOUT_MS, type SessionBusDeps } from "./secret_service.ts";

/** What KWallet shows when it asks whether this program may open the wallet. */
const APPLICATION = "aws-vault";
const NO_WINDOW = 0n;

/** The daemon of Plasma 6, and that of Plasma 5, whose name aws-vault uses. Both keep wallets in the same files. */
const DAEMONS = [
  { destination: "org.kde.kwalletd6", path: "/modules/kwalletd6" },
  { destination: "org.kde.kwalletd5", path: "/modules/kwalletd5" },
] as const;
type Daemon = (typeof DAEMONS)[number];

const HINTS: Readonly<Record<StoreOutcome, (wallet: string) => readonly string[]>> = {
  locked: (wallet) => [`unlock the wallet ${wallet} in KDE Wallet Manager`],
  denied: () => [
    "give the wallet's password when KWallet asks, and let aws-vault open it",
    "see in System Settings, KDE Wallet, whether it is switched on and aws-vault denied",
  ],
  unavailable: () => [
    "start a KDE session with KWallet; DBUS_SESSION_BUS_ADDRESS has to name its bus",
    "over ssh, in WSL or a container there is none: use another store, --backend=file or --backend=pass",
  ],
  damaged: (wallet) => [`look at the entry in KDE Wallet Manager, wallet ${wallet}`],
};

export class KwalletStore implements SecretStore {
  readonly backend = "kwallet";
  readonly description: string;
  readonly #deps: SessionBusDeps;
  /** The name of the wallet, and of the folder in it. */
  readonly #wallet: string;

  constructor(deps: SessionBusDeps, service = ITEM_SERVICE) {
    this.#deps = deps;
    this.#wallet = service;
    this.description = `KWallet, wallet ${service}`;
  }

  async read(name: string): Promise<Secret | null> {
    if (!isText(name)) return null;
    return await this.#task(async (wallet) => {
      if (!await wallet.mayHave(name)) return null;
      const value = await wallet.readEntry(await wallet.open(), name);
      if (value.length === 0) return null;
      const text = decodeUtf8(value);
      const envelope = text === null ? null : openEnvelope(text);
      if (envelope !== null) return envelope.payload;
      throw failed(
        this.#wallet,
        "damaged",
        `has an entry "${escapeControls(name)}" that can't be understood`,
        undefined,
      );
    });
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    const value = new TextEncoder().encode(sealEnvelope(item).reveal());
    await this.#task(async (wallet) => await wallet.writeEntry(await wallet.open(), item.name, value));
  }

  async remove(name: string): Promise<boolean> {
    if (!isText(name)) return false;
    return await this.#task(async (wallet) =>
      await wallet.mayHave(name) && await wallet.removeEntry(await wallet.open(), name)
    );
  }

  async list(asking: Asking = "if needed"): Promise<string[]> {
    return await this.#task(async (wallet) => {
      if (!await wallet.exists()) return [];
      if (asking === "never" && !await wallet.isOpen()) {
        throw failed(this.#wallet, "locked", "is closed", undefined);
      }
      return await wallet.entries(await wallet.open());
    });
  }

  /** Closes the wallet for every program. Answers what was locked, for messages; `null` when it was not open. */
  async lock(): Promise<string | null> {
    return await this.#task(async (wallet) => {
      if (!await wallet.isOpen()) return null;
      await wallet.close();
      return `wallet ${this.#wallet}`;
    });
  }

  async #task<T>(work: (wallet: Wallet) => Promise<T>): Promise<T> {
    let bus: BusConnection | null = null;
    try {
      bus = await BusConnection.open(this.#deps, this.#deps.sockets);
      return await work(new Wallet(this.#wallet, bus, await findDaemon(bus)));
    } catch (failure) {
      if (!(failure instanceof BusError)) throw failure;
      throw failed(this.#wallet, ...explainBusFailure(failure), failure);
    } finally {
      bus?.close(); // KWallet then closes what this connection had opened
    }
  }
}

/** The calls, in KWallet's words. A handle stands for the opened wallet. */
class Wallet {
  readonly #name: string;
  readonly #bus: BusConnection;
  readonly #daemon: Daemon;

  constructor(name: string, bus: BusConnection, daemon: Daemon) {
    this.#name = name;
    this.#bus = bus;
    this.#daemon = daemon;
  }

  async exists(): Promise<boolean> {
    return (await this.#call("wallets", "", []) as string[]).includes(this.#name);
  }

  /** For a closed wallet by hashes that its file has in the open: `false` is sure, and costs no prompt. */
  async mayHave(name: string): Promise<boolean> {
    // Of an open one KWallet answers with the hashes from when it was opened.
    return await this.isOpen() ||
      await this.#call("keyDoesNotExist", "sss", [this.#name, this.#name, name]) === false;
  }

  /** Has the user asked for the password, and whether we may, where KWallet wants that; makes the wallet where there is none. */
  async open(): Promise<number> {
    const handle = await this.#call("open", "sxs", [this.#name, NO_WINDOW, APPLICATION], PROMPT_TIMEOUT_MS);
    if (typeof handle === "number" && handle >= 0) return handle;
    if (await this.#call("isEnabled", "", []) === true) {
      throw failed(this.#name, "denied", `did not open the wallet ${this.#name}`, undefined);
    }
    throw failed(this.#name, "unavailable", "is switched off", undefined);
  }

  /** Empty when there is none. */
  async readEntry(handle: number, name: string): Promise<Uint8Array> {
    return await this.#call("readEntry", "isss", [handle, this.#name, name, APPLICATION]) as Uint8Array;
  }

  async writeEntry(handle: number, name: string, value: Uint8Array): Promise<void> {
    const status = await this.#call("writeEntry", "issays", [handle, this.#name, name, value, APPLICATION]);
    if (status !== 0) throw failed(this.#name, "unavailable", "did not take the item", undefined);
    // Else it would wait for some seconds before it writes its file.
    await this.#call("sync", "is", [handle, APPLICATION]);
  }

  async removeEntry(handle: number, name: string): Promise<boolean> {
    if (await this.#call("hasEntry", "isss", [handle, this.#name, name, APPLICATION]) !== true) return false;
    const status = await this.#call("removeEntry", "isss", [handle, this.#name, name, APPLICATION]);
    if (status !== 0) throw failed(this.#name, "unavailable", "did not remove the item", undefined);
    await this.#call("sync", "is", [handle, APPLICATION]);
    return true;
  }

  async entries(handle: number): Promise<string[]> {
    return await this.#call("entryList", "iss", [handle, this.#name, APPLICATION]) as string[];
  }

  async isOpen(): Promise<boolean> {
    return await this.#call("isOpen", "s", [this.#name]) === true;
  }

  async close(): Promise<void> {
    await this.#call("close", "sb", [this.#name, true]);
  }

  async #call(
    member: string,
    signature: string,
    body: readonly BusValue[],
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<BusValue | undefined> {
    const call = { ...this.#daemon, interface: "org.kde.KWallet", member, signature, body };
    return (await this.#bus.call(call, timeoutMs)).body[0];
  }
}

/** The daemon that runs, else the one that the bus can start; of several that of Plasma 6 where it runs, that of Plasma 5 to be started. */
async function findDaemon(bus: BusConnection): Promise<Daemon> {
  const [running, startable] = await Promise.all([
    busNames(bus, "ListNames"),
    busNames(bus, "ListActivatableNames"),
  ]);
  return DAEMONS.find(({ destination }) => running.includes(destination)) ??
    DAEMONS.toReversed().find(({ destination }) => startable.includes(destination)) ?? DAEMONS[1];
}

async function busNames(bus: BusConnection, member: string): Promise<readonly string[]> {
  const name = "org.freedesktop.DBus";
  const call = { destination: name, path: "/org/freedesktop/DBus", interface: name, member };
  return (await bus.call(call, CALL_TIMEOUT_MS)).body[0] as readonly string[];
}

function isText(name: string): boolean {
  return name !== "" && !name.includes("\0") && name.isWellFormed();
}

function failed(wallet: string, outcome: StoreOutcome, predicate: string, cause: unknown): StoreError {
  return new StoreError(outcome, `KWallet ${predicate}`, { hints: HINTS[outcome](wallet), cause });
}
