/**
 * The {@link Files} of both runtimes: what is common to them (absence as `null`, errors, exclusive creation that
 * cleans up) over the runtime's own calls.
 */
import type { FileInfo, Files, OperatingSystem } from "./host.ts";
import { errorCode, fileError, isAbsent } from "./host_failure.ts";
import { blockFor } from "./system_clock.ts";

/** An open file being written. */
export interface WritableFile {
  /** Writes some of the bytes; answers how many. */
  write(bytes: Uint8Array): number;
  sync(): void;
  close(): void;
}

/** One system call each. They throw what the runtime throws. */
export interface FileCalls {
  read(path: string): Uint8Array;
  stat(path: string, noFollow: boolean): FileInfo;
  /** A quicker way than `stat` to tell whether something is there; `null` when it can't tell. */
  exists?(path: string): boolean | null;
  list(path: string): string[];
  makeDirectory(path: string, mode: number): void;
  /** O_CREAT | O_EXCL | O_WRONLY. */
  createNew(path: string, mode: number): WritableFile;
  rename(from: string, to: string): void;
  syncDirectory(path: string): void;
  remove(path: string): void;
  setMode(path: string, mode: number): void;
  realPath(path: string): string;
  readLink(path: string): string;
}

/** File systems without fsync on directories, and directories that may be entered but not read. */
const CANNOT_SYNC_DIRECTORIES: readonly string[] = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EACCES"];

/** How ERROR_SHARING_VIOLATION and ERROR_ACCESS_DENIED arrive. */
const SHARING_VIOLATION: readonly string[] = ["EACCES", "EPERM", "EBUSY"];
const SHARING_RETRIES = 20;
const SHARING_PAUSE_MS = 10;

/** `userId` is that of this process; `null` on Windows. */
export function createFiles(calls: FileCalls, os: OperatingSystem, userId: number | null): Files {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  function attempt<T>(operation: string, path: string, call: () => T): T {
    try {
      return call();
    } catch (failure) {
      throw fileError(failure, operation, path);
    }
  }

  function unlessAbsent<T>(operation: string, path: string, call: () => T): T | null {
    try {
      return call();
    } catch (failure) {
      if (isAbsent(failure)) return null;
      throw fileError(failure, operation, path);
    }
  }

  function readBytes(path: string): Uint8Array | null {
    return unlessAbsent("read", path, () => calls.read(path));
  }

  function stat(path: string, options: { noFollow?: boolean } = {}): FileInfo | null {
    return unlessAbsent("look at", path, () => calls.stat(path, options.noFollow === true));
  }

  function exists(path: string): boolean {
    const quick = calls.exists?.(path) ?? null;
    if (quick !== null) return quick;
    try {
      return stat(path) !== null;
    } catch {
      return false;
    }
  }

  function createExclusive(path: string, bytes: Uint8Array, mode: number): void {
    const file = attempt("create", path, () => calls.createNew(path, mode));
    try {
      try {
        for (let done = 0; done < bytes.length;) done += file.write(bytes.subarray(done));
        file.sync();
      } finally {
        file.close();
      }
    } catch (failure) {
      removeQuietly(path);
      throw fileError(failure, "write", path);
    }
  }

  /** On Windows a scanner or a reader without share-delete can hold the target for a moment. */
  function renamePatiently(from: string, to: string): void {
    for (let attemptsLeft = SHARING_RETRIES;; attemptsLeft--) {
      try {
        return calls.rename(from, to);
      } catch (failure) {
        if (attemptsLeft === 0 || !SHARING_VIOLATION.includes(errorCode(failure) ?? "")) throw failure;
        blockFor(SHARING_PAUSE_MS);
      }
    }
  }

  function removeQuietly(path: string): void {
    try {
      calls.remove(path);
    } catch {
      // The failure that led here says more.
    }
  }

  return {
    backslashSeparates: os === "windows",
    readText(path) {
      const bytes = readBytes(path);
      return bytes === null ? null : decoder.decode(bytes);
    },
    readBytes,
    stat,
    exists,
    list: (path) => unlessAbsent("list", path, () => calls.list(path)),
    makeDirectory: (path, mode) => attempt("create directory", path, () => calls.makeDirectory(path, mode)),
    createExclusive,
    rename: (from, to) =>
      attempt("replace", to, () => os === "windows" ? renamePatiently(from, to) : calls.rename(from, to)),
    syncDirectory(path) {
      // Windows has no way to flush a directory; its metadata journal takes that part.
      if (os === "windows") return;
      try {
        calls.syncDirectory(path);
      } catch (failure) {
        if (!CANNOT_SYNC_DIRECTORIES.includes(errorCode(failure) ?? "")) {
          throw fileError(failure, "flush", path);
        }
      }
    },
    remove: (path) => unlessAbsent("remove", path, () => (calls.remove(path), true)) ?? false,
    setMode(path, mode) {
      if (os !== "windows") attempt("set the mode of", path, () => calls.setMode(path, mode));
    },
    realPath: (path) => unlessAbsent("resolve", path, () => calls.realPath(path)),
    readLink(path) {
      if (stat(path, { noFollow: true })?.kind !== "symlink") return null;
      return unlessAbsent("resolve", path, () => calls.readLink(path));
    },
    isExecutable: (path) => mayExecute(stat(path), userId),
  };
}

/**
 * By the mode bits. The process's supplementary groups are not looked up, so a file executable only for somebody
 * else's group counts too; the system then refuses it when it is run.
 */
export function mayExecute(info: FileInfo | null, userId: number | null): boolean {
  if (info === null || info.kind !== "file") return false;
  if (info.mode === null) return true;
  const bits = userId !== null && userId !== 0 && userId === info.userId ? 0o100 : 0o111;
  return (info.mode & bits) !== 0;
}
