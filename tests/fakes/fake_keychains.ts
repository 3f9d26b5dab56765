/**
 * macOS's keychains behind a {@link NativeLoader}: Security.framework and CoreFoundation as far as the store calls them, on a memory of its
 * own. It knows keychain files, locks, access control, dialogs and the person in front of them, and records every call.
 */
import type {
  BlockingFunctions,
  NativeFunctions,
  NativeLoader,
  NativeSymbol,
  NativeValue,
} from "../../src/host/host.ts";
import { dataView, FakeMemory } from "./fake_memory.ts";

const OK = 0;
const USER_CANCELED = -128;
const AUTH_FAILED = -25293;
const NO_SUCH_KEYCHAIN = -25294;
const DUPLICATE = -25299;
const NOT_FOUND = -25300;
const NO_DEFAULT = -25307;
const INTERACTION_NOT_ALLOWED = -25308;
const GENERIC_PASSWORD = fourCharacters("genp");

export interface FakeKeychainItem {
  readonly service: string;
  readonly account: string;
  label: string;
  description: string;
  secret: Uint8Array;
  /** Programs that may read it without a dialog. */
  readonly trusted: Set<string>;
}

export class FakeKeychain {
  readonly items: FakeKeychainItem[] = [];
  locked = false;
}

/** What the person does with the dialogs; `absent`: there is no desktop to show any. */
export type FakePerson = "allows" | "always allows" | "denies" | "cancels" | "absent";

type Call = (...args: NativeValue[]) => number | bigint;

/** This program, as access control lists name it. */
export const THIS_PROGRAM = "this program";

export class FakeKeychains implements NativeLoader {
  /** By path as `SecKeychainOpen` gets it. */
  readonly files = new Map<string, FakeKeychain>();
  login: FakeKeychain | null = new FakeKeychain();
  person: FakePerson = "allows";
  /** Dialogs that were shown. */
  readonly dialogs: string[] = [];
  /** Names of the calls, in their order. */
  readonly calls: string[] = [];
  /** When set, calls of this name answer this status. */
  failure: { readonly call: string; readonly status: number } | null = null;
  /** Told of each call before it happens: another process may do something then. */
  before: (call: string) => void = () => {};
  /** When set, no call settles. */
  hangs = false;
  readonly #memory = new FakeMemory();
  /** What references stand for; each is counted out again by CFRelease. */
  readonly #references = new Map<bigint, unknown>();
  #nextReference = 0x7f00_0000_0000n;
  #mayAsk = true;

  /** References and secrets that were not given back; keychains, which last as long as the process, do not count. */
  get leaked(): unknown[] {
    return [...this.#references.values()].filter((value) =>
      !(value instanceof FakeKeychain) && !(typeof value === "object" && value !== null && "path" in value)
    );
  }

  open<T extends Record<string, NativeSymbol>>(
    _libraries: readonly string[],
    symbols: T,
  ): NativeFunctions<T> {
    return this.#bind(symbols, (call) => call) as NativeFunctions<T>;
  }

