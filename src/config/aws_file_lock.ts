/**
 * Lets one process of this user at a time edit an AWS file. The lock file is in the folder of the sessions, not beside the AWS file: that
 * folder is often a repository.
 */
import { AppError, escapeControls } from "../errors.ts";
import type { FileLock, FileLocks, Files, OperatingSystem } from "../host/host.ts";

/** Many times what a dozen edits take one after the other. */
const LOCK_TIMEOUT_MS = 10_000;

export interface AwsFileLockParts {
  readonly os: OperatingSystem;
  readonly files: Pick<Files, "makeDirectory">;
  /** One name for a file that may be reached by several, also for one that is not there yet. */
  readonly canonicalPath: (path: string) => string;
  readonly locks: () => Promise<FileLocks>;
  /** The folder of the sessions. Throws AppError when there is no place for it. */
  readonly folder: () => string;
  readonly sha256: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** `null` where no lock can be made. Throws AppError `config-busy` when another process holds it for ten seconds. */
export async function lockAwsFile(parts: AwsFileLockParts, path: string): Promise<FileLock | null> {
  let lock: FileLock | null;
  try {
    const folder = parts.folder();
    parts.files.makeDirectory(folder, 0o700);
    const name = new TextEncoder().encode(parts.canonicalPath(path));
    const digest = [...await parts.sha256(name)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const lockFile = `${folder}${parts.os === "windows" ? "\\" : "/"}aws-file-${digest}.lock`;
    lock = await (await parts.locks()).acquire(lockFile, LOCK_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return null;
  }
  if (lock !== null) return lock;
  throw new AppError(
    "config-busy",
    "unavailable",
    `another aws-vault process has been editing ${escapeControls(path)} for too long`,
    { hints: ["try again, or end the other process"] },
  );
}
