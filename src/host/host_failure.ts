/** Turns what the runtime throws for a file or a stream into the AppErrors that host.ts promises. */
import { AppError, type ErrorKind, escapeControls } from "../errors.ts";

/** The errno name of a runtime's failure (`ENOENT`), in Deno and in Node's modules alike; `null` when it has none. */
export function errorCode(failure: unknown): string | null {
  if (typeof failure !== "object" || failure === null) return null;
  const { code, name } = failure as { code?: unknown; name?: unknown };
  if (typeof code === "string") return code;
  return typeof name === "string" ? (DENO_ERROR_CODES[name] ?? null) : null;
}

/** Deno gives some failures a class only (on Windows, and where its own permissions refuse). */
const DENO_ERROR_CODES: Readonly<Record<string, string>> = {
  NotFound: "ENOENT",
  AlreadyExists: "EEXIST",
  PermissionDenied: "EACCES",
  NotCapable: "EACCES",
  BrokenPipe: "EPIPE",
  WouldBlock: "EAGAIN",
  Interrupted: "EINTR",
  NotADirectory: "ENOTDIR",
  IsADirectory: "EISDIR",
};

/** Whether the failure says that there is nothing at the path. */
export function isAbsent(failure: unknown): boolean {
  const code = errorCode(failure);
  return code === "ENOENT" || code === "ENOTDIR";
}

interface FileFailure {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly reason: string;
}

const FAILURES: Readonly<Record<string, FileFailure>> = {
  EACCES: { code: "file-denied", kind: "denied", reason: "permission denied" },
  EPERM: { code: "file-denied", kind: "denied", reason: "operation not permitted" },
  ENOSPC: { code: "file-full", kind: "unavailable", reason: "no space left on device" },
  EDQUOT: { code: "file-full", kind: "unavailable", reason: "disk quota exceeded" },
  EROFS: { code: "file-full", kind: "unavailable", reason: "read-only file system" },
  EFBIG: { code: "file-full", kind: "unavailable", reason: "file size limit reached" },
  EEXIST: { code: "file-exists", kind: "unavailable", reason: "it exists already" },
  EISDIR: { code: "file-failed", kind: "unavailable", reason: "it is a directory" },
  ENOENT: { code: "file-failed", kind: "unavailable", reason: "no such file or directory" },
  ENOTDIR: { code: "file-failed", kind: "unavailable", reason: "a part of the path is no directory" },
  ELOOP: { code: "file-failed", kind: "unavailable", reason: "too many symbolic links" },
  ENAMETOOLONG: { code: "file-failed", kind: "unavailable", reason: "name too long" },
};

/** `operation` is a verb phrase such as `read`; the message is `cannot read <path>: <reason>`. An AppError passes through. */
export function fileError(failure: unknown, operation: string, path: string): AppError {
  if (failure instanceof AppError) return failure;
  const errno = errorCode(failure);
  const { code, kind, reason } = (errno === null ? undefined : FAILURES[errno]) ??
    { code: "file-failed", kind: "unavailable" as const, reason: errno ?? "unknown failure" };
  return new AppError(code, kind, `cannot ${operation} ${escapeControls(path)}: ${reason}`, {
    cause: failure,
  });
}
