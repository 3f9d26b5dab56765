/** The machine of a remembered answer under Deno. */
import type { HotMachine } from "./host.ts";
import { createHotMachine } from "./hot_machine.ts";
import { Sha256 } from "./sha256.ts";

/** `null` on systems that have no such calls, and where the arguments are not worth it. */
export function denoHotMachine(isWorthIt: (args: readonly string[]) => boolean): HotMachine | null {
  const { os, arch } = Deno.build;
  const syscall = os === "linux" && isWorthIt(Deno.args) ? bindSyscall() : null;
  if (syscall === null) return null;
  return createHotMachine({
    arch: arch === "x86_64" ? "x64" : "arm64",
    args: Deno.args,
    env: (name) => Deno.env.get(name),
    syscall: (number, a, b, c, d, e) =>
      Number(syscall(BigInt(number), BigInt(a), BigInt(b), BigInt(c), BigInt(d), BigInt(e))),
    addressOf: (buffer) => Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer as BufferSource))),
    digester: () => new Sha256(),
    exit: (code) => Deno.exit(code),
  });
}

function bindSyscall() {
  const { arch, env } = Deno.build;
  try {
    return Deno.dlopen(env === "musl" ? `libc.musl-${arch}.so.1` : "libc.so.6", {
      syscall: { parameters: ["i64", "i64", "i64", "i64", "i64", "i64"], result: "i64" },
    }).symbols.syscall;
  } catch {
    return null; // The full program says what is missing, if it needs it.
  }
}
