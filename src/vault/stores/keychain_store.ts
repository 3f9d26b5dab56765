/**
 * The `keychain` store: one generic password per item, service `aws-vault`, account = the item's name, the raw payload as its secret,
 * as aws-vault writes them; another service for another tool's items. It works in two keychains: aws-vault's own, if that file exists, and the user's default one. An item is
 * looked for in the own one first and changed where it is, so that its access control stays; a new one goes to the own keychain
 * where there is one, or one was asked for by name, else to the default one.
 */
import type { BlockingFunctions, Clock, NativeFunctions, NativeLoader } from "../../host/host.ts";
import { Secret } from "../../secret.ts";
import { decodeUtf8 } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import { ITEM_SERVICE } from "../item_service.ts";
import {
  ATTRIBUTE,
  ATTRIBUTE_ENTRY,
  ATTRIBUTE_LIST,
  CORE_FOUNDATION,
  CORE_FOUNDATION_SYMBOLS,
  GENERIC_PASSWORD,
  KEYCHAIN_SYMBOLS,
  SECURITY,
  STATUS,
  STRING_ENCODING_UTF8,
} from "../native/security_framework.ts";
import { type SecretStore, StoreError, type StoreItem, type StoreOutcome } from "../secret_store.ts";

export interface KeychainStoreDeps {
  readonly native: NativeLoader;
  readonly clock: Pick<Clock, "sleep">;
  /** `--keychain`: the name of aws-vault's own keychain; empty for the default keychain alone. */
  readonly keychain: string;
  /** Of the items; aws-vault's when it is not given. */
  readonly service?: string;
}

/** The value of `--keychain` when nobody gives one: such a keychain is used where it exists, never made. */
const USUAL_KEYCHAIN = "aws-vault";
/** As long as a person may take to find the password that macOS asks for. */
const DEADLINE_MS = 60_000;

/** A keychain that can be looked into. */
interface Place {
  readonly keychain: bigint;
  readonly label: string;
  /** How `security` is told which. */
  readonly argument: string;
}

const LOGIN: Omit<Place, "keychain"> = { label: "login keychain", argument: "" };

export class KeychainStore implements SecretStore {
  readonly backend = "keychain";
  readonly description: string;
  readonly #deps: KeychainStoreDeps;
  readonly #security: BlockingFunctions<typeof KEYCHAIN_SYMBOLS>;
  readonly #foundation: NativeFunctions<typeof CORE_FOUNDATION_SYMBOLS>;
  readonly #own: Omit<Place, "keychain"> | null;
  readonly #service: string;
  #last: Promise<unknown> = Promise.resolve();

  /** Throws `native-unavailable` where there is no Security framework. */
  constructor(deps: KeychainStoreDeps) {
    const { native, keychain, service = ITEM_SERVICE } = deps;
    this.#deps = deps;
    this.#service = service;
    this.#security = native.openBlocking(SECURITY, KEYCHAIN_SYMBOLS);
    this.#foundation = native.open(CORE_FOUNDATION, CORE_FOUNDATION_SYMBOLS);
    this.#own = keychain === ""
      ? null
      : { label: `keychain ${keychain}`, argument: ` ${keychain}.keychain-db` };
    this.description = this.#own === null ? LOGIN.label : `${this.#own.label} or ${LOGIN.label}`;
  }

