/**
 * The machine of a remembered answer under Bun. `Bun.FFI` is what the module `bun:ffi` is made of; loading that module would take longer
 * than everything else here.
 */
import { bunProcess } from "./bun_process.ts";
import type { HotMachine } from "./host.ts";
import { createHotMachine, type Syscall } from "./hot_machine.ts";

declare const process: { readonly env: { readonly AWS_VAULT_LIBC?: string } };

/** Numbers, as long as they are exact: addresses and results of these calls are. */
const SYSCALL = {
  args: ["i64_fast", "i64_fast", "i64_fast", "i64_fast", "i64_fast", "i64_fast"],
  returns: "i64_fast",
};

/** `null` on systems that have no such calls, and where the arguments are not worth it. */
export function bunHotMachine(isWorthIt: (args: readonly string[]) => boolean): HotMachine | null {
  const { platform, arch, argv, env } = bunProcess;
  const args = argv.slice(2);
  if (platform !== "linux" || !isWorthIt(args)) return null;
  const musl = `libc.musl-${arch === "x64" ? "x86_64" : "aarch64"}.so.1`;
  // A failure is answered, not thrown.
  const libc = Bun.FFI.dlopen(process.env.AWS_VAULT_LIBC === "musl" ? musl : "libc.so.6", {
    syscall: SYSCALL,
  });
  if (libc instanceof Error) return null;
  return createHotMachine({
    arch,
    args,
    env: (name) => env[name],
    syscall: libc.symbols.syscall as Syscall,
    addressOf: Bun.FFI.ptr,
    digester: () => new Bun.SHA256(),
    exit: (code) => bunProcess.exit(code),
  });
}
