/**
 * Windows' Credential Manager behind a {@link NativeLoader}: advapi32 and kernel32 as far as the store calls them, on a memory
 * of its own. It looks targets up without regard to case and refuses large blobs, as Windows does.
 */
import type {
  KeyringAddon,
  NativeFunctions,
  NativeLoader,
  NativeSymbol,
  NativeValue,
} from "../../src/host/host.ts";

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
  readonly #memory = new Map<bigint, Uint8Array>();
  #nextAddress = 0x1_0000n;
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

  addressOf(buffer: Uint8Array): bigint {
    const address = this.#nextAddress;
    this.#nextAddress += BigInt(buffer.length) + 0x1000n;
    this.#memory.set(address, buffer);
    return address;
  }

  copyFrom(address: bigint, length: number): Uint8Array {
    for (const [start, bytes] of this.#memory) {
      const offset = Number(address - start);
      if (offset >= 0 && offset < Math.max(bytes.length, 1)) {
        if (offset + length > bytes.length) throw new Error("read past the end of an allocation");
        return bytes.slice(offset, offset + length);
      }
    }
    throw new Error("read from an address that is not mapped");
  }

  errno(): number {
    throw new Error("Windows calls set no errno");
  }

  keyringAddon(): KeyringAddon {
    throw new Error("this store needs no addon");
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
    const bytes = this.#memory.get(address);
    if (bytes === undefined) throw new Error("text at an address that is not mapped");
    return text(bytes);
  }
}

function text(bytes: Uint8Array): string {
  const decoded = new TextDecoder("utf-16le").decode(bytes);
  const end = decoded.indexOf("\0");
  if (end < 0) throw new Error("text without its terminating zero");
  return decoded.slice(0, end);
}

function utf16(value: string): Uint8Array {
  const bytes = new Uint8Array((value.length + 1) * 2);
  for (let i = 0; i < value.length; i++) view(bytes).setUint16(i * 2, value.charCodeAt(i), true);
  return bytes;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
