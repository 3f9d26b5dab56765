/**
 * The few calls that a cached answer makes, straight to the C library: loading `node:fs` alone takes longer than all of it. Whatever
 * does not go smoothly is answered with "could not", and the caller then lets `node:fs` try and report.
 */
import { createBunNative } from "./bun_native.ts";
import { bunProcess } from "./bun_process.ts";
import { bindLibc } from "./libc.ts";
import type { NativeFunctions } from "./host.ts";
import { OPEN } from "./posix_constants.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  read: { parameters: ["i32", "pointer", "usize"], result: "i64" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i64" },
  close: { parameters: ["i32"], result: "i32" },
  access: { parameters: ["buffer", "i32"], result: "i32" },
  isatty: { parameters: ["i32"], result: "i32" },
} as const;

/** Most files of a hit fit; larger ones double it. */
const FIRST_BUFFER_BYTES = 32 * 1024;
/** access(2): whether the file exists. */
const F_OK = 0;

const system = bunProcess.platform;
const isPosix = system === "linux" || system === "darwin" || system === "freebsd";
const native = createBunNative();
let bound: NativeFunctions<typeof SYMBOLS> | null = null;

function libc(): NativeFunctions<typeof SYMBOLS> | null {
  return isPosix ? bound ??= bindLibc(native, SYMBOLS) : null;
}

/** The whole file; `null` when that did not work out, for whatever reason. */
export function readQuickly(path: string): Uint8Array | null {
  const calls = libc(), name = cString(path);
  if (calls === null || name === null) return null;
  const { closeOnExec, noControllingTerminal } = OPEN[system as keyof typeof OPEN];
  const descriptor = Number(calls.open(name, closeOnExec | noControllingTerminal, 0));
  if (descriptor < 0) return null;
  let buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  let length = 0;
  try {
    for (;;) {
      const room = buffer.length - length;
      const got = Number(calls.read(descriptor, native.addressOf(buffer) + BigInt(length), BigInt(room)));
      if (got < 0) return null;
      if (got === 0) return buffer.subarray(0, length);
      length += got;
      if (length < buffer.length) continue;
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
  } finally {
    calls.close(descriptor);
  }
}

/** How many bytes were written; `null` when that did not work out. */
export function writeQuickly(descriptor: number, bytes: Uint8Array): number | null {
  if (bytes.length === 0) return 0;
  const written = libc()?.write(descriptor, bytes, BigInt(bytes.length));
  return written === undefined || Number(written) < 0 ? null : Number(written);
}

/** Whether there is something at the path; `null` when that can't be told this way. */
export function existsQuickly(path: string): boolean | null {
  const calls = libc(), name = cString(path);
  return calls === null || name === null ? null : Number(calls.access(name, F_OK)) === 0;
}

/** `null` on a system that is asked another way. */
export function isTerminalQuickly(descriptor: number): boolean | null {
  const calls = libc();
  return calls === null ? null : Number(calls.isatty(descriptor)) !== 0;
}

/** `null` for a path that C can't express. */
function cString(path: string): Uint8Array | null {
  return path.includes("\0") ? null : new TextEncoder().encode(`${path}\0`);
}
