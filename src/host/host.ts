/**
 * The one door to the outside: what the program needs of its runtime and operating system, as contracts.
 *
 * `host/deno.ts` and `host/bun.ts` implement them; `tests/fakes/fake_host.ts` is the double. Everything that
 * the cached answer needs is there at once and synchronous; the rest is loaded when first asked for.
 * Failures are AppErrors; a missing file is `null`.
 */

export type OperatingSystem = "linux" | "darwin" | "windows" | "freebsd";

export interface Host {
  readonly runtime: "deno" | "bun";
  /** The runtime's own version, such as `1.4.5`. */
  readonly runtimeVersion: string;
  readonly os: OperatingSystem;
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
  /** Arguments after the program's own name. */
  readonly args: readonly string[];
  /** argv[0] as typed, for messages; never used to run anything. */
  readonly programName: string;
  /** Absolute path of the running executable; under `deno run` that of deno. */
  readonly executablePath: string;
  readonly pid: number;
  readonly env: Environment;
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  /** The SHA-256 digest of the bytes, 32 bytes. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** To be called once, before files or connections stay open, by a run that may become or start a child: it hands on what it was given. */
  beforeOpening(): void;
  /** The current directory, absolute. */
  currentDirectory(): string;
  /** The user's home according to the OS's user database, for when no variable names it; `null` if unknown. */
  userDatabaseHome(): string | null;
  /** The numeric user id; `null` on Windows. */
  userId(): number | null;
  /** All of stdin as text, for input that is piped in. Throws AppError code `input-too-large` past `maxBytes`. */
  readStdin(maxBytes: number): Promise<string>;
  stdinIsTerminal(): boolean;
  /** Opens the controlling terminal (`/dev/tty`, `CONIN$`/`CONOUT$`); `null` when the process has none. */
  openTerminal(): Promise<Terminal | null>;
  http(): Promise<HttpTransport>;
  /** Connects to a socket of this machine; a leading NUL marks an abstract name (Linux). Throws AppError `socket-failed`, or `socket-denied`. */
  connectLocal(path: string): Promise<LocalSocket>;
  processes(): Promise<Processes>;
  locks(): Promise<FileLocks>;
  native(): Promise<NativeLoader>;
  /** Calls `handler` for the first of the signals that comes; a second one then has its default action. Returns how to stop listening. */
  onSignal(signals: readonly SignalName[], handler: (signal: SignalName) => void): () => void;
  /** Ends the process at once, without waiting for anything pending. Only `main.ts` calls it. */
  exit(code: number): never;
}

export type SignalName =
  | "SIGINT"
  | "SIGTERM"
  | "SIGHUP"
  | "SIGQUIT"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGWINCH"
  | "SIGTSTP"
  | "SIGCONT"
  | "SIGKILL";

/** The process environment. On Windows names are compared without case. */
export interface Environment {
  /** `undefined` when not set; an empty value is an empty string. */
  get(name: string): string | undefined;
  /** A copy of all variables. */
  all(): Record<string, string>;
}

export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** Bytes from the OS's secure generator. */
  bytes(length: number): Uint8Array;
}

export interface FileInfo {
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly size: number;
  /** Permission bits; `null` on Windows. */
  readonly mode: number | null;
  /** Owner's user id; `null` on Windows. */
  readonly userId: number | null;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** `null` where the file system has none. */
  readonly inode: number | null;
}

/**
 * Files, synchronous. A path that does not exist (or whose parent is no directory) answers `null`/`false`. Other failures
 * throw an AppError: code `file-denied` (kind denied), `file-full` (no space, quota, read-only; kind unavailable),
 * `file-exists`, or `file-failed` (kind unavailable); the message names the path and the operation.
 */