  openBlocking<T extends Record<string, NativeSymbol>>(
    _libraries: readonly string[],
    symbols: T,
  ): BlockingFunctions<T> {
    return this.#bind(
      symbols,
      (call) => (...args: NativeValue[]) =>
        this.hangs ? new Promise(() => {}) : Promise.resolve().then(() => call(...args)),
    ) as BlockingFunctions<T>;
  }

  addressOf(buffer: Uint8Array): bigint {
    return this.#memory.place(buffer);
  }

  copyFrom(address: bigint, length: number): Uint8Array {
    return length === 0 ? new Uint8Array() : this.#memory.copy(address, length);
  }

  errno(): never {
    throw new Error("these calls set no errno");
  }

  #bind(symbols: Record<string, NativeSymbol>, wrap: (call: Call) => unknown) {
    return Object.fromEntries(
      Object.entries(symbols).map(([name, { parameters }]) => {
        const call = this.#library[name];
        if (call === undefined) throw new Error(`there is no ${name}`);
        return [
          name,
          wrap((...args) => {
            if (args.length !== parameters.length) {
              throw new Error(`${name} takes ${parameters.length} arguments`);
            }
            this.calls.push(name);
            this.before(name);
            return this.failure?.call === name ? this.failure.status : call(...args);
          }),
        ];
      }),
    );
  }

  readonly #library: Record<string, Call> = {
    CFStringCreateWithBytes: (_allocator, bytes, length, encoding) => {
      if (encoding !== 0x08000100) throw new Error("not UTF-8");
      return this.#reference(utf8((bytes as Uint8Array).subarray(0, Number(length))));
    },
    CFArrayCreate: (_allocator, _values, count) => {
      if (count !== 0n) throw new Error("only empty lists are expected");
      return this.#reference([]);
    },
    CFRelease: (reference) => {
      if (!this.#references.delete(reference as bigint)) throw new Error("released what is not there");
      return 0;
    },
    SecAccessCreate: (label, trusted, out) => {
      if (typeof this.#references.get(label as bigint) !== "string") throw new Error("access without a name");
      const access = { programs: trusted === 0n ? [THIS_PROGRAM] : this.#references.get(trusted as bigint) };
      return this.#answer(out, this.#reference(access));
    },
    SecKeychainOpen: (path, out) =>
      this.#answer(out, this.#reference({ path: zeroEnded(path as Uint8Array) })),
    SecKeychainCopyDefault: (out) =>
      this.login === null ? NO_DEFAULT : this.#answer(out, this.#reference(this.login)),
    SecKeychainGetStatus: (keychain, out) => {
      const found = this.#keychain(keychain);
      if (found === null) return NO_SUCH_KEYCHAIN;
      dataView(out as Uint8Array).setUint32(0, found.locked ? 2 : 7, true);
      return OK;
    },
    SecKeychainCreate: (path, length, _password, ask, _access, out) => {
      if (length !== 0 || ask !== 1) throw new Error("the password comes from the dialog");
      if (this.#dialog("choose a password") !== OK) return USER_CANCELED;
      this.files.set(zeroEnded(path as Uint8Array), new FakeKeychain());
      return this.#answer(out, this.#reference({ path: zeroEnded(path as Uint8Array) }));
    },
    SecKeychainSetUserInteractionAllowed: (allowed) => {
      this.#mayAsk = allowed === 1;
      return OK;
    },
    SecKeychainFindGenericPassword: (keychain, sLength, service, aLength, account, length, data, item) => {
      const name = text(account, aLength);
      const found = this.#keychain(keychain)?.items.find((one) =>
        one.service === text(service, sLength) && one.account === name
      );
      if (found === undefined) return NOT_FOUND;
      if (data !== null) {
        const status = this.#decrypt(this.#keychain(keychain)!, found);
        if (status !== OK) return status;
        const copy = found.secret.slice();
        dataView(length as Uint8Array).setUint32(0, copy.length, true);
        const address = this.#memory.place(copy);
        this.#references.set(address, "a secret");
        this.#answer(data, address);
      }
      return item === null ? OK : this.#answer(item, this.#reference({ keychain, found }));
    },
    SecKeychainItemFreeContent: (list, data) => {
      if (data !== 0n && !this.#references.delete(data as bigint)) throw new Error("freed what is not there");
      if (list !== null) {
        for (const { address } of this.#attributes(list as Uint8Array)) this.#references.delete(address);
      }
      return OK;
    },
    SecKeychainItemCreateFromContent: (itemClass, list, length, data, keychain, access) => {
      const place = this.#keychain(keychain);
      if (place === null) return NO_SUCH_KEYCHAIN;
      const values = this.#values(list);
      const { svce: service, acct: account, labl: label, desc: description } = values;
      if (itemClass !== GENERIC_PASSWORD || service === undefined || account === undefined) {
        throw new Error("what?");
      }
      if (place.items.some((one) => one.service === service && one.account === account)) return DUPLICATE;
      const status = this.#unlock(place);
      if (status !== OK) return status;
      const { programs } = this.#references.get(access as bigint) as { programs: string[] };
      place.items.push({
        service,
        account,
        label: label ?? "",
        description: description ?? "",
        secret: (data as Uint8Array).slice(0, Number(length)),
        trusted: new Set(programs),
      });
      return OK;
    },
    SecKeychainItemModifyAttributesAndData: (item, list, length, data) => {
      const { keychain, found } = this.#item(item);
      const status = this.#unlock(this.#keychain(keychain)!);
      if (status !== OK) return status;
      const { labl: label, desc: description } = this.#values(list);
      Object.assign(found, { label, description, secret: (data as Uint8Array).slice(0, Number(length)) });
      return OK;
    },
    SecKeychainItemCopyContent: (item, _class, list, length, data) => {
      if (length !== 0n || data !== 0n) throw new Error("listing must not decrypt");
      const { found } = this.#item(item);
      for (const { tag, entry } of this.#attributes(list as Uint8Array)) {
        if (tag !== "acct") throw new Error(`nobody asks for ${tag}`);
        const bytes = new TextEncoder().encode(found.account);
        const address = this.#memory.place(bytes);
        this.#references.set(address, "an attribute");
        dataView(entry).setUint32(4, bytes.length, true);
        dataView(entry).setBigUint64(8, address, true);
      }
      return OK;
    },
    SecKeychainItemDelete: (item) => {
      const { keychain, found } = this.#item(item);
      const { items } = this.#keychain(keychain)!;
      const at = items.indexOf(found);
      if (at < 0) return NOT_FOUND;
      items.splice(at, 1);
      return OK;
    },
    SecKeychainSearchCreateFromAttributes: (keychain, itemClass, list, out) => {
      if (itemClass !== GENERIC_PASSWORD) throw new Error("another class");
      const { svce } = this.#values(list);
      const items = this.#keychain(keychain)?.items.filter(({ service }) => service === svce) ?? [];
      return this.#answer(out, this.#reference({ search: items.map((found) => ({ keychain, found })) }));
    },
    SecKeychainSearchCopyNext: (search, out) => {
      const next = (this.#references.get(search as bigint) as { search: unknown[] }).search.shift();
      return next === undefined ? NOT_FOUND : this.#answer(out, this.#reference(next));
    },
  };

  #reference(value: unknown): bigint {
    const reference = this.#nextReference += 16n;
    this.#references.set(reference, value);
    return reference;
  }

  #answer(out: NativeValue | undefined, value: bigint): typeof OK {
    dataView(out as Uint8Array).setBigUint64(0, value, true);
    return OK;
  }

  #keychain(reference: NativeValue | undefined): FakeKeychain | null {
    const value = this.#references.get(reference as bigint);
    if (value instanceof FakeKeychain) return value;
    return this.files.get((value as { path: string }).path) ?? null;
  }

  #item(reference: NativeValue | undefined): { keychain: bigint; found: FakeKeychainItem } {
    return this.#references.get(reference as bigint) as { keychain: bigint; found: FakeKeychainItem };
  }

  #attributes(list: Uint8Array): { tag: string; entry: Uint8Array; length: number; address: bigint }[] {
    const count = dataView(list).getUint32(0, true);
    const entries = this.#memory.view(dataView(list).getBigUint64(8, true), count * 16);
    return Array.from({ length: count }, (_, i) => {
      const entry = entries.subarray(i * 16, i * 16 + 16);
      const tag = dataView(entry).getUint32(0, true);
      return {
        tag: String.fromCharCode(tag >>> 24, tag >>> 16 & 255, tag >>> 8 & 255, tag & 255),
        entry,
        length: dataView(entry).getUint32(4, true),
        address: dataView(entry).getBigUint64(8, true),
      };
    });
  }

  #values(list: NativeValue | undefined): Record<string, string> {
    return Object.fromEntries(
      this.#attributes(list as Uint8Array).map((
        { tag, length, address },
      ) => [tag, utf8(this.copyFrom(address, length))]),
    );
  }

  #decrypt(keychain: FakeKeychain, item: FakeKeychainItem): number {
    const unlocked = this.#unlock(keychain);
    if (unlocked !== OK || item.trusted.has(THIS_PROGRAM)) return unlocked;
    const allowed = this.#dialog(`allow access to ${item.account}`);
    if (allowed === OK && this.person === "always allows") item.trusted.add(THIS_PROGRAM);
    return allowed;
  }

  #unlock(keychain: FakeKeychain): number {
    if (!keychain.locked) return OK;
    const status = this.#dialog("unlock");
    if (status === OK) keychain.locked = false;
    return status;
  }

  #dialog(what: string): number {
    if (!this.#mayAsk || this.person === "absent") return INTERACTION_NOT_ALLOWED;
    this.dialogs.push(what);
    return this.person === "cancels" ? USER_CANCELED : this.person === "denies" ? AUTH_FAILED : OK;
  }
}

function fourCharacters(code: string): number {
  return [...code].reduce((number, character) => number * 256 + character.charCodeAt(0), 0);
}

function text(bytes: NativeValue | undefined, length: NativeValue | undefined): string {
  return utf8((bytes as Uint8Array).subarray(0, Number(length)));
}

function zeroEnded(bytes: Uint8Array): string {
  return utf8(bytes.subarray(0, bytes.indexOf(0)));
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
