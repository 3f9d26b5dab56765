/** Binds functions of the C library by the names it has on each system. */
import type { NativeFunctions, NativeLoader, NativeSymbol } from "./host.ts";

/**
 * glibc, musl (x64 and arm64), macOS, FreeBSD. Only one of them loads on a given system, but musl systems may have a
 * glibc compatibility library under glibc's name; that is harmless, it forwards to musl.
 */
const LIBC = [
  "libc.so.6",
  "libc.musl-x86_64.so.1",
  "libc.musl-aarch64.so.1",
  "/usr/lib/libSystem.B.dylib",
  "libc.so.7",
];

export function bindLibc<T extends Record<string, NativeSymbol>>(
  native: Pick<NativeLoader, "open">,
  symbols: T,
): NativeFunctions<T> {
  return native.open(LIBC, symbols);
}