  read(name: string): Promise<Secret | null> {
    return this.#inTurn(async () => {
      for (const place of isAccount(name) ? await this.#places() : []) {
        const bytes = await this.#secretIn(place, name);
        if (bytes === null) continue;
        const payload = decodeUtf8(bytes);
        bytes.fill(0);
        if (payload === null) throw new StoreError("damaged", `the item in the ${place.label} is not text`);
        return new Secret(payload);
      }
      return null;
    });
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    await this.#inTurn(async () => {
      if (await this.#update(item)) return;
      const place = await this.#placeForNew();
      const status = await this.#create(item, place.keychain);
      // Another process was quicker.
      if (status === STATUS.duplicateItem && await this.#update(item)) return;
      this.#check(status, place);
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#inTurn(async () => {
      let removed = false;
      for (const place of isAccount(name) ? await this.#places() : []) {
        const item = await this.#itemIn(place, name);
        if (item === null) continue;
        const status = await this.#security.SecKeychainItemDelete(item);
        this.#release(item);
        if (status !== STATUS.itemNotFound) this.#check(status, place);
        removed ||= status === STATUS.success;
      }
      return removed;
    });
  }

  /** Names are not encrypted: nothing is unlocked, and macOS is told to ask nothing. */
  list(): Promise<string[]> {
    return this.#inTurn(async () => {
      await this.#security.SecKeychainSetUserInteractionAllowed(0);
      try {
        const names = new Set<string>();
        for (const place of await this.#places()) {
          for (const name of await this.#namesIn(place)) names.add(name);
        }
        return [...names];
      } finally {
        await this.#security.SecKeychainSetUserInteractionAllowed(1);
      }
    });
  }

  /** The own keychain if its file exists, then the default one if there is one. */
  async #places(): Promise<Place[]> {
    return [await this.#ownPlace(), await this.#loginPlace()].filter((place) => place !== null);
  }

  async #ownPlace(): Promise<Place | null> {
    if (this.#own === null) return null;
    const keychain = await this.#pointer(
      (out) => this.#security.SecKeychainOpen(this.#ownPath(), out),
      this.#own,
    );
    const status = await this.#security.SecKeychainGetStatus(keychain, new Uint8Array(4));
    if (status === STATUS.noSuchKeychain) return null;
    const place = { ...this.#own, keychain };
    this.#check(status, place);
    return place;
  }

  async #loginPlace(): Promise<Place | null> {
    const out = new Uint8Array(8);
    const status = await this.#security.SecKeychainCopyDefault(out);
    if (status === STATUS.noDefaultKeychain || status === STATUS.noSuchKeychain) return null;
    this.#check(status, LOGIN);
    return { ...LOGIN, keychain: pointerIn(out) };
  }

  async #placeForNew(): Promise<Place> {
    const own = await this.#ownPlace();
    if (own !== null) return own;
    if (this.#own !== null && this.#deps.keychain !== USUAL_KEYCHAIN) return await this.#makeOwn(this.#own);
    const login = await this.#loginPlace();
    if (login === null) throw failure(STATUS.noDefaultKeychain, LOGIN, this.#service);
    return login;
  }

  /** macOS asks for the new keychain's password by a dialog of its own. */
  async #makeOwn(own: Omit<Place, "keychain">): Promise<Place> {
    const make = (out: Uint8Array) => this.#security.SecKeychainCreate(this.#ownPath(), 0, 0n, 1, 0n, out);
    return { ...own, keychain: await this.#pointer(make, own) };
  }

  #ownPath(): Uint8Array {
    return new TextEncoder().encode(`${this.#deps.keychain}.keychain\0`);
  }

  /** Whether there was an item to change. */
  async #update(item: StoreItem): Promise<boolean> {
    for (const place of await this.#places()) {
      const found = await this.#itemIn(place, item.name);
      if (found === null) continue;
      const memory = new Memory(this.#deps.native);
      const secret = memory.hold(new TextEncoder().encode(item.payload.reveal()));
      const attributes = memory.attributes([
        [ATTRIBUTE.label, item.label],
        [ATTRIBUTE.description, item.description],
      ]);
      const { length } = secret;
      const status = await this.#security.SecKeychainItemModifyAttributesAndData(
        found,
        attributes,
        length,
        secret,
      );
      memory.wipe();
      this.#release(found);
      this.#check(status, place);
      return true;
    }
    return false;
  }

  /** A status, so that the caller can tell an item that came in between. */
  async #create(item: StoreItem, keychain: bigint): Promise<number> {
    const memory = new Memory(this.#deps.native);
    const secret = memory.hold(new TextEncoder().encode(item.payload.reveal()));
    const attributes = memory.attributes([
      [ATTRIBUTE.service, this.#service],
      [ATTRIBUTE.account, item.name],
      [ATTRIBUTE.label, item.label],
      [ATTRIBUTE.description, item.description],
    ]);
    const access = await this.#access(item);
    const { length } = secret;
    const status = await this.#security.SecKeychainItemCreateFromContent(
      GENERIC_PASSWORD,
      attributes,
      length,
      secret,
      keychain,
      access,
      null,
    );
    memory.wipe();
    this.#release(access);
    return Number(status);
  }

  /** For a trusted item this program may read it without being asked about; for others nobody may until the user says so. */
  async #access({ label, trusted }: StoreItem): Promise<bigint> {
    const text = new TextEncoder().encode(label);
    const { CFStringCreateWithBytes, CFArrayCreate } = this.#foundation;
    const name = BigInt(CFStringCreateWithBytes(0n, text, BigInt(text.length), STRING_ENCODING_UTF8, 0));
    const nobody = trusted ? 0n : BigInt(CFArrayCreate(0n, 0n, 0n, 0n));
    try {
      return await this.#pointer((out) => this.#security.SecAccessCreate(name, nobody, out), LOGIN);
    } finally {
      this.#release(name);
      this.#release(nobody);
    }
  }

  async #secretIn(place: Place, name: string): Promise<Uint8Array | null> {
    const [length, data] = [new Uint8Array(4), new Uint8Array(8)];
    const status = await this.#find(place, name, length, data, null);
    if (status === STATUS.itemNotFound) return null;
    this.#check(status, place);
    const address = pointerIn(data);
    const bytes = this.#deps.native.copyFrom(address, view(length).getUint32(0, true));
    await this.#security.SecKeychainItemFreeContent(null, address);
    return bytes;
  }

  /** The caller releases it. */
  async #itemIn(place: Place, name: string): Promise<bigint | null> {
    const item = new Uint8Array(8);
    const status = await this.#find(place, name, null, null, item);
    if (status === STATUS.itemNotFound) return null;
    this.#check(status, place);
    return pointerIn(item);
  }

  async #find(
    { keychain }: Place,
    name: string,
    length: Uint8Array | null,
    data: Uint8Array | null,
    item: Uint8Array | null,
  ): Promise<number | bigint> {
    const service = new TextEncoder().encode(this.#service);
    const account = new TextEncoder().encode(name);
    const { SecKeychainFindGenericPassword: find } = this.#security;
    return await find(keychain, service.length, service, account.length, account, length, data, item);
  }

  async #namesIn(place: Place): Promise<string[]> {
    const memory = new Memory(this.#deps.native);
    const ours = memory.attributes([[ATTRIBUTE.service, this.#service]]);
    const search = await this.#pointer(
      (out) =>
        this.#security.SecKeychainSearchCreateFromAttributes(place.keychain, GENERIC_PASSWORD, ours, out),
      place,
    );
    const names: string[] = [];
    try {
      for (;;) {
        const out = new Uint8Array(8);
        const status = await this.#security.SecKeychainSearchCopyNext(search, out);
        if (status === STATUS.itemNotFound) return names;
        this.#check(status, place);
        const name = await this.#accountOf(pointerIn(out), place);
        this.#release(pointerIn(out));
        if (name !== null) names.push(name);
      }
    } finally {
      memory.wipe();
      this.#release(search);
    }
  }

  /** `null` when it has none, or one that is no text. */
  async #accountOf(item: bigint, place: Place): Promise<string | null> {
    const memory = new Memory(this.#deps.native);
    const { list, entry } = memory.wanted(ATTRIBUTE.account);
    this.#check(await this.#security.SecKeychainItemCopyContent(item, 0n, list, 0n, 0n), place);
    const address = view(entry).getBigUint64(ATTRIBUTE_ENTRY.data, true);
    const bytes = this.#deps.native.copyFrom(address, view(entry).getUint32(ATTRIBUTE_ENTRY.length, true));
    await this.#security.SecKeychainItemFreeContent(list, 0n);
    memory.wipe();
    return decodeUtf8(bytes) || null;
  }

  async #pointer(
    call: (out: Uint8Array) => Promise<number | bigint>,
    place: Omit<Place, "keychain">,
  ): Promise<bigint> {
    const out = new Uint8Array(8);
    this.#check(await call(out), place);
    return pointerIn(out);
  }

  #release(reference: bigint): void {
    if (reference !== 0n) this.#foundation.CFRelease(reference);
  }

  #check(status: number | bigint, place: Omit<Place, "keychain">): void {
    if (status !== STATUS.success) throw failure(Number(status), place, this.#service);
  }

  /** One operation at a time, because "ask nothing" holds for the whole process; and none for longer than the deadline. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const ended = new AbortController();
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    try {
      return await Promise.race([
        turn,
        this.#deps.clock.sleep(DEADLINE_MS, ended.signal).then(() => {
          throw new StoreError("unavailable", `the keychain gave no answer within ${DEADLINE_MS / 1000} s`, {
            hints: ["answer the dialog that macOS shows, or choose another store with --backend=file"],
          });
        }),
      ]);
    } finally {
      ended.abort();
    }
  }
}

/** Buffers that a call knows only by an address inside another one: they live until they are wiped. */
class Memory {
  readonly #native: NativeLoader;
  readonly #held: Uint8Array[] = [];

  constructor(native: NativeLoader) {
    this.#native = native;
  }

  hold(bytes: Uint8Array): Uint8Array {
    this.#held.push(bytes);
    return bytes;
  }

  /** A SecKeychainAttributeList. */
  attributes(texts: readonly (readonly [tag: number, text: string])[]): Uint8Array {
    const entries = this.hold(new Uint8Array(texts.length * ATTRIBUTE_ENTRY.size));
    texts.forEach(([tag, text], i) => {
      const bytes = this.hold(new TextEncoder().encode(text));
      const at = i * ATTRIBUTE_ENTRY.size;
      view(entries).setUint32(at + ATTRIBUTE_ENTRY.tag, tag, true);
      view(entries).setUint32(at + ATTRIBUTE_ENTRY.length, bytes.length, true);
      view(entries).setBigUint64(at + ATTRIBUTE_ENTRY.data, this.#native.addressOf(bytes), true);
    });
    return this.#listOf(entries);
  }

  /** A list of one attribute, and its entry for the system to fill in. */
  wanted(tag: number): { list: Uint8Array; entry: Uint8Array } {
    const entry = this.hold(new Uint8Array(ATTRIBUTE_ENTRY.size));
    view(entry).setUint32(ATTRIBUTE_ENTRY.tag, tag, true);
    return { list: this.#listOf(entry), entry };
  }

  #listOf(entries: Uint8Array): Uint8Array {
    const list = this.hold(new Uint8Array(ATTRIBUTE_LIST.size));
    view(list).setUint32(ATTRIBUTE_LIST.count, entries.length / ATTRIBUTE_ENTRY.size, true);
    view(list).setBigUint64(ATTRIBUTE_LIST.attributes, this.#native.addressOf(entries), true);
    return list;
  }

  wipe(): void {
    for (const bytes of this.#held) bytes.fill(0);
  }
}

interface Wording {
  readonly outcome: StoreOutcome;
  readonly predicate: string;
  readonly hints: (place: Omit<Place, "keychain">, service: string) => readonly string[];
}

const LOCKED: Wording = {
  outcome: "locked",
  predicate: "is locked, and macOS can't ask for its password here",
  hints: ({ argument }) => [
    `unlock it first: security unlock-keychain${argument}`,
    "over ssh no dialog can be shown; a store without one: --backend=file",
  ],
};
const REFUSED: Wording = {
  outcome: "denied",
  predicate: "refused access",
  hints: (_, service) => [
    `allow access when macOS asks, or look at the item's access control in Keychain Access, service ${service}`,
  ],
};
const CANCELLED: Wording = { ...REFUSED, predicate: "was not opened: the dialog was cancelled" };
const READ_ONLY: Wording = {
  outcome: "denied",
  predicate: "can't be written to",
  hints: () => ["look at the permissions of its file in ~/Library/Keychains"],
};
const DAMAGED: Wording = {
  outcome: "damaged",
  predicate: "holds something that makes no sense",
  hints: (_, service) => [`look at the item in Keychain Access, service ${service}`],
};
const UNAVAILABLE: Wording = {
  outcome: "unavailable",
  predicate: "can't be used",
  hints: () => ["choose another store with --backend=file"],
};
const NO_DEFAULT: Wording = {
  outcome: "unavailable",
  predicate: "is not there",
  hints: () => ["make a default keychain in Keychain Access, or choose another store with --backend=file"],
};
const FULL: Wording = { ...UNAVAILABLE, predicate: "can't be written to: the disk is full or failing" };

const WORDING: Readonly<Record<number, Wording>> = {
  [STATUS.interactionNotAllowed]: LOCKED,
  [STATUS.interactionRequired]: LOCKED,
  [STATUS.authFailed]: REFUSED,
  [STATUS.noAccessForItem]: REFUSED,
  [STATUS.userCanceled]: CANCELLED,
  [STATUS.readOnly]: READ_ONLY,
  [STATUS.readOnlyVolume]: READ_ONLY,
  [STATUS.invalidKeychain]: DAMAGED,
  [STATUS.invalidItem]: DAMAGED,
  [STATUS.decode]: DAMAGED,
  [STATUS.noDefaultKeychain]: NO_DEFAULT,
  [STATUS.noSuchKeychain]: NO_DEFAULT,
  [STATUS.diskFull]: FULL,
  [STATUS.ioError]: FULL,
};

function failure(status: number, place: Omit<Place, "keychain">, service: string): StoreError {
  const { outcome, predicate, hints } = WORDING[status] ?? UNAVAILABLE;
  const message = `the ${place.label} ${predicate} (macOS error ${status})`;
  return new StoreError(outcome, message, {
    hints: hints(place, service),
    cause: new Error(`OSStatus ${status}`),
  });
}

/** Other names no item can have. */
function isAccount(name: string): boolean {
  return name !== "" && !name.includes("\0");
}

function pointerIn(bytes: Uint8Array): bigint {
  return view(bytes).getBigUint64(0, true);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
