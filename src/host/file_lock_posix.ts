/** flock(2). */
import type { Locking } from "./file_lock.ts";
import type { NativeLoader, OperatingSystem } from "./host.ts";
import { bindLibc } from "./libc.ts";
import { ERRNO, OPEN } from "./posix_constants.ts";

/** The same everywhere: https://man7.org/linux/man-pages/man2/flock.2.html, <sys/fcntl.h> of macOS. */
const LOCK_EX = 2;
const LOCK_NB = 4;

export function posixLocking(native: NativeLoader, os: Exclude<OperatingSystem, "windows">): Locking {
  const libc = bindLibc(native, {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    flock: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const flags = OPEN[os];
  return {
    open(path) {
      const descriptor = libc.open(
        new TextEncoder().encode(`${path}\0`),
        flags.readWrite | flags.closeOnExec,
      );
      return descriptor === -1 ? { failure: `errno ${native.errno()}` } : { handle: descriptor };
    },
    tryLock(handle) {
      if (libc.flock(handle, LOCK_EX | LOCK_NB) === 0) return "locked";
      const errno = native.errno();
      return errno === ERRNO[os].wouldBlock || errno === ERRNO[os].interrupted
        ? "busy"
        : { failure: `errno ${errno}` };
    },
    close: (handle) => void libc.close(handle),
  };
}
