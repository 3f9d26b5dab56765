/**
 * The controlling terminal by path, whatever stdin and stdout are. It is opened for itself and non-blocking, so nothing that
 * others hold changes and no read can hang; macOS's poll(2) does not work on terminals, so input is looked for at intervals.
 */
import { AppError } from "../errors.ts";
import type { Terminal } from "./host.ts";
import { bindLibc } from "./libc.ts";
import { ERRNO, OPEN, STOP_SIGNAL } from "./posix_constants.ts";
import { INPUT_POLL_MS, type TerminalParts } from "./terminal_parts.ts";
import { rawModes, TERMIOS_BYTES } from "./termios.ts";
import { blockFor } from "./system_clock.ts";

const TCSANOW = 0;
const INPUT_BYTES = 4096;
/** For how long output may be held up (Ctrl-S, a stuck line) before writing gives up. */
const WRITE_PATIENCE_MS = 5000;
const WRITE_PAUSE_MS = 2;

/** `null` when the process has no controlling terminal. Failures later on are AppError `terminal-failed` (kind unavailable). */
export function openPosixTerminal(
  { os: system, clock, native, signals, pid }: TerminalParts,
): Terminal | null {
  if (system === "windows") return null;
  const os = system; // keeps its narrow type in the functions below
  const libc = bindLibc(native, {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    read: { parameters: ["i32", "buffer", "usize"], result: "i64" },
    write: { parameters: ["i32", "buffer", "usize"], result: "i64" },
    close: { parameters: ["i32"], result: "i32" },
    tcgetattr: { parameters: ["i32", "buffer"], result: "i32" },
    tcsetattr: { parameters: ["i32", "i32", "buffer"], result: "i32" },
    kill: { parameters: ["i32", "i32"], result: "i32" },
  });
  const { readWrite, nonBlocking, noControllingTerminal, closeOnExec } = OPEN[os];
  const errno = ERRNO[os];
  const descriptor = libc.open(
    new TextEncoder().encode("/dev/tty\0"),
    readWrite | nonBlocking | noControllingTerminal | closeOnExec,
  );
  if (descriptor === -1) return null;
  const found = new Uint8Array(TERMIOS_BYTES);
  if (libc.tcgetattr(descriptor, found) !== 0) {
    libc.close(descriptor);
    return null;
  }
  const raw = rawModes(os, found);
  const stopListening: (() => void)[] = [];
  let isRaw = false;
  let isOpen = true;

  function apply(modes: Uint8Array): boolean {
    for (;;) {
      if (libc.tcsetattr(descriptor, TCSANOW, modes) === 0) return true;
      if (native.errno() !== errno.interrupted) return false;
    }
  }

  function restore(): void {
    if (isRaw) apply(found);
  }

  /** Ctrl-Z never gets here, it is a byte while raw; this is `kill -TSTP`. We go on behind the kill when continued. */
  function suspend(): void {
    restore();
    libc.kill(pid, STOP_SIGNAL[os]);
    resume();
  }

  /** Whoever had the terminal in the meantime has left it in modes of their own. */
  function resume(): void {
    if (isRaw) apply(raw);
  }

  function setRaw(wanted: boolean): void {
    mustBeOpen();
    if (wanted === isRaw) return;
    if (wanted) {
      // Listening comes first: a signal in between must find somebody who restores.
      stopListening.push(
        signals.beforeEnd(restore),
        signals.each(["SIGTSTP"], suspend),
        signals.each(["SIGCONT"], resume),
      );
      isRaw = true;
      if (apply(raw)) return;
    } else if (apply(found)) {
      return settle();
    }
    settle();
    throw terminalError(`cannot set its modes (errno ${native.errno()})`);
  }

  function settle(): void {
    isRaw = false;
    for (const stop of stopListening.splice(0)) stop();
  }

  function mustBeOpen(): void {
    if (!isOpen) throw new AppError("terminal-failed", "bug", "the terminal was used after it was closed");
  }

  /** `null`: nothing there now. Empty: hung up. */
  function readNow(buffer: Uint8Array): Uint8Array | null {
    const count = Number(libc.read(descriptor, buffer, BigInt(buffer.length)));
    if (count >= 0) return buffer.slice(0, count);
    const failure = native.errno();
    if (failure === errno.wouldBlock || failure === errno.interrupted) return null;
    return new Uint8Array(); // EIO: the terminal is gone, or we are in the background of a session without a leader
  }

  return {
    setRaw,
    write(text) {
      mustBeOpen();
      const bytes = new TextEncoder().encode(text);
      const giveUpAt = clock.monotonic() + WRITE_PATIENCE_MS;
      for (let done = 0; done < bytes.length;) {
        const rest = bytes.subarray(done);
        const count = Number(libc.write(descriptor, rest, BigInt(rest.length)));
        if (count >= 0) {
          done += count;
          continue;
        }
        const failure = native.errno();
        if (failure === errno.interrupted) continue;
        if (failure !== errno.wouldBlock) throw terminalError(`cannot write to it (errno ${failure})`);
        if (clock.monotonic() > giveUpAt) throw terminalError("it does not take output");
        blockFor(WRITE_PAUSE_MS);
      }
    },
    async read(timeoutMs) {
      mustBeOpen();
      const deadline = clock.monotonic() + timeoutMs;
      const buffer = new Uint8Array(INPUT_BYTES);
      try {
        for (;;) {
          const input = isOpen ? readNow(buffer) : new Uint8Array();
          const left = deadline - clock.monotonic();
          if (input !== null) return input;
          if (left <= 0) return null;
          await clock.sleep(Math.min(left, INPUT_POLL_MS));
        }
      } finally {
        buffer.fill(0); // it may have held a passphrase
      }
    },
    close() {
      if (!isOpen) return;
      restore();
      settle();
      isOpen = false;
      libc.close(descriptor);
    },
  };
}

function terminalError(reason: string): AppError {
  return new AppError("terminal-failed", "unavailable", `cannot use the terminal: ${reason}`);
}
