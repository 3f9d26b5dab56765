/**
 * A {@link Host} without an outside: disk, clock, terminal, programs and network are scripts in memory. What it does is
 * held to the real hosts by tests/contracts/host_contract.ts.
 */
import { AppError } from "../../src/errors.ts";
import { createEnvironment } from "../../src/host/environment.ts";
import { createFiles } from "../../src/host/files.ts";
import type {
  Files,
  Host,
  LocalSocket,
  NativeLoader,
  OperatingSystem,
  OutputStream,
  SignalName,
} from "../../src/host/host.ts";
import { collectInput } from "../../src/host/piped_input.ts";
import { createSignals } from "../../src/host/signals.ts";
import { socketError } from "../../src/host/socket_failure.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeFiles, type FileContent } from "./fake_files.ts";
import { FakeHttp, type ScriptedExchange } from "./fake_http.ts";
import { FakeLocks, LockTable } from "./fake_locks.ts";
import { FakeProcesses, type ScriptedProgram } from "./fake_processes.ts";
import { FakeTerminal, type Keys } from "./fake_terminal.ts";

export interface FakeHostOptions {
  readonly runtime?: "deno" | "bun";
  readonly os?: OperatingSystem;
  readonly arch?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Epoch milliseconds; 2026-01-02T03:04:05Z unless given. */
  readonly now?: number;
  /** `false`: time moves by `clock.advance` only. */
  readonly clockJumps?: boolean;
  readonly files?: Readonly<Record<string, FileContent>>;
  /** A disk and locks that an earlier host has left, instead of new ones. */
  readonly after?: FakeHost;
  readonly currentDirectory?: string;
  readonly userDatabaseHome?: string | null;
  readonly userId?: number;
  readonly stdin?: string;
  readonly stdinIsTerminal?: boolean;
  readonly stdoutIsTerminal?: boolean;
  readonly stderrIsTerminal?: boolean;
  /** What is typed; `null` (as when left out): no controlling terminal. */
  readonly terminal?: readonly Keys[] | null;
  readonly programs?: readonly ScriptedProgram[];
  readonly http?: readonly ScriptedExchange[];
  /** Who answers on sockets of this machine, by path; `null`: nobody. */
  readonly sockets?: (path: string) => LocalSocket | null;
  readonly native?: NativeLoader;
}

/** How `exit` leaves in a test. */
export class Exited extends Error {
  override readonly name = "Exited";
  constructor(readonly code: number) {
    super(`exited with ${code}`);
  }
}

/** stdout or stderr that remembers. */
export class FakeOutput implements OutputStream {
  text = "";
  /** Makes the next writes fail as when the reader has gone. */
  readerGone = false;
  readonly #terminal: boolean;
  readonly #name: string;

  constructor(name: string, terminal: boolean) {
    this.#name = name;
    this.#terminal = terminal;
  }

  write(data: string | Uint8Array): void {
    if (this.readerGone) {
      throw new AppError("broken-pipe", "unavailable", `${this.#name} is closed: its reader has gone`);
    }
    this.text += typeof data === "string" ? data : new TextDecoder().decode(data);
  }

  isTerminal(): boolean {
    return this.#terminal;
  }
}

export interface FakeHost extends Host {
  readonly clock: FakeClock;
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly disk: FakeFiles;
  readonly files: Files;
  readonly lockTable: LockTable;
  /** Every terminal that was opened. */
  readonly terminals: readonly FakeTerminal[];
  readonly network: FakeHttp;
  readonly programs: FakeProcesses;
  /** Delivers a signal; answers whether anybody listened. Without a listener the process would have ended. */
  sendSignal(signal: SignalName): boolean;
  /** Throws when a script was not used up, a terminal is still raw or a lock still held. */
  assertDone(): void;
}

const DEFAULT_NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const DEFAULT_USER_ID = 1000;

