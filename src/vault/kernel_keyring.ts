/**
 * Keys of type `user` in one keyring of the Linux kernel: in memory only, gone at reboot, out of other users' reach.
 *
 * Synchronous, and cheap to make: one search and one read answer a {@link KernelKeyring.read}.
 */
import type { NativeFunctions, NativeLoader } from "../host/host.ts";
import {
  ERRNO,
  KEYCTL,
  KEYRING,
  LIBC_LIBRARIES,
  MAX_DESCRIPTION_BYTES,
  MAX_PAYLOAD_BYTES,
  SYSCALL_NUMBERS,
  SYSCALL_SYMBOLS,
} from "./native/keyutils.ts";
import { StoreError } from "./secret_store.ts";

const USER_KEY = cString("user");
const KEYRING_KEY = cString("keyring");
const LONGEST_TIMEOUT_SECONDS = 2 ** 32 - 1;
/** Enough for every key this program makes, so that one call reads it. */
const USUAL_PAYLOAD_BYTES = 1024;

export class KernelKeyring {
  readonly #native: NativeLoader;
  readonly #calls: NativeFunctions<typeof SYSCALL_SYMBOLS>;
  readonly #numbers: { readonly addKey: bigint; readonly keyctl: bigint };
  /** Set for a keyring by name inside the user's keyring; `null` for the user's keyring itself. */
  readonly #name: string | null;
  #linked = false;
  /** What the running call has addresses of: nothing else keeps a buffer alive whose address is all that is still used. */
  readonly #pinned: Uint8Array[] = [];

  /**
   * The user's keyring, or the keyring called `name` in it, which the first write makes. Throws a StoreError of outcome
   * `unavailable` where the program can't call the kernel.
   */
  constructor(native: NativeLoader, arch: string, name: string | null = null) {
    const numbers = SYSCALL_NUMBERS[arch];
    if (numbers === undefined) {
      throw new StoreError("unavailable", `no access to the kernel keyring on the architecture ${arch}`);
    }
    this.#native = native;
    this.#numbers = numbers;
    this.#name = name;
    this.#calls = native.open(LIBC_LIBRARIES, SYSCALL_SYMBOLS);
  }

