/** Turns what a runtime throws for a socket into the AppErrors that host.ts promises. */
import { AppError, escapeControls } from "../errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such socket",
  ECONNREFUSED: "nothing listens there",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EPIPE: "the other side has closed it",
};

/**
 * `code` is the failure's errno name; `null` where it has none. It is asked for apart, because what finds it out for both runtimes would
 * become a file of its own in the Bun build, which a cached answer would have to read.
 */
export function socketError(
  code: string | null,
  failure: unknown,
  operation: string,
  path: string,
): AppError {
  const denied = code === "EACCES" || code === "EPERM";
  return new AppError(
    denied ? "socket-denied" : "socket-failed",
    denied ? "denied" : "unavailable",
    `cannot ${operation} the socket ${escapeControls(path.replace(/^\0/, "@"))}: ${
      REASONS[code ?? ""] ?? code ?? "unknown failure"
    }`,
    { cause: failure },
  );
}