export function createFakeHost(options: FakeHostOptions = {}): FakeHost {
  const os = options.os ?? "linux";
  const userId = options.userId ?? DEFAULT_USER_ID;
  const clock = new FakeClock(options.now ?? DEFAULT_NOW, options.clockJumps ?? true);
  const cwd = options.currentDirectory ?? (os === "windows" ? "C:\\current" : "/current");
  const disk = options.after?.disk ?? new FakeFiles(() => clock.now(), userId, cwd, os !== "windows");
  disk.killed = false;
  for (const [path, content] of Object.entries(options.files ?? {})) disk.put(path, content);
  const files = createFiles(disk, os, os === "windows" ? null : userId);
  const variables = new Map(Object.entries(options.env ?? {}));
  const lockTable = options.after?.lockTable ?? new LockTable();
  const terminals: FakeTerminal[] = [];
  const network = new FakeHttp(options.http ?? []);
  const programs = new FakeProcesses(
    { os, files, pathExtensions: options.env?.PATHEXT },
    options.programs ?? [],
  );
  const listening = new Map<SignalName, () => void>();
  const signals = createSignals({
    listen: (signal, handler) => void listening.set(signal, handler),
    unlisten: (signal) => void listening.delete(signal),
    raise: () => {},
  });
  let randomState = 1;

  return {
    runtime: options.runtime ?? "deno",
    runtimeVersion: "2.0.0",
    os,
    arch: options.arch ?? "x64",
    args: options.args ?? [],
    programName: "aws-vault",
    executablePath: os === "windows" ? "C:\\bin\\aws-vault.exe" : "/usr/bin/aws-vault",
    pid: 4242,
    env: createEnvironment(
      (name) => os === "windows" ? lookUpWithoutCase(variables, name) : variables.get(name),
      () => Object.fromEntries(variables),
    ),
    clock,
    // Xorshift (Marsaglia 2003): the same bytes in every run, different ones in every call.
    random: {
      bytes: (length) =>
        Uint8Array.from({ length }, () => {
          randomState ^= randomState << 13;
          randomState ^= randomState >>> 17;
          randomState ^= randomState << 5;
          return randomState & 0xff;
        }),
    },
    files,
    disk,
    stdout: new FakeOutput("stdout", options.stdoutIsTerminal ?? false),
    stderr: new FakeOutput("stderr", options.stderrIsTerminal ?? false),
    sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource)),
    beforeOpening() {},
    currentDirectory: () => cwd,
    userDatabaseHome: () => options.userDatabaseHome ?? null,
    userId: () => os === "windows" ? null : userId,
    readStdin: (maxBytes) => collectInput(asChunks(options.stdin ?? ""), maxBytes),
    stdinIsTerminal: () => options.stdinIsTerminal ?? false,
    openTerminal() {
      if (options.terminal === undefined || options.terminal === null) return Promise.resolve(null);
      // Keys that one reader leaves are there for the next.
      const left = terminals.length === 0 ? options.terminal : terminals.at(-1)!.takeUnusedKeys();
      const terminal = new FakeTerminal(left, clock);
      terminals.push(terminal);
      return Promise.resolve(terminal);
    },
    terminals,
    http: () => Promise.resolve(network),
    network,
    connectLocal(path) {
      const socket = options.sockets?.(path) ?? null;
      if (socket !== null) return Promise.resolve(socket);
      return Promise.reject(socketError("ENOENT", undefined, "connect to", path));
    },
    processes: () => Promise.resolve(programs),
    programs,
    locks: () =>
      Promise.resolve(
        new FakeLocks(lockTable, clock, (path) => {
          if (files.stat(path) === null) files.createExclusive(path, new Uint8Array(), 0o600);
        }),
      ),
    lockTable,
    native: () =>
      options.native === undefined
        ? Promise.reject(new AppError("native-unavailable", "unavailable", "no native libraries here"))
        : Promise.resolve(options.native),
    onSignal: (names, handler) => signals.once(names, handler),
    sendSignal(signal) {
      const handler = listening.get(signal);
      handler?.();
      return handler !== undefined;
    },
    exit(code) {
      signals.runCleanups();
      throw new Exited(code);
    },
    assertDone() {
      const left: string[] = [];
      if (network.unused > 0) left.push(`${network.unused} scripted requests never came`);
      for (const program of programs.unused) left.push(`${program.command} was never run`);
      const keys = terminals.at(-1)?.unusedKeys ?? options.terminal?.length ?? 0;
      if (keys > 0) left.push(`${keys} scripted keys were never read`);
      if (terminals.some((terminal) => terminal.raw)) left.push("a terminal was left raw");
      for (const path of lockTable.held) left.push(`${path} is still locked`);
      if (left.length > 0) throw new Error(left.join("; "));
    },
  };
}

function lookUpWithoutCase(variables: ReadonlyMap<string, string>, name: string): string | undefined {
  for (const [key, value] of variables) if (key.toUpperCase() === name.toUpperCase()) return value;
  return undefined;
}

async function* asChunks(text: string): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}
