/**
 * The host under Deno (`deno run`, `deno compile`): Deno's own calls only, since its `node:` modules cost tens of
 * milliseconds at start.
 */
import { composeHost } from "./compose_host.ts";
import { denoFileCalls } from "./deno_files.ts";
import { createEnvironment } from "./environment.ts";
import type { Host, OperatingSystem, SignalName } from "./host.ts";
import { lookUpHome } from "./user_home.ts";
import { createDenoNative } from "./deno_native.ts";

export function createDenoHost(): Host {
  const os = Deno.build.os as OperatingSystem;
  const userId = Deno.uid();
  return composeHost({
    name: "deno",
    version: Deno.version.deno,
    os,
    arch: Deno.build.arch === "x86_64" ? "x64" : "arm64",
    args: Deno.args,
    programName: () => Deno.build.standalone ? Deno.execPath().replace(/^.*[/\\]/, "") : "aws-vault",
    executablePath: () => Deno.execPath(),
    pid: Deno.pid,
    env: createEnvironment((name) => Deno.env.get(name), () => Deno.env.toObject()),
    userId,
    fileCalls: denoFileCalls,
    stdout: { write: (bytes) => Deno.stdout.writeSync(bytes), isTerminal: () => Deno.stdout.isTerminal() },
    stderr: { write: (bytes) => Deno.stderr.writeSync(bytes), isTerminal: () => Deno.stderr.isTerminal() },
    stdinIsTerminal: () => Deno.stdin.isTerminal(),
    stdinChunks: () => Deno.stdin.readable,
    currentDirectory: () => Deno.cwd(),
    userDatabaseHome: () => lookUpHome(createDenoNative, os, userId),
    signalCalls: {
      listen: (signal, handler) => Deno.addSignalListener(signal as Deno.Signal, handler),
      unlisten: (signal, handler) => Deno.removeSignalListener(signal as Deno.Signal, handler),
      raise: (signal: SignalName) => Deno.kill(Deno.pid, signal as Deno.Signal),
    },
    // Deno leaves descriptors that it was started with as they are.
    sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource)),
    noteDescriptors() {},
    inheritedDescriptors: () => [],
    loadNative: () => Promise.resolve(createDenoNative()),
    loadHttp: async () => (await import("./deno_http.ts")).createDenoHttp(),
    connectLocal: async (path) => await (await import("./deno_sockets.ts")).connectLocal(path),
    loadSpawner: async () => (await import("./deno_spawner.ts")).denoSpawner,
    exit: (code) => Deno.exit(code),
  });
}
