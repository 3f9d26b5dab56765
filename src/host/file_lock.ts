/**
 * Locks between processes, held by the kernel: flock on POSIX, LockFileEx on Windows. The descriptor is close-on-exec, so
 * no child and no program we turn into keeps the lock. Lock files are never removed: a process that waits on a removed
 * one would hold a lock that nobody else sees.
 */
import type { Clock, FileLock, FileLocks, Files, NativeLoader, OperatingSystem, Random } from "./host.ts";
import { AppError, escapeControls } from "../errors.ts";
import { posixLocking } from "./file_lock_posix.ts";
import { windowsLocking } from "./file_lock_windows.ts";

export interface LockParts {
  readonly os: OperatingSystem;
  readonly files: Pick<Files, "stat" | "createExclusive">;
  readonly clock: Clock;
  readonly random: Random;
  readonly native: NativeLoader;
}

/** The system's calls; `handle` is a descriptor or a HANDLE. */
export interface Locking {
  /** `null` with an errno-like text when the file can't be opened. */
  open(path: string): { handle: number | bigint } | { failure: string };
  /** One try, without waiting. */
  tryLock(handle: number | bigint): "locked" | "busy" | { failure: string };
  /** Closing gives the lock back. */
  close(handle: number | bigint): void;
}

const SHORTEST_PAUSE_MS = 3;
const LONGEST_PAUSE_MS = 25;

/** Throws AppError `lock-failed` (kind unavailable) where the file system has no locks or the file can't be opened. */
export function createFileLocks({ os, files, clock, random, native }: LockParts): FileLocks {
  const locking = os === "windows" ? windowsLocking(native) : posixLocking(native, os);
  return {
    async acquire(path, timeoutMs) {
      makeLockFile(files, path);
      const opened = locking.open(path);
      if ("failure" in opened) throw lockError(path, opened.failure);
      const deadline = clock.monotonic() + timeoutMs;
      for (let pause = SHORTEST_PAUSE_MS;; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        const outcome = locking.tryLock(opened.handle);
        if (outcome === "locked") return releasing(locking, opened.handle);
        const left = deadline - clock.monotonic();
        if (outcome !== "busy" || left <= 0) {
          locking.close(opened.handle);
          if (outcome !== "busy") throw lockError(path, outcome.failure);
          return null;
        }
        // Jitter, so that many that wait for one do not all wake at once.
        const jitter = 0.5 + random.bytes(1)[0]! / 512;
        await clock.sleep(Math.min(left, Math.max(SHORTEST_PAUSE_MS, pause * jitter)));
      }
    },
  };
}

function releasing(locking: Locking, handle: number | bigint): FileLock {
  let held = true;
  return {
    release() {
      if (held) locking.close(handle);
      held = false;
    },
  };
}

/** Made without libc's variadic `open`, whose mode Apple's arm64 calling convention passes differently. */
function makeLockFile(files: LockParts["files"], path: string): void {
  if (files.stat(path) !== null) return;
  try {
    files.createExclusive(path, new Uint8Array(), 0o600);
  } catch (failure) {
    if (!(failure instanceof AppError && failure.code === "file-exists")) throw failure;
  }
}

function lockError(path: string, reason: string): AppError {
  return new AppError("lock-failed", "unavailable", `cannot lock ${escapeControls(path)}: ${reason}`);
}
