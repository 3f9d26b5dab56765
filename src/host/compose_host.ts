/**
 * Puts a {@link Host} together from what one runtime gives. Everything heavy (libc, terminal, processes, locks, network)
 * is a module of its own, loaded when first asked for: the cached answer needs none of it.
 */
import type {
  Environment,
  FileLocks,
  Host,
  HttpTransport,
  LocalSocket,
  NativeLoader,
  OperatingSystem,
  Processes,
} from "./host.ts";
import { createFiles, type FileCalls } from "./files.ts";
import { createOutputStream, type OutputCalls } from "./output_stream.ts";
import type { Spawner } from "./processes.ts";
import { createSignals, type SignalCalls, type Signals } from "./signals.ts";
import { secureRandom, systemClock } from "./system_clock.ts";

/** What differs between Deno and Bun. */
export interface Runtime {
  readonly name: "deno" | "bun";
  readonly version: string;
  readonly os: OperatingSystem;
  readonly arch: string;
  readonly args: readonly string[];
  readonly programName: () => string;
  readonly executablePath: () => string;
  readonly pid: number;
  readonly env: Environment;
  readonly userId: number | null;
  readonly fileCalls: FileCalls;
  readonly sha256: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly stdout: OutputCalls;
  readonly stderr: OutputCalls;
  readonly stdinIsTerminal: () => boolean;
  readonly stdinChunks: () => AsyncIterable<Uint8Array>;
  readonly currentDirectory: () => string;
  readonly userDatabaseHome: () => string | null;
  readonly signalCalls: SignalCalls;
  /** Descriptors that the process was started with, besides 0 to 2, where the runtime has marked them close-on-exec. */
  readonly inheritedDescriptors: () => readonly number[];
  /** Looks which those are. */
  readonly noteDescriptors: () => void;
  readonly loadNative: () => Promise<NativeLoader>;
  readonly loadHttp: () => Promise<HttpTransport>;
  readonly connectLocal: (path: string) => Promise<LocalSocket>;
  readonly loadSpawner: () => Promise<Spawner>;
  readonly exit: (code: number) => never;
}

export function composeHost(runtime: Runtime): Host {
  const { os, arch, env } = runtime;
  const files = createFiles(runtime.fileCalls, os, runtime.userId);
  let signals: Signals | undefined;
  const signalList = () => signals ??= createSignals(runtime.signalCalls);

  const native = once(runtime.loadNative);
  const http = once(runtime.loadHttp);
  const locks = once(async (): Promise<FileLocks> => {
    const [{ createFileLocks }, loaded] = await Promise.all([import("./file_lock.ts"), native()]);
    return createFileLocks({ os, files, clock: systemClock, random: secureRandom, native: loaded });
  });
  const processes = once(async (): Promise<Processes> => {
    const [{ createProcesses }, loaded, spawner] = await Promise.all([
      import("./processes.ts"),
      native(),
      runtime.loadSpawner(),
    ]);
    return createProcesses({
      os,
      arch,
      env,
      files,
      clock: systemClock,
      native: loaded,
      spawner,
      signals: signalList(),
      pid: runtime.pid,
      inheritedDescriptors: runtime.inheritedDescriptors,
    });
  });

  return {
    runtime: runtime.name,
    runtimeVersion: runtime.version,
    os,
    arch,
    args: runtime.args,
    get programName() {
      return runtime.programName();
    },
    get executablePath() {
      return runtime.executablePath();
    },
    pid: runtime.pid,
    env,
    clock: systemClock,
    random: secureRandom,
    files,
    sha256: runtime.sha256,
    beforeOpening: runtime.noteDescriptors,
    stdout: createOutputStream("stdout", runtime.stdout),
    stderr: createOutputStream("stderr", runtime.stderr),
    currentDirectory: runtime.currentDirectory,
    userDatabaseHome: runtime.userDatabaseHome,
    userId: () => runtime.userId,
    async readStdin(maxBytes) {
      const { collectInput } = await import("./piped_input.ts");
      return await collectInput(runtime.stdinChunks(), maxBytes);
    },
    stdinIsTerminal: runtime.stdinIsTerminal,
    async openTerminal() {
      const loaded = await native();
      const parts = { os, arch, clock: systemClock, native: loaded, signals: signalList(), pid: runtime.pid };
      return os === "windows"
        ? (await import("./terminal_windows.ts")).openWindowsTerminal(parts)
        : (await import("./terminal_posix.ts")).openPosixTerminal(parts);
    },
    http,
    connectLocal: runtime.connectLocal,
    processes,
    locks,
    native,
    onSignal: (names, handler) => signalList().once(names, handler),
    exit(code) {
      signals?.runCleanups();
      return runtime.exit(code);
    },
  };
}

/** The same promise for every caller; a failed load is tried again. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () =>
    loading ??= load().catch((failure: unknown) => {
      loading = undefined;
      throw failure;
    });
}
