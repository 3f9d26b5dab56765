/**
 * The kernel's key management as symbols and numbers. libc has no functions for it, so its calls go through `syscall`.
 * Manual pages: add_key(2), keyctl(2); numbers from linux/keyctl.h, asm/unistd.h and asm-generic/errno.h.
 */
import type { NativeSymbol } from "../../host/host.ts";

/** glibc, then musl. */
export const LIBC_LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"] as const;

/** Call number and five arguments; buffers are passed by address. Answers -1 and sets errno on failure. */
export const SYSCALL_SYMBOLS = {
  syscall: { parameters: ["i64", "i64", "i64", "i64", "i64", "i64"], result: "i64" },
} as const satisfies Record<string, NativeSymbol>;

/** By the host's name of the architecture. */
export const SYSCALL_NUMBERS: Readonly<
  Record<string, Readonly<Record<"addKey" | "keyctl" | "statx", bigint>>>
> = {
  x64: { addKey: 248n, keyctl: 250n, statx: 332n },
  arm64: { addKey: 217n, keyctl: 219n, statx: 291n },
};

/** First argument of keyctl. */
export const KEYCTL = {
  describe: 6n,
  link: 8n,
  unlink: 9n,
  search: 10n,
  read: 11n,
  setTimeout: 15n,
} as const;

/** Keyrings that have a fixed name for each caller. */
export const KEYRING = {
  process: -2n,
  user: -4n,
} as const;

export const ERRNO = {
  noEntry: 2,
  accessDenied: 13,
  noSystemCall: 38,
  quotaExceeded: 122,
  noKey: 126,
  keyExpired: 127,
  keyRevoked: 128,
} as const;

/** Of a `user` key's payload, in bytes. */
export const MAX_PAYLOAD_BYTES = 32_767;
/** Of a description, in bytes of UTF-8 without its terminating zero. */
export const MAX_DESCRIPTION_BYTES = 4_095;
