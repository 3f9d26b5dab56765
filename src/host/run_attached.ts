/**
 * Runs a program on our stdin, stdout and stderr where we can't become it. Signals a terminal sends (SIGINT, SIGQUIT,
 * SIGTSTP, SIGWINCH) go to its whole foreground group, the child included, and are not passed on a second time. Bun gives a
 * child no descriptors besides 0 to 2; only `replaceProcess` hands on others there.
 */
import { AppError, escapeControls } from "../errors.ts";
import { bindLibc } from "./libc.ts";
import { OPEN } from "./posix_constants.ts";
import type { ForwardedSignal, ProcessParts, RunningChild } from "./processes.ts";

/** Throws AppError `exec-failed` (kind child) when it can't be started. */
export async function runAttached(
  parts: ProcessParts,
  path: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  let child: RunningChild | undefined;
  // Listening starts first: a signal between the start and the listening would end us and leave the child.
  const stop = parts.signals.each(
    ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT"],
    (signal) => {
      if ((signal === "SIGINT" || signal === "SIGQUIT") && isTerminalsDoing(parts)) return;
      try {
        child?.kill(signal as ForwardedSignal);
      } catch {
        // It has ended; its status is on the way.
      }
    },
  );
  try {
    child = parts.spawner({
      path,
      argv0: argv[0] ?? path,
      args: argv.slice(1),
      env,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
      ownSession: false,
    });
    const { exitCode, signal } = await child.ended;
    return exitCode ?? 128 + (signalNumber(parts, signal) ?? 0);
  } catch (failure) {
    throw new AppError("exec-failed", "child", `cannot run ${escapeControls(path)}`, { cause: failure });
  } finally {
    stop();
  }
}

/**
 * Nothing tells who sent a signal. While our group is the terminal's foreground, Ctrl-C and Ctrl-\ are what send these
 * two; elsewhere (a service, a background job) somebody has sent it to us alone, and means the child.
 */
function isTerminalsDoing({ os, native }: ProcessParts): boolean {
  if (os === "windows") return true;
  const libc = bindLibc(native, {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
    tcgetpgrp: { parameters: ["i32"], result: "i32" },
    getpgrp: { parameters: [], result: "i32" },
  });
  const flags = OPEN[os].readWrite | OPEN[os].noControllingTerminal | OPEN[os].closeOnExec;
  const terminal = libc.open(new TextEncoder().encode("/dev/tty\0"), flags);
  if (terminal === -1) return false;
  const foreground = libc.tcgetpgrp(terminal) === libc.getpgrp();
  libc.close(terminal);
  return foreground;
}

/** POSIX fixes these numbers (kill(1), XSI); those of the others differ by system. */
const FIXED: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
};
const ON_LINUX: Readonly<Record<string, number>> = {
  SIGBUS: 7,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGSYS: 31,
  SIGIO: 29,
};
const ON_BSD: Readonly<Record<string, number>> = {
  SIGBUS: 10,
  SIGUSR1: 30,
  SIGUSR2: 31,
  SIGSYS: 12,
  SIGEMT: 7,
};

function signalNumber({ os }: ProcessParts, signal: string | null): number | undefined {
  if (signal === null) return undefined;
  return FIXED[signal] ?? (os === "linux" ? ON_LINUX : ON_BSD)[signal];
}
