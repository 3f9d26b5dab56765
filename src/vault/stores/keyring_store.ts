/**
 * The `keychain` and `secret-service` stores, over the keyring addon: one generic password per item, service `aws-vault`,
 * account = the item's name, the raw payload as its secret.
 *
 * The addon speaks in sentences; this file knows them and turns them into the outcomes of the contract.
 */
import { AppError } from "../../errors.ts";
import type { Clock, KeyringAddon, KeyringEntryOptions } from "../../host/host.ts";
import { Secret } from "../../secret.ts";
import { decodeUtf8 } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import { type SecretStore, StoreError, type StoreItem, type StoreOutcome } from "../secret_store.ts";

export type KeyringBackend = "keychain" | "secret-service";

export interface KeyringStoreDeps {
  readonly backend: KeyringBackend;
  /** Called once, when a store operation first needs it. */
  readonly addon: () => KeyringAddon;
  readonly clock: Pick<Clock, "sleep">;
}

/** As long as a person may take to find the password that the desktop asks for. */
const DEADLINE_MS = 60_000;
const SERVICE = "aws-vault";

/** Without the pin the addon would fall back to the kernel keyring when no Secret Service answers, and forget at reboot. */
const PINNED: KeyringEntryOptions = { linux: { store: "secret-service" } };

interface Wording {
  readonly store: string;
  readonly hints: Readonly<Record<StoreOutcome, readonly string[]>>;
}

const WORDING: Readonly<Record<KeyringBackend, Wording>> = {
  keychain: {
    store: "login keychain",
    hints: {
      locked: ["unlock it with: security unlock-keychain"],
      denied: ["allow access when macOS asks, or look at the item's access control in Keychain Access"],
      unavailable: ["choose another store with --backend=file"],
      damaged: ["look at the item in Keychain Access, service aws-vault"],
    },
  },
  "secret-service": {
    store: "Secret Service",
    hints: {
      locked: [
        "log in to the desktop or unlock the keyring there (Passwords and Keys, KeePassXC, KWallet)",
        "without a desktop, use another store: --backend=file",
      ],
      denied: ["the session bus refused the call; see whether a sandbox or bus policy stands in between"],
      unavailable: [
        "start gnome-keyring, KWallet or KeePassXC in this session (DBUS_SESSION_BUS_ADDRESS has to name its bus)",
        "without a desktop, use another store: --backend=file",
      ],
      damaged: ["look at the item with: secret-tool search --all service aws-vault"],
    },
  },
};

/**
 * What the addon (2.1.2) says in each case; everything else is taken as `unavailable`. A prompt that was dismissed, or that
 * no desktop was there to show, leaves the store locked.
 */
const OUTCOMES: readonly (readonly [RegExp, StoreOutcome, string])[] = [
  [
    /prompt (?:was )?dismissed/,
    "locked",
    "is locked, and the prompt to unlock it was dismissed or could not be shown",
  ],
  [/object locked|\.IsLocked|interaction is not allowed/i, "locked", "is locked"],
  [
    /AccessDenied|user cancell?ed|passphrase you entered is not correct|not authorized/i,
    "denied",
    "refused access",
  ],
  [
    /malformed|not valid UTF-8|matche[sd] (?:multiple|more than one)|ambiguous/i,
    "damaged",
    "holds an item that makes no sense",
  ],
  [/no result found/, "unavailable", "has no default keyring to keep items in"],
];

export class KeyringStore implements SecretStore {
  readonly backend: KeyringBackend;
  readonly description: string;
  readonly #wording: Wording;
  readonly #clock: Pick<Clock, "sleep">;
  readonly #loadAddon: () => KeyringAddon;
  #addon: KeyringAddon | null = null;

  constructor(deps: KeyringStoreDeps) {
    this.backend = deps.backend;
    this.#wording = WORDING[deps.backend];
    this.description = this.#wording.store;
    this.#clock = deps.clock;
    this.#loadAddon = deps.addon;
  }

  async read(name: string): Promise<Secret | null> {
    if (!isAccount(name)) return null;
    const bytes = await this.#call((addon, signal) => this.#entry(addon, name).getSecret(signal));
    if (bytes === null || bytes === undefined) return null;
    const payload = decodeUtf8(Uint8Array.from(bytes));
    if (payload === null) throw this.#failure("damaged", "holds an item that is not text", undefined);
    return new Secret(payload);
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    const secret = new TextEncoder().encode(item.payload.reveal());
    await this.#call((addon, signal) => this.#entry(addon, item.name).setSecret(secret, signal));
  }

  async remove(name: string): Promise<boolean> {
    return isAccount(name) &&
      await this.#call((addon, signal) => this.#entry(addon, name).deleteCredential(signal));
  }

  /** The addon can't list without decrypting: this may ask to unlock, and a locked Secret Service can't be listed at all. */
  async list(): Promise<string[]> {
    const found = await this.#call((addon, signal) => addon.findCredentialsAsync(SERVICE, null, signal));
    return found.map(({ account }) => account);
  }

  #entry(addon: KeyringAddon, name: string) {
    return new addon.AsyncEntry(SERVICE, name, this.backend === "secret-service" ? PINNED : null);
  }

  /**
   * One call with its deadline. Making the entry connects to the bus and blocks for up to two seconds when the daemon
   * hangs: that limit is the addon's own.
   */
  async #call<T>(call: (addon: KeyringAddon, signal: AbortSignal) => Promise<T>): Promise<T> {
    const ended = new AbortController();
    const timedOut = this.#clock.sleep(DEADLINE_MS, ended.signal).then(() => {
      throw new Error(`no answer within ${DEADLINE_MS / 1000} s`);
    });
    timedOut.catch(() => {}); // also "throws" when the call has ended, with nobody listening any more
    try {
      this.#addon ??= this.#loadAddon();
      return await Promise.race([call(this.#addon, ended.signal), timedOut]);
    } catch (failure) {
      throw this.#translate(failure);
    } finally {
      ended.abort();
    }
  }

  #translate(failure: unknown): StoreError {
    if (failure instanceof AppError) { // the addon could not be loaded
      return new StoreError("unavailable", failure.message, { hints: failure.hints, cause: failure });
    }
    const text = failure instanceof Error ? failure.message : "";
    for (const [pattern, outcome, predicate] of OUTCOMES) {
      if (pattern.test(text)) return this.#failure(outcome, predicate, failure);
    }
    const predicate = text.startsWith("no answer within") ? `gave ${text}` : "cannot be reached";
    return this.#failure("unavailable", predicate, failure);
  }

  #failure(outcome: StoreOutcome, predicate: string, cause: unknown): StoreError {
    return new StoreError(outcome, `the ${this.#wording.store} ${predicate}`, {
      hints: this.#wording.hints[outcome],
      cause,
    });
  }
}

/**
 * Whether the session bus has a Secret Service. Asking makes the bus start one if it can; nothing is unlocked.
 */
export function hasSecretService(addon: KeyringAddon): boolean {
  try {
    new addon.AsyncEntry(SERVICE, "any", PINNED);
    return true;
  } catch {
    return false;
  }
}

/** Names that the addon takes; no other item can be there. */
function isAccount(name: string): boolean {
  return name !== "" && !name.includes("\0");
}
