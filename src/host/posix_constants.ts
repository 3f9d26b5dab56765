/**
 * Numbers of the C library's headers, by system. Linux: <asm-generic/fcntl.h>, <asm-generic/errno-base.h> (the same on
 * x64 and arm64 for those used here). macOS: <sys/fcntl.h>, <sys/errno.h>. FreeBSD: the headers of the same names.
 */
type Posix = "linux" | "darwin" | "freebsd";

export const OPEN: Readonly<
  Record<
    Posix,
    { readWrite: number; nonBlocking: number; noControllingTerminal: number; closeOnExec: number }
  >
> = {
  linux: { readWrite: 2, nonBlocking: 0o4000, noControllingTerminal: 0o400, closeOnExec: 0o2000000 },
  darwin: { readWrite: 2, nonBlocking: 4, noControllingTerminal: 0x20000, closeOnExec: 0x1000000 },
  freebsd: { readWrite: 2, nonBlocking: 4, noControllingTerminal: 0x8000, closeOnExec: 0x100000 },
};

export const ERRNO: Readonly<
  Record<Posix, { interrupted: number; wouldBlock: number; inputOutput: number }>
> = {
  linux: { interrupted: 4, wouldBlock: 11, inputOutput: 5 },
  darwin: { interrupted: 4, wouldBlock: 35, inputOutput: 5 },
  freebsd: { interrupted: 4, wouldBlock: 35, inputOutput: 5 },
};

/** Numbers that these signals have on Linux (x64, arm64), macOS and FreeBSD alike: signal(7). */
export const SIGNAL_NUMBER = { SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15, SIGXFSZ: 25 } as const;

/** SIGSTOP: signal(7), <sys/signal.h>. */
export const STOP_SIGNAL: Readonly<Record<Posix, number>> = { linux: 19, darwin: 17, freebsd: 17 };
