/**
 * What a remembered answer asks of Linux, by one function of the C library, `syscall`. Written for a process that does everything for the
 * first and only time: what costs is every function that is called, every class of the runtime that is touched, every symbol that is bound.
 */
import type { HotMachine } from "./host.ts";

/** libc's `syscall`: the number and five arguments, buffers by address; negative for a failure. */
export type Syscall = (number: number, a: number, b: number, c: number, d: number, e: number) => number;

/** What differs between Deno and Bun. */
export interface HotRuntime extends Pick<HotMachine, "args" | "env" | "digester" | "exit"> {
  /** As Node names it. */
  readonly arch: string;
  readonly syscall: Syscall;
  /** Of a buffer that stays where it is. */
  addressOf(buffer: Uint8Array): number;
}

/** asm/unistd_64.h and asm-generic/unistd.h. */
const NUMBERS = {
  x64: { read: 0, write: 1, close: 3, ioctl: 16, keyctl: 250, openat: 257, faccessat: 269, statx: 332 },
  arm64: { read: 63, write: 64, close: 57, ioctl: 29, keyctl: 219, openat: 56, faccessat: 48, statx: 291 },
} as const;
/** linux/fcntl.h: paths that are not absolute begin at the current directory. */
const AT_FDCWD = -100;
/** asm-generic/fcntl.h: O_CLOEXEC | O_NOCTTY. */
const OPEN_FLAGS = 0o2000000 | 0o400;
/** asm-generic/ioctls.h: fails on whatever is no terminal. */
const TCGETS = 0x5401;
/** linux/keyctl.h. */
const KEYCTL_LINK = 8, KEYCTL_SEARCH = 10, KEYCTL_READ = 11, KEYCTL_SET_TIMEOUT = 15;
const USER_KEYRING = -4, PROCESS_KEYRING = -2, TYPE_USER = "user\0";
/** linux/stat.h: STATX_BASIC_STATS | STATX_BTIME. linux/fcntl.h: AT_STATX_FORCE_SYNC. */
const STATX_ALL = 0xfff, STATX_LENGTH = 256, STATX_FORCE_SYNC = 0x2000;
/** Paths, records, keys: all of them are much smaller. */
const ROOM = 8 * 1024;
const STDOUT = 1;

/** `null` where there are no such calls. */
export function createHotMachine(runtime: HotRuntime): HotMachine | null {
  const { arch, syscall, addressOf, args, env, digester, exit } = runtime;
  const call = NUMBERS[arch as keyof typeof NUMBERS];
  if (call === undefined) return null;
  const encoder = new TextEncoder();
  const text = new Uint8Array(ROOM), textAt = addressOf(text);

  /** The address of the words as C has them, until the next ones. No path and no name is as long as there is room. */
  function cString(words: string): number {
    text[encoder.encodeInto(words, text).written] = 0;
    return textAt;
  }

  return {
    args,
    env,
    digester,
    exit,
    now: () => Date.now(),
    stdoutIsTerminal: () => syscall(call.ioctl, STDOUT, TCGETS, textAt, 0, 0) === 0,
    exists: (path) => syscall(call.faccessat, AT_FDCWD, cString(path), 0, 0, 0) === 0,
    read(path, digester) {
      const file = syscall(call.openat, AT_FDCWD, cString(path), OPEN_FLAGS, 0, 0);
      if (file < 0) return null;
      const room = new Uint8Array(ROOM), roomAt = addressOf(room);
      let length = 0, got: number;
      while ((got = syscall(call.read, file, roomAt + length, ROOM - length, 0, 0)) > 0) {
        length += got;
        if (length < ROOM) continue;
        if (digester === null) break;
        digester.update(room);
        length = 0;
      }
      syscall(call.close, file, 0, 0, 0, 0);
      return got === 0 ? new Uint8Array(room.buffer, 0, length) : null;
    },
    status(path) {
      const record = new Uint8Array(STATX_LENGTH), at = addressOf(record);
      const answer = syscall(call.statx, AT_FDCWD, cString(path), STATX_FORCE_SYNC, STATX_ALL, at);
      return answer === 0 ? record : null;
    },
    readKey(description) {
      cString(TYPE_USER + description);
      let id = syscall(call.keyctl, KEYCTL_SEARCH, USER_KEYRING, textAt, textAt + TYPE_USER.length, 0);
      if (id < 0) {
        // A process whose session keyring has no link to the user's may make one: vault/kernel_keyring.ts.
        syscall(call.keyctl, KEYCTL_LINK, USER_KEYRING, PROCESS_KEYRING, 0, 0);
        id = syscall(call.keyctl, KEYCTL_SEARCH, USER_KEYRING, textAt, textAt + TYPE_USER.length, 0);
      }
      const room = new Uint8Array(ROOM);
      const length = id < 0 ? -1 : syscall(call.keyctl, KEYCTL_READ, id, addressOf(room), ROOM, 0);
      return length < 0 || length > ROOM ? null : { id, bytes: new Uint8Array(room.buffer, 0, length) };
    },
    keepKey: (id, seconds) => void syscall(call.keyctl, KEYCTL_SET_TIMEOUT, id, seconds, 0, 0),
    print: (bytes) => syscall(call.write, STDOUT, addressOf(bytes), bytes.length, 0, 0),
  };
}
