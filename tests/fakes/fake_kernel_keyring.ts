/**
 * The part of Linux's key management that the program calls, as a native loader: keyrings and keys in memory, by the calls' own numbers.
 * Nothing expires.
 */
import { AppError } from "../../src/errors.ts";
import type { NativeFunctions, NativeLoader, NativeSymbol } from "../../src/host/host.ts";
import { ERRNO, KEYCTL, KEYRING, SYSCALL_NUMBERS } from "../../src/vault/native/keyutils.ts";

interface Key {
  readonly ring: bigint;
  readonly type: string;
  readonly description: string;
  payload: Uint8Array;
}

export class FakeKernelKeyring implements NativeLoader {
  readonly #keys = new Map<bigint, Key>();
  readonly #buffers = new Map<bigint, Uint8Array>();
  #nextAddress = 4096n;
  #nextKey = 1n;
  #errno = 0;
  /** What the call of this name answers; nothing is known of files unless a test says so. */
  statx: (path: string) => Uint8Array | null = () => null;

  open<T extends Record<string, NativeSymbol>>(
    _libraries: readonly string[],
    _symbols: T,
  ): NativeFunctions<T> {
    return { syscall: (...args: bigint[]) => this.#syscall(args) } as unknown as NativeFunctions<T>;
  }

  addressOf(buffer: Uint8Array): bigint {
    this.#nextAddress += 65_536n;
    this.#buffers.set(this.#nextAddress, buffer);
    return this.#nextAddress;
  }

  copyFrom(): never {
    throw new Error("the kernel hands out no addresses");
  }

  errno(): number {
    return this.#errno;
  }

  openBlocking(): never {
    throw new AppError("native-unavailable", "unavailable", "the kernel never waits");
  }

  #syscall([number, ...args]: bigint[]): bigint {
    const [a, b, c, d, e] = args as [bigint, bigint, bigint, bigint, bigint];
    const answer = number === SYSCALL_NUMBERS.x64!.statx
      ? this.#status(this.#text(b), e)
      : number === SYSCALL_NUMBERS.x64!.addKey
      ? this.#add(
        e,
        this.#text(a),
        this.#text(b),
        this.#buffers.get(c)?.slice(0, Number(d)) ?? new Uint8Array(),
      )
      : this.#control(a, b, c, d);
    this.#buffers.clear();
    if (answer !== null) return answer;
    this.#errno = ERRNO.noKey;
    return -1n;
  }

  #status(path: string, at: bigint): bigint | null {
    const record = this.statx(path);
    if (record === null) return null;
    this.#buffers.get(at)!.set(record);
    return 0n;
  }

  #add(ring: bigint, type: string, description: string, payload: Uint8Array): bigint {
    const id = this.#find(ring, type, description) ?? this.#nextKey++;
    this.#keys.set(id, { ring, type, description, payload });
    return id;
  }

  #control(operation: bigint, a: bigint, b: bigint, c: bigint): bigint | null {
    switch (operation) {
      case KEYCTL.search:
        return this.#find(a, this.#text(b), this.#text(c));
      case KEYCTL.read: {
        const key = this.#keys.get(a);
        if (key === undefined && a !== KEYRING.user) return null;
        const payload = key?.type === "user" ? key.payload : this.#members(a);
        this.#buffers.get(b)?.set(payload.subarray(0, Number(c)));
        return BigInt(payload.length);
      }
      case KEYCTL.describe: {
        const key = this.#keys.get(a);
        if (key === undefined) return null;
        const text = new TextEncoder().encode(`${key.type};0;0;3f010000;${key.description}\0`);
        this.#buffers.get(b)?.set(text.subarray(0, Number(c)));
        return BigInt(text.length);
      }
      case KEYCTL.setTimeout:
        return 0n;
      case KEYCTL.unlink:
        return this.#keys.delete(a) ? 0n : null;
      default:
        throw new Error(`keyctl operation ${operation} is not faked`);
    }
  }

  #find(ring: bigint, type: string, description: string): bigint | null {
    for (const [id, key] of this.#keys) {
      if (key.ring === ring && key.type === type && key.description === description) return id;
    }
    return null;
  }

  #members(ring: bigint): Uint8Array {
    const ids = [...this.#keys].filter(([, key]) => key.ring === ring).map(([id]) => Number(id));
    return new Uint8Array(Int32Array.from(ids).buffer);
  }

  #text(address: bigint): string {
    return new TextDecoder().decode(this.#buffers.get(address)!.subarray(0, -1));
  }
}
