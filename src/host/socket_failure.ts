/** Turns what a runtime throws for a socket into the AppErrors that host.ts promises. */
import { AppError, escapeControls } from "../errors.ts";
import { errorCode } from "./host_failure.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such socket",
  ECONNREFUSED: "nothing listens there",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
};

/** `failure` may be `null`: the other side has gone. */
export function socketError(failure: unknown, operation: string, path: string): AppError {
  const code = failure === null ? "EPIPE" : errorCode(failure) ?? "unknown failure";
  const denied = code === "EACCES" || code === "EPERM";
  const reason = REASONS[code] ?? (code === "EPIPE" ? "the other side has closed it" : code);
  return new AppError(
    denied ? "socket-denied" : "socket-failed",
    denied ? "denied" : "unavailable",
    `cannot ${operation} the socket ${escapeControls(path.replace(/^\0/, "@"))}: ${reason}`,
    { cause: failure ?? undefined },
  );
}
