/** Native libraries under Bun. */
import { bunProcess } from "./bun_process.ts";
import type { KeyringAddon, NativeFunctions, NativeLoader, NativeSymbol, NativeType } from "./host.ts";
import { bindLibc } from "./libc.ts";
import { errnoFunction, openFirst } from "./native_library.ts";

/** Addresses travel as integers: Bun's own pointers are numbers, which lose bits of tagged addresses. */
const TYPES = {
  i32: "i32",
  u32: "u32",
  i64: "i64",
  u64: "u64",
  usize: "u64",
  pointer: "u64",
  buffer: "ptr",
  void: "void",
} as const satisfies Record<NativeType, string>;

/** Without `keyringAddon` the loader has no keyring: that is a module of its own, with the addon in it. */
export function createBunNative(
  keyringAddon: () => KeyringAddon = () => {
    throw new TypeError("this loader has no keyring");
  },
): NativeLoader {
  const ffi = bunProcess.getBuiltinModule("bun:ffi");
  let errnoAddress: number | undefined;

  function open<T extends Record<string, NativeSymbol>>(
    libraries: readonly string[],
    symbols: T,
  ): NativeFunctions<T> {
    const foreign = Object.fromEntries(
      Object.entries(symbols).map(([name, symbol]) => [name, {
        args: symbol.parameters.map((type) => TYPES[type]),
        returns: TYPES[symbol.result],
      }]),
    );
    return openFirst<T>(libraries, (library) => ffi.dlopen(library, foreign).symbols);
  }

  const native: NativeLoader = {
    open,
    addressOf: (buffer) => buffer.length === 0 ? 0n : BigInt(ffi.ptr(buffer)),
    copyFrom: (address, length) =>
      address === 0n || length === 0
        ? new Uint8Array(length)
        : new Uint8Array(ffi.toArrayBuffer(Number(address), 0, length)).slice(),
    errno() {
      errnoAddress ??= findErrno();
      return ffi.read.i32(errnoAddress);
    },
    keyringAddon,
  };

  /** JavaScript runs on one thread, so the address stays right. */
  function findErrno(): number {
    const name = errnoFunction(bunProcess.platform);
    return Number(bindLibc(native, { [name]: { parameters: [], result: "pointer" } })[name]!());
  }

  return native;
}
