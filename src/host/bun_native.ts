/** Native libraries under Bun. */
import type { BunSymbol } from "bun:ffi";
import { bunProcess } from "./bun_process.ts";
import type { BlockingFunctions, NativeFunctions, NativeLoader, NativeSymbol, NativeType } from "./host.ts";
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

export function createBunNative(): NativeLoader {
  const ffi = bunProcess.getBuiltinModule("bun:ffi");
  let errnoAddress: number | undefined;

  function open<T extends Record<string, NativeSymbol>>(
    libraries: readonly string[],
    symbols: T,
  ): NativeFunctions<T> {
    const foreign = toForeign(symbols, TYPES.buffer);
    return openFirst(
      libraries,
      (library) => ffi.dlopen(library, foreign).symbols as unknown as NativeFunctions<T>,
    );
  }

  function openBlocking<T extends Record<string, NativeSymbol>>(
    libraries: readonly string[],
    symbols: T,
  ): BlockingFunctions<T> {
    const foreign = toForeign(symbols, TYPES.pointer); // the other thread has the addresses of our buffers only
    const library = openFirst(libraries, (name) => {
      ffi.dlopen(name, foreign); // so that what is missing shows at once
      return name;
    });
    const functions = Object.entries(foreign).map(([name, symbol]) => [
      name,
      async (...values: unknown[]) => {
        const { callBeside } = await import("./bun_blocking.ts");
        const plain = values.map((value) =>
          value instanceof Uint8Array ? native.addressOf(value) : value === null ? 0n : value
        );
        return await callBeside({ library, name, symbol, values: plain }, values);
      },
    ]);
    return Object.fromEntries(functions);
  }

  const native: NativeLoader = {
    open,
    openBlocking,
    addressOf: (buffer) => buffer.length === 0 ? 0n : BigInt(ffi.ptr(buffer)),
    copyFrom: (address, length) =>
      address === 0n || length === 0
        ? new Uint8Array(length)
        : new Uint8Array(ffi.toArrayBuffer(Number(address), 0, length)).slice(),
    errno() {
      errnoAddress ??= findErrno();
      return ffi.read.i32(errnoAddress);
    },
  };

  /** JavaScript runs on one thread, so the address stays right. */
  function findErrno(): number {
    const name = errnoFunction(bunProcess.platform);
    return Number(bindLibc(native, { [name]: { parameters: [], result: "pointer" } })[name]!());
  }

  return native;
}

function toForeign(symbols: Record<string, NativeSymbol>, buffer: string): Record<string, BunSymbol> {
  return Object.fromEntries(
    Object.entries(symbols).map(([name, { parameters, result }]) => [name, {
      args: parameters.map((type) => type === "buffer" ? buffer : TYPES[type]),
      returns: TYPES[result],
    }]),
  );
}
