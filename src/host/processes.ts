/** {@link Processes} for both runtimes, over one primitive of each: starting a child. */
import type {
  ChildRequest,
  ChildResult,
  Clock,
  Environment,
  Files,
  NativeLoader,
  OperatingSystem,
  Processes,
} from "./host.ts";
import { findProgram } from "./find_program.ts";
import { replaceProcess } from "./replace_process.ts";
import type { Signals } from "./signals.ts";

export interface SpawnRequest {
  /** Executable path. */
  readonly path: string;
  readonly argv0: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: "null" | "pipe" | "inherit";
  readonly stdout: "pipe" | "inherit";
  readonly stderr: "pipe" | "inherit";
  /** In a session, and so in a process group, of its own. */
  readonly ownSession: boolean;
}

export interface ChildStatus {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface RunningChild {
  readonly pid: number;
  /** Writes it all and closes. Fails when the child does not read. */
  readonly feed: (bytes: Uint8Array) => Promise<void>;
  /** `null` unless piped. */
  readonly stdout: ReadableStream<Uint8Array> | null;
  readonly stderr: ReadableStream<Uint8Array> | null;
  readonly ended: Promise<ChildStatus>;
  readonly kill: (signal: "SIGTERM" | "SIGKILL" | ForwardedSignal) => void;
}

export type ForwardedSignal = "SIGTERM" | "SIGHUP" | "SIGUSR1" | "SIGUSR2" | "SIGINT" | "SIGQUIT";

/** Throws what the runtime throws when there is nothing to run. */
export type Spawner = (request: SpawnRequest) => RunningChild;

export interface ProcessParts {
  readonly os: OperatingSystem;
  readonly arch: string;
  readonly env: Environment;
  readonly files: Files;
  readonly clock: Clock;
  readonly native: NativeLoader;
  readonly spawner: Spawner;
  readonly signals: Signals;
  readonly pid: number;
  readonly inheritedDescriptors: () => readonly number[];
}

export function createProcesses(parts: ProcessParts): Processes {
  function find(command: string, path: string): string | null {
    return findProgram(
      { os: parts.os, files: parts.files, pathExtensions: parts.env.get("PATHEXT") },
      command,
      path,
    );
  }

  return {
    find,
    async run(request: ChildRequest): Promise<ChildResult> {
      const { runHelper } = await import("./run_helper.ts");
      return await runHelper(parts, find, request);
    },
    canReplace: parts.os !== "windows",
    replace: (path, argv, env) => replaceProcess(parts, path, argv, env),
    async runAttached(path, argv, env): Promise<number> {
      const { runAttached } = await import("./run_attached.ts");
      return await runAttached(parts, path, argv, env);
    },
  };
}