export interface Files {
  /** Windows: `\` separates the parts of a path as `/` does. Elsewhere it is a character like others. */
  readonly backslashSeparates: boolean;
  readText(path: string): string | null;
  readBytes(path: string): Uint8Array | null;
  /** Does not follow a final symlink when `noFollow`. */
  stat(path: string, options?: { noFollow?: boolean }): FileInfo | null;
  /** Whether there is something at the path, symlinks followed; false also where one may not look. */
  exists(path: string): boolean;
  /** Names of the entries, unsorted; `null` when there is no such directory. */
  list(path: string): string[] | null;
  /** Makes the directory and its missing parents with `mode`; an existing one stays as it is. */
  makeDirectory(path: string, mode: number): void;
  /** Creates a file that must not exist (`O_EXCL`, no symlink followed) with `mode`, writes all bytes, fsyncs and closes. Removes it again when a write fails. */
  createExclusive(path: string, bytes: Uint8Array, mode: number): void;
  /** Atomic within one directory. */
  rename(from: string, to: string): void;
  /** Flushes a directory's entries to disk; does nothing where the OS has no such call. */
  syncDirectory(path: string): void;
  /** Whether there was a file to remove. */
  remove(path: string): boolean;
  setMode(path: string, mode: number): void;
  /** The path with all symlinks resolved; `null` when it does not exist. */
  realPath(path: string): string | null;
  /** What a symlink says, unresolved; `null` when there is none at the path. */
  readLink(path: string): string | null;
  /** Whether it is a regular file this process may execute. */
  isExecutable(path: string): boolean;
}

/** stdout or stderr. */
export interface OutputStream {
  /** Writes everything before it returns. Throws AppError code `broken-pipe` when the reader has gone. */
  write(data: string | Uint8Array): void;
  isTerminal(): boolean;
}

/**
 * The controlling terminal, whatever stdin and stdout are. While raw, nothing is echoed, and input comes byte by byte, control
 * keys included (Ctrl-C is byte 3). The modes found at opening are restored by `close`, at exit, and before a signal ends the process.
 */
export interface Terminal {
  write(text: string): void;
  setRaw(raw: boolean): void;
  /** The next bytes; `null` when none came within `timeoutMs`; an empty array at end of input (hang-up). */
  read(timeoutMs: number): Promise<Uint8Array | null>;
  close(): void;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Absolute http or https URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as these very bytes. */
  readonly body?: Uint8Array;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Extra trust anchors, PEM. The runtime's own roots stay in force. */
  readonly caCertificates?: string | null;
  /** `http://[user:password@]host:port`, or `null` for a direct connection. Environment variables never decide. */
  readonly proxy: string | null;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; several values of one name joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * One HTTP exchange: no retry, no redirect followed (a 3xx is an ordinary answer), no cookies, no cache, no environment. TLS is always verified.
 * Throws AppError of kind unavailable: `http-timeout`, `http-connect` (no connection was made: nothing was sent), `http-tls`,
 * `http-interrupted` (the request may have been received), `http-too-large` (body over 4 MiB), or kind cancelled `http-aborted`.
 */
export interface HttpTransport {
  request(request: HttpRequest): Promise<HttpResponse>;
}

/** A connected stream socket between processes of this machine. */
export interface LocalSocket {
  /** Sends all bytes, in the order of the calls. Throws AppError `socket-failed` when the other side has gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** The next bytes, never none; `null` when no more will come. One call at a time. */
  read(): Promise<Uint8Array | null>;
  /** A `read` that is under way answers `null`. */
  close(): void;
}

export interface ChildRequest {
  /** Absolute path, or a name that is looked up in `PATH` of `env`. */
  readonly command: string;
  readonly args: readonly string[];
  /** The child's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** `terminal`: the controlling terminal, or nothing where there is none. */
  readonly stdin: "null" | "terminal" | Uint8Array;
  readonly stderr: "inherit" | "capture" | "terminal";
  /**
   * `own` (the default where neither stream is the terminal): in a session without a terminal. `shared`: the child may open the
   * controlling terminal by itself, and what it has started by then is killed one by one.
   */
  readonly session?: "own" | "shared";
  /** Milliseconds until the child (and its process group) is killed and the call fails. */
  readonly timeoutMs: number;
  /** stdout longer than this kills the child and fails the call. */
  readonly maxOutputBytes: number;
}

export interface ChildResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  /** Empty unless captured; cut at 64 KiB. */
  readonly stderr: Uint8Array;
}

