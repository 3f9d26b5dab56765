/**
 * The host under Bun (`bun build --compile`). It loads no module of Node's at start: `node:fs` or `process.stdout` alone would
 * cost more than the whole cached answer.
 */
import { bunFileCalls } from "./bun_files.ts";
import { isTerminalQuickly, writeQuickly } from "./bun_libc.ts";
import { createBunNative } from "./bun_native.ts";
import { bunProcess } from "./bun_process.ts";
import { composeHost } from "./compose_host.ts";
import { createEnvironment } from "./environment.ts";
import type { Host, OperatingSystem } from "./host.ts";
import { identifyDescriptors, type OpenDescriptor } from "./open_descriptors.ts";
import { lookUpHome } from "./user_home.ts";

export function createBunHost(): Host {
  const os = bunProcess.platform === "win32" ? "windows" : bunProcess.platform as OperatingSystem;
  const userId = bunProcess.getuid?.() ?? null;
  let atStart: readonly OpenDescriptor[] = [];
  return composeHost({
    name: "bun",
    version: Bun.version,
    os,
    arch: bunProcess.arch,
    args: bunProcess.argv.slice(2),
    programName: () => isCompiled() ? bunProcess.argv0.replace(/^.*[/\\]/, "") : "aws-vault",
    executablePath: () => bunProcess.execPath,
    pid: bunProcess.pid,
    env: createEnvironment((name) => bunProcess.env[name], allVariables),
    userId,
    fileCalls: bunFileCalls,
    stdout: outputCalls(1, os),
    stderr: outputCalls(2, os),
    stdinIsTerminal: () => isTerminal(0, os),
    stdinChunks: () => Bun.stdin.stream(),
    currentDirectory: () => bunProcess.cwd(),
    userDatabaseHome: () => lookUpHome(createBunNative, os, userId),
    signalCalls: {
      listen: (signal, handler) => bunProcess.on(signal, handler),
      unlisten: (signal, handler) => bunProcess.off(signal, handler),
      raise: (signal) => bunProcess.kill(bunProcess.pid, signal),
    },
    // The web's digest would start a thread for it.
    sha256: (bytes) => Promise.resolve(new Bun.CryptoHasher("sha256").update(bytes).digest()),
    noteDescriptors() {
      if (os !== "windows") atStart = identifyDescriptors();
    },
    inheritedDescriptors: () => stillOpen(atStart),
    loadNative: () => Promise.resolve(createBunNative()),
    loadHttp: async () => (await import("./bun_http.ts")).createBunHttp(),
    connectLocal: async (path) => await (await import("./bun_sockets.ts")).connectLocal(path),
    loadSpawner: async () => (await import("./bun_spawner.ts")).bunSpawner,
    exit: (code) => bunProcess.exit(code),
  });
}

/** A compiled program's modules live in a file system of its own: `/$bunfs/` (`B:\~BUN\` on Windows). */
function isCompiled(): boolean {
  return /\$bunfs|~BUN/.test(import.meta.url);
}

function allVariables(): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(bunProcess.env)) if (value !== undefined) all[name] = value;
  return all;
}

function outputCalls(descriptor: number, os: OperatingSystem) {
  return {
    write: (bytes: Uint8Array) =>
      writeQuickly(descriptor, bytes) ?? bunProcess.getBuiltinModule("node:fs").writeSync(descriptor, bytes),
    isTerminal: () => isTerminal(descriptor, os),
  };
}

/** `node:tty` would take milliseconds to load. */
function isTerminal(descriptor: number, os: OperatingSystem): boolean {
  if (os !== "windows") return isTerminalQuickly(descriptor) ?? false;
  const { _isatty } = createBunNative().open(["msvcrt.dll"], {
    _isatty: { parameters: ["i32"], result: "i32" },
  });
  return _isatty(descriptor) !== 0;
}

/** Those of the start that are still the same open files. */
function stillOpen(atStart: readonly OpenDescriptor[]): number[] {
  const now = new Map(identifyDescriptors().map((open) => [open.descriptor, open.identity]));
  return atStart.filter((open) => now.get(open.descriptor) === open.identity).map((open) => open.descriptor);
}
