/** The part of Bun's globals that the Bun host uses, for the type checker; at run time Bun provides them. */
import type * as ffi from "bun:ffi";
import type * as fs from "node:fs";

export interface BunSubprocess {
  readonly pid: number;
  /** Resolves when the process has ended and the runtime has its status. */
  readonly exited: Promise<number>;
  readonly exitCode: number | null;
  readonly signalCode: string | null;
  readonly stdin:
    | { write(bytes: Uint8Array): number | Promise<number>; end(): void | Promise<void> }
    | undefined;
  readonly stdout: ReadableStream<Uint8Array> | undefined;
  readonly stderr: ReadableStream<Uint8Array> | undefined;
  kill(signal: string): void;
}

export interface BunSpawnOptions {
  cmd: string[];
  argv0?: string;
  env: Record<string, string>;
  stdin: "inherit" | "ignore" | "pipe";
  stdout: "inherit" | "pipe";
  stderr: "inherit" | "pipe";
  detached?: boolean;
}

export interface BunHasher {
  update(bytes: Uint8Array): BunHasher;
  digest(): Uint8Array;
}

export interface BunSocket {
  /** How many of the bytes were taken; the rest is to be written again after `drain`. Negative on a closed socket. */
  write(bytes: Uint8Array): number;
  end(): void;
}

export interface BunSocketHandlers {
  data(socket: BunSocket, bytes: Uint8Array): void;
  drain(socket: BunSocket): void;
  end(socket: BunSocket): void;
  close(socket: BunSocket): void;
  error(socket: BunSocket, failure: Error): void;
  connectError(socket: BunSocket, failure: Error): void;
}

export interface BunGlobal {
  readonly version: string;
  readonly stdin: { stream(): ReadableStream<Uint8Array> };
  connect(options: { unix: string; socket: BunSocketHandlers }): Promise<BunSocket>;
  spawn(options: BunSpawnOptions): BunSubprocess;
  readonly CryptoHasher: new (algorithm: "sha256") => BunHasher;
  readonly SHA256: new () => { update(bytes: string | Uint8Array): void; digest(encoding: "hex"): string };
  /** Not documented: what `bun:ffi` is made of. */
  readonly FFI: {
    dlopen(path: string, symbols: Record<string, ffi.BunSymbol>): ReturnType<typeof ffi.dlopen> | Error;
    ptr(buffer: Uint8Array): number;
  };
}

export interface BunProcess {
  readonly platform: string;
  readonly arch: string;
  readonly argv: string[];
  readonly argv0: string;
  readonly execPath: string;
  readonly pid: number;
  readonly env: Record<string, string | undefined>;
  cwd(): string;
  getuid?(): number;
  on(signal: string, handler: () => void): void;
  off(signal: string, handler: () => void): void;
  kill(pid: number, signal: string | number): void;
  exit(code: number): never;
  getBuiltinModule(name: "bun:ffi"): typeof ffi;
  getBuiltinModule(name: "node:fs"): typeof fs;
}

declare global {
  const Bun: BunGlobal;
}