export interface Processes {
  /** Absolute path of a program: names with a separator as they are, others through the directories of `path`; `null` when none is executable. A hit by a relative PATH entry is refused. */
  find(command: string, path: string): string | null;
  /** Runs a helper and collects what it prints. Throws `child-not-found` / `child-timeout` / `child-output-too-large`. A non-zero exit is an answer, not an error. */
  run(request: ChildRequest): Promise<ChildResult>;
  /** Whether `replace` works on this OS. */
  readonly canReplace: boolean;
  /** Becomes `path`: same process, same open descriptors, default SIGPIPE and SIGXFSZ. Returns only by throwing `exec-failed`. */
  replace(path: string, argv: readonly string[], env: Readonly<Record<string, string>>): never;
  /** Runs it on our stdin, stdout and stderr, passing signals on; answers its exit status, 128 + n after a signal n. */
  runAttached(path: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number>;
}

export interface FileLock {
  release(): void;
}

/** Kernel locks on files (flock, LockFileEx) between processes. A lock ends with its holder, however that dies. */
export interface FileLocks {
  /** Makes the file (0600) if need be. `null` when another process holds it until `timeoutMs` have passed. 0 tries once. */
  acquire(path: string, timeoutMs: number): Promise<FileLock | null>;
}

export type NativeType = "i32" | "u32" | "i64" | "u64" | "usize" | "pointer" | "buffer" | "void";
export interface NativeSymbol {
  readonly parameters: readonly NativeType[];
  readonly result: NativeType;
}
/** `pointer` values are addresses as bigint (0n is null), 64-bit integers are bigint, `buffer` takes a Uint8Array. */
export type NativeValue = number | bigint | Uint8Array | null;
export type NativeFunctions<T extends Record<string, NativeSymbol>> = {
  readonly [K in keyof T]: (...args: NativeValue[]) => number | bigint;
};

export type BlockingFunctions<T extends Record<string, NativeSymbol>> = {
  readonly [K in keyof T]: (...args: NativeValue[]) => Promise<number | bigint>;
};

export interface NativeLoader {
  /** Binds the symbols from the first library of the list that loads. Throws AppError `native-unavailable`. The library stays loaded. */
  open<T extends Record<string, NativeSymbol>>(libraries: readonly string[], symbols: T): NativeFunctions<T>;
  /**
   * The same for calls that may wait for a person or a hung service: they run on another thread, one after the other, and the
   * program can end meanwhile. Arguments stay alive until the answer is there; there is no errno.
   */
  openBlocking<T extends Record<string, NativeSymbol>>(
    libraries: readonly string[],
    symbols: T,
  ): BlockingFunctions<T>;
  /** The address of a buffer's first byte. The caller keeps the buffer alive. */
  addressOf(buffer: Uint8Array): bigint;
  /** A copy of `length` bytes at an address. */
  copyFrom(address: bigint, length: number): Uint8Array;
  /** The C library's errno of this thread, right after a call. */
  errno(): number;
}

/**
 * The little that a remembered answer asks of its machine, before there is a {@link Host}. Each call answers "could not" for whatever reason;
 * the full program then meets the same failure and reports it.
 */
export interface HotMachine {
  readonly args: readonly string[];
  env(name: string): string | undefined;
  /** Epoch milliseconds. */
  now(): number;
  stdoutIsTerminal(): boolean;
  exists(path: string): boolean;
  /**
   * The whole file; `null` when it can't be read, or is not small. With a digester a file may be of any size: what is before the part
   * that is answered is given to that.
   */
  read(path: string, digester: HotDigester | null): Uint8Array | null;
  /** What statx(2) says of the file, symlinks followed; `null` when it is not there. */
  status(path: string): Uint8Array | null;
  /** A key of the kernel's user keyring; `null` when there is none. */
  readKey(description: string): { readonly id: number; readonly bytes: Uint8Array } | null;
  /** The key lives for so long from now on. Where the kernel does not allow that, its time to live stays as it was. */
  keepKey(id: number, seconds: number): void;
  digester(): HotDigester;
  /** How many bytes were written, or a negative number. */
  print(bytes: Uint8Array): number;
  /** Ends the process at once. Only `main.ts` calls it. */
  exit(code: number): never;
}

/** SHA-256 of all that `update` was given, one after the other. */
export interface HotDigester {
  update(bytes: string | Uint8Array): void;
  digest(encoding: "hex"): string;
}