  /**
   * `null` when there is no such key, or it has expired or was revoked. With `keepSeconds` the key lives that long from now on; where the
   * kernel does not allow that, its time to live stays as it was.
   */
  read(description: string, keepSeconds = 0): Uint8Array | null {
    return this.#within((ring) => {
      const key = ring === null ? null : this.#search(ring, USER_KEY, description);
      const payload = key === null ? null : this.#payload(key);
      if (payload !== null && keepSeconds > 0) this.#setTimeout(key!, keepSeconds);
      return payload;
    });
  }

  /** Makes the key or replaces its payload. It goes away by itself after `timeoutSeconds`; 0 keeps it until reboot. */
  write(description: string, bytes: Uint8Array, timeoutSeconds: number): void {
    if (bytes.length > MAX_PAYLOAD_BYTES) {
      throw new StoreError(
        "unavailable",
        `the kernel keyring takes at most ${MAX_PAYLOAD_BYTES} bytes, this item has ${bytes.length}`,
      );
    }
    if (cString(description).length - 1 > MAX_DESCRIPTION_BYTES) {
      throw new StoreError(
        "unavailable",
        `the kernel keyring takes names of at most ${MAX_DESCRIPTION_BYTES} bytes`,
      );
    }
    this.#within((found) => {
      const ring = found ?? this.#require(this.#addKey(KEYRING_KEY, this.#name!, null, KEYRING.user));
      const key = this.#require(this.#addKey(USER_KEY, description, bytes, ring));
      const timeout = this.#setTimeout(key, timeoutSeconds);
      if (typeof timeout === "bigint") return;
      this.#keyctl(KEYCTL.unlink, key, ring); // better none than one that never goes
      throw timeout;
    });
  }

  /** Whether there was such a key. */
  remove(description: string): boolean {
    return this.#within((ring) => {
      const key = ring === null ? null : this.#search(ring, USER_KEY, description);
      return key !== null && this.#unlessGone(this.#keyctl(KEYCTL.unlink, key, ring!)) !== null;
    });
  }

  /** Whether there is such a key, without reading it. */
  has(description: string): boolean {
    return this.#within((ring) => ring !== null && this.#search(ring, USER_KEY, description) !== null);
  }

  /** Descriptions of all `user` keys, in the keyring's own order. */
  list(): string[] {
    return this.#within((ring) => {
      const serials = ring === null ? null : this.#payload(ring);
      if (serials === null) return [];
      const view = new DataView(serials.buffer, serials.byteOffset, serials.length);
      const descriptions: string[] = [];
      for (let at = 0; at + 4 <= view.byteLength; at += 4) {
        const key = BigInt(view.getInt32(at, true));
        const bytes = this.#describe(key);
        const described = bytes === null ? "" : new TextDecoder().decode(bytes.subarray(0, -1));
        // type;uid;gid;permissions;description
        const fields = /^([^;]*);[^;]*;[^;]*;[^;]*;(.*)$/s.exec(described);
        if (fields?.[1] === "user") descriptions.push(fields[2]!);
      }
      return descriptions;
    });
  }

  /**
   * Runs the work on the keyring's id (`null`: it is not there yet). Only a process that possesses a keyring may do all of
   * this, and one whose session keyring was made without a link to the user's keyring does not; it may make that link itself,
   * in a keyring that lives and dies with it.
   */
  #within<T>(work: (ring: bigint | null) => T): T {
    const attempt = () =>
      work(this.#name === null ? KEYRING.user : this.#search(KEYRING.user, KEYRING_KEY, this.#name));
    try {
      return attempt();
    } catch (failure) {
      if (!(failure instanceof KeyError)) throw failure;
      if (failure.errno !== ERRNO.accessDenied || this.#linked) throw translate(failure);
    }
    this.#linked = true;
    this.#keyctl(KEYCTL.link, KEYRING.user, KEYRING.process);
    try {
      return attempt();
    } catch (failure) {
      throw failure instanceof KeyError ? translate(failure) : failure;
    }
  }

  #search(ring: bigint, type: Uint8Array, description: string): bigint | null {
    if (description.includes("\0")) return null;
    const text = cString(description);
    return this.#unlessGone(this.#keyctl(KEYCTL.search, ring, this.#address(type), this.#address(text)));
  }

  #addKey(
    type: Uint8Array,
    description: string,
    payload: Uint8Array | null,
    ring: bigint,
  ): bigint | KeyError {
    const text = cString(description);
    return this.#call(
      this.#numbers.addKey,
      this.#address(type),
      this.#address(text),
      payload === null ? 0n : this.#address(payload),
      BigInt(payload?.length ?? 0),
      ring,
    );
  }

  #payload(key: bigint): Uint8Array | null {
    return this.#answer((buffer, length) => this.#keyctl(KEYCTL.read, key, buffer, length));
  }

  /** `null` also for a key that this user may not even look at: such a one is none of ours. */
  #describe(key: bigint): Uint8Array | null {
    try {
      return this.#answer((buffer, length) => this.#keyctl(KEYCTL.describe, key, buffer, length));
    } catch (failure) {
      if (failure instanceof KeyError && failure.errno === ERRNO.accessDenied) return null;
      throw failure;
    }
  }

  /** What a call writes into a buffer; it answers the length it needs. */
  #answer(call: (buffer: bigint, length: bigint) => bigint | KeyError): Uint8Array | null {
    let buffer = new Uint8Array(USUAL_PAYLOAD_BYTES);
    while (true) {
      const length = this.#unlessGone(call(this.#address(buffer), BigInt(buffer.length)));
      if (length === null) return null;
      if (Number(length) <= buffer.length) return buffer.subarray(0, Number(length));
      buffer = new Uint8Array(Number(length)); // it may have grown again by the next call
    }
  }

  /** The kernel takes an unsigned 32-bit number; 0 is for ever. */
  #setTimeout(key: bigint, seconds: number): bigint | KeyError {
    return this.#keyctl(KEYCTL.setTimeout, key, BigInt(Math.min(seconds, LONGEST_TIMEOUT_SECONDS)));
  }

  #keyctl(operation: bigint, a: bigint, b = 0n, c = 0n): bigint | KeyError {
    return this.#call(this.#numbers.keyctl, operation, a, b, c, 0n);
  }

  /** Keyring ids are negative when they are fixed ones, results only when the call failed. */
  #call(number: bigint, ...args: [bigint, bigint, bigint, bigint, bigint]): bigint | KeyError {
    const result = BigInt(this.#calls.syscall(number, ...args));
    const answer = result < 0n ? new KeyError(this.#native.errno()) : result;
    this.#pinned.length = 0;
    return answer;
  }

  #address(buffer: Uint8Array): bigint {
    this.#pinned.push(buffer);
    return this.#native.addressOf(buffer);
  }

  #require(result: bigint | KeyError): bigint {
    if (typeof result !== "bigint") throw result;
    return result;
  }

  #unlessGone(result: bigint | KeyError): bigint | null {
    if (typeof result === "bigint") return result;
    if (GONE.has(result.errno)) return null;
    throw result;
  }
}

/** ENOENT: the key is in no keyring any more that this one could have been found in. */
const GONE: ReadonlySet<number> = new Set([ERRNO.noKey, ERRNO.keyExpired, ERRNO.keyRevoked, ERRNO.noEntry]);

class KeyError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

function translate(failure: KeyError): StoreError {
  const options = { cause: failure };
  switch (failure.errno) {
    case ERRNO.accessDenied:
      return new StoreError("denied", "the kernel refuses access to the keyring", options);
    case ERRNO.quotaExceeded:
      return new StoreError("unavailable", "the kernel keyring is full", {
        ...options,
        hints: [
          "make room with aws-vault clear --lock, remove items, or raise kernel.keys.maxbytes and kernel.keys.maxkeys; /proc/key-users shows the use",
        ],
      });
    case ERRNO.noSystemCall:
      return new StoreError("unavailable", "this kernel (or container) has no key management", {
        ...options,
        hints: ["choose another store with --backend"],
      });
    default:
      return new StoreError("unavailable", `the kernel keyring failed (errno ${failure.errno})`, options);
  }
}

function cString(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}
