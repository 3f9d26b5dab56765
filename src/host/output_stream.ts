/** stdout and stderr over one system call: partial writes, a full pipe that does not block, and a reader that has gone. */
import { AppError } from "../errors.ts";
import type { OutputStream } from "./host.ts";
import { errorCode } from "./host_failure.ts";
import { blockFor } from "./system_clock.ts";

export interface OutputCalls {
  /** Writes some of the bytes; answers how many. */
  write(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** How long to wait before a full pipe is tried again, in milliseconds. */
const FULL_PIPE_PAUSE_MS = 2;

export function createOutputStream(name: "stdout" | "stderr", calls: OutputCalls): OutputStream {
  let terminal: boolean | undefined;
  return {
    write(data) {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      for (let done = 0; done < bytes.length;) done += writeSome(name, calls, bytes.subarray(done));
    },
    isTerminal: () => terminal ??= calls.isTerminal(),
  };
}

function writeSome(name: string, calls: OutputCalls, bytes: Uint8Array): number {
  try {
    return calls.write(bytes);
  } catch (failure) {
    const code = errorCode(failure);
    if (code === "EINTR") return 0;
    if (code === "EAGAIN" || code === "EWOULDBLOCK") {
      blockFor(FULL_PIPE_PAUSE_MS);
      return 0;
    }
    if (code === "EPIPE" || code === "EOF") {
      throw new AppError("broken-pipe", "unavailable", `${name} is closed: its reader has gone`, {
        cause: failure,
      });
    }
    throw new AppError(
      "output-failed",
      "unavailable",
      `cannot write to ${name}: ${code ?? "unknown failure"}`,
      {
        cause: failure,
      },
    );
  }
}
