/**
 * Windows' Credential Manager behind a {@link NativeLoader}: advapi32 and kernel32 as far as the store calls them, on a memory
 * of its own. It looks targets up without regard to case and refuses large blobs, as Windows does.
 */
import type { NativeFunctions, NativeLoader, NativeSymbol, NativeValue } from "../../src/host/host.ts";
import { dataView as view, FakeMemory, wideBytes as utf16, wideText as text } from "./fake_memory.ts";

interface Credential {
  readonly target: string;
  readonly userName: string;
  readonly persist: number;
  readonly blob: Uint8Array;
}

const NOT_FOUND = 1168;
const INVALID_PARAMETER = 87;
const SIZE = 80;

export class FakeCredentialManager implements NativeLoader {
  readonly credentials = new Map<string, Credential>();
  /** When set, every call fails with this Windows error. */
  failure: number | null = null;
  /** Addresses handed out by the last calls and not freed yet. */
  readonly unfreed = new Set<bigint>();
  readonly #memory = new FakeMemory();
  #lastError = 0;

  open<T extends Record<string, NativeSymbol>>(libraries: readonly string[], symbols: T): NativeFunctions<T> {
    const library: Record<string, (...args: NativeValue[]) => number | bigint> =
      libraries[0] === "kernel32.dll" ? { GetLastError: () => this.#lastError } : {
        CredReadW: (target, type, _flags, out) => this.#read(target, type, out),
        CredWriteW: (credential) => this.#write(credential as Uint8Array),
        CredDeleteW: (target) => this.#delete(target),
        CredEnumerateW: (filter, _flags, count, out) => this.#enumerate(filter, count, out),
        CredFree: (address) => this.unfreed.delete(address as bigint) ? 0 : 0,
      };
    for (const name of Object.keys(symbols)) {
      if (!(name in library)) throw new Error(`${libraries[0]} has no ${name}`);
    }
    return library as NativeFunctions<T>;
  }

  openBlocking(): never {
    throw new Error("the Credential Manager never waits");
  }

  addressOf(buffer: Uint8Array): bigint {
    return this.#memory.place(buffer);
  }

  copyFrom(address: bigint, length: number): Uint8Array {
    return this.#memory.copy(address, length);
  }

  errno(): number {
    throw new Error("Windows calls set no errno");
  }

  #read(
    target: NativeValue | undefined,
    type: NativeValue | undefined,
    out: NativeValue | undefined,
  ): number {
    const found = this.credentials.get(text(target as Uint8Array).toLowerCase());
    if (found === undefined || type !== 1) return this.#fail(NOT_FOUND);
    if (this.failure !== null) return this.#fail(this.failure);
    const address = this.#place(found);
    this.unfreed.add(address);
    view(out as Uint8Array).setBigUint64(0, address, true);
    return 1;
  }

  #write(struct: Uint8Array): number {
    if (this.failure !== null) return this.#fail(this.failure);
    const fields = view(struct);
    const blobSize = fields.getUint32(32, true);
    if (blobSize > 2560 || struct.length !== SIZE || fields.getUint32(4, true) !== 1) {
      return this.#fail(INVALID_PARAMETER);
    }
    const target = this.#textAt(fields.getBigUint64(8, true));
    this.credentials.set(target.toLowerCase(), {
      target,
      userName: this.#textAt(fields.getBigUint64(72, true)),
      persist: fields.getUint32(48, true),
      blob: this.copyFrom(fields.getBigUint64(40, true), blobSize),
    });
    return 1;
  }

  #delete(target: NativeValue | undefined): number {
    if (this.failure !== null) return this.#fail(this.failure);
    return this.credentials.delete(text(target as Uint8Array).toLowerCase()) ? 1 : this.#fail(NOT_FOUND);
  }

  #enumerate(
    filter: NativeValue | undefined,
    count: NativeValue | undefined,
    out: NativeValue | undefined,
  ): number {
    if (this.failure !== null) return this.#fail(this.failure);
    const prefix = text(filter as Uint8Array).replace(/\*$/, "").toLowerCase();
    const found = [...this.credentials].filter(([key]) => key.startsWith(prefix)).map(([, credential]) =>
      credential
    );
    if (found.length === 0) return this.#fail(NOT_FOUND);
    const array = new Uint8Array(found.length * 8);
    found.forEach((credential, i) => view(array).setBigUint64(i * 8, this.#place(credential), true));
    const address = this.addressOf(array);
    this.unfreed.add(address);
    view(count as Uint8Array).setUint32(0, found.length, true);
    view(out as Uint8Array).setBigUint64(0, address, true);
    return 1;
  }

  #fail(error: number): 0 {
    this.#lastError = error;
    return 0;
  }

  #place({ target, userName, persist, blob }: Credential): bigint {
    const struct = new Uint8Array(SIZE);
    const fields = view(struct);
    fields.setUint32(4, 1, true);
    fields.setBigUint64(8, this.addressOf(utf16(target)), true);
    fields.setUint32(32, blob.length, true);
    fields.setBigUint64(40, this.addressOf(blob), true);
    fields.setUint32(48, persist, true);
    fields.setBigUint64(72, this.addressOf(utf16(userName)), true);
    return this.addressOf(struct);
  }

  #textAt(address: bigint): string {
    return text(this.#memory.at(address));
  }
}
