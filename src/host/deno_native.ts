/** Native libraries under Deno. */
import type { BlockingFunctions, NativeFunctions, NativeLoader, NativeSymbol, NativeType } from "./host.ts";
import { bindLibc } from "./libc.ts";
import { errnoFunction, openFirst } from "./native_library.ts";

/** Addresses travel as integers: a bigint on our side, the same register in every ABI that Deno runs on. */
const TYPES = {
  i32: "i32",
  u32: "u32",
  i64: "i64",
  u64: "u64",
  usize: "usize",
  pointer: "u64",
  buffer: "buffer",
  void: "void",
} as const satisfies Record<NativeType, Deno.NativeResultType>;

export function createDenoNative(): NativeLoader {
  let errnoView: Deno.UnsafePointerView | undefined;

  function open<T extends Record<string, NativeSymbol>>(
    libraries: readonly string[],
    symbols: T,
  ): NativeFunctions<T> {
    return bind(libraries, symbols, false) as NativeFunctions<T>;
  }

  function openBlocking<T extends Record<string, NativeSymbol>>(
    libraries: readonly string[],
    symbols: T,
  ): BlockingFunctions<T> {
    return bind(libraries, symbols, true) as BlockingFunctions<T>;
  }

  const native: NativeLoader = {
    open,
    openBlocking,
    addressOf: (buffer) =>
      buffer.length === 0 ? 0n : Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer as BufferSource)),
    copyFrom(address, length) {
      const bytes = new Uint8Array(length);
      const pointer = Deno.UnsafePointer.create(address);
      if (pointer !== null && length > 0) new Deno.UnsafePointerView(pointer).copyInto(bytes);
      return bytes;
    },
    errno() {
      errnoView ??= errnoOfThisThread(native);
      return errnoView.getInt32();
    },
  };
  if (Deno.build.os !== "windows") errnoView = errnoOfThisThread(native);
  return native;
}

/** JavaScript runs on one thread, so the address stays right; finding it beforehand leaves no call in between. */
function errnoOfThisThread(native: NativeLoader): Deno.UnsafePointerView {
  const name = errnoFunction(Deno.build.os);
  const location = bindLibc(native, { [name]: { parameters: [], result: "pointer" } })[name]!;
  return new Deno.UnsafePointerView(Deno.UnsafePointer.create(location() as bigint)!);
}

function bind(libraries: readonly string[], symbols: Record<string, NativeSymbol>, nonblocking: boolean) {
  const foreign: Deno.ForeignLibraryInterface = Object.fromEntries(
    Object.entries(symbols).map(([name, symbol]) => [name, {
      parameters: symbol.parameters.map((type) => TYPES[type] as Deno.NativeType),
      result: TYPES[symbol.result] as Deno.NativeResultType,
      nonblocking,
    }]),
  );
  return openFirst(libraries, (library) => Deno.dlopen(library, foreign).symbols as unknown);
}
