/** Native libraries under Deno. */
import type { KeyringAddon, NativeFunctions, NativeLoader, NativeSymbol, NativeType } from "./host.ts";
import { keyringPackage } from "./keyring_package.ts";
import { bindLibc } from "./libc.ts";
import { errnoFunction, noKeyring, openFirst } from "./native_library.ts";

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
    const foreign: Deno.ForeignLibraryInterface = Object.fromEntries(
      Object.entries(symbols).map(([name, symbol]) => [name, {
        parameters: symbol.parameters.map((type) => TYPES[type] as Deno.NativeType),
        result: TYPES[symbol.result] as Deno.NativeResultType,
      }]),
    );
    return openFirst<T>(
      libraries,
      (library) => Deno.dlopen(library, foreign).symbols as Record<string, (...args: unknown[]) => unknown>,
    );
  }

  const native: NativeLoader = {
    open,
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
    keyringAddon: loadKeyring,
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

function loadKeyring(): KeyringAddon {
  const name = keyringPackage(Deno.build.os, Deno.build.arch, Deno.build.env ?? null);
  try {
    const { createRequire } = process.getBuiltinModule("node:module");
    return createRequire(import.meta.url)(name) as KeyringAddon;
  } catch (failure) {
    throw noKeyring(name, failure);
  }
}
