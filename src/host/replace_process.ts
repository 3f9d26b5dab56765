/**
 * execve: this process becomes another program. What the runtime has changed since our own start is put back first, so
 * that the program starts as from a shell: signal dispositions and mask, blocking stdio, inherited descriptors, the limit
 * on open files.
 */
import { AppError, escapeControls } from "../errors.ts";
import type { NativeFunctions, NativeType } from "./host.ts";
import { bindLibc } from "./libc.ts";
import { OPEN, SIGNAL_NUMBER } from "./posix_constants.ts";
import type { ProcessParts } from "./processes.ts";

const SIG_DFL = 0n;
const SIG_IGN = 1n;
/** <signal.h>: Linux 2, macOS and FreeBSD 3. */
const SIG_SETMASK = { linux: 2, darwin: 3, freebsd: 3 } as const;
/** The largest sigset_t of these systems (glibc). All zero is the empty set on each. */
const SIGNAL_SET_BYTES = 128;
/** <fcntl.h>, the same everywhere. */
const F_SETFD = 2, F_GETFL = 3, F_SETFL = 4;
/** <sys/resource.h>. */
const RLIMIT_NOFILE = { linux: 7, darwin: 8, freebsd: 8 } as const;

/** The reasons a person meets, by errno; these numbers are the same on Linux, macOS and FreeBSD. */
const REASONS: Readonly<Record<number, string>> = {
  2: "no such file, or its interpreter is missing",
  7: "argument list and environment are too long",
  8: "not a program this system can run",
  12: "out of memory",
  13: "permission denied",
  20: "a part of the path is no directory",
};

/** Throws AppError `exec-failed` (kind child). */
export function replaceProcess(
  parts: ProcessParts,
  path: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): never {
  const { native, os } = parts;
  if (os === "windows") throw new AppError("exec-failed", "bug", "this system cannot replace a process");
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  if ([path, ...argv, ...variables].some((text) => text.includes("\0"))) {
    throw new AppError(
      "exec-failed",
      "child",
      `cannot run ${escapeControls(path)}: an argument holds a NUL byte`,
    );
  }
  const libc = bindLibc(native, {
    execve: { parameters: ["buffer", "buffer", "buffer"], result: "i32" },
    signal: { parameters: ["i32", "pointer"], result: "pointer" },
    sigprocmask: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  });
  const keepAlive: Uint8Array[] = [];
  const vector = (texts: readonly string[]): Uint8Array => {
    const pointers = new BigUint64Array(texts.length + 1);
    for (const [i, text] of texts.entries()) {
      const bytes = new TextEncoder().encode(`${text}\0`);
      keepAlive.push(bytes);
      pointers[i] = native.addressOf(bytes);
    }
    return new Uint8Array(pointers.buffer);
  };
  const [argumentVector, variableVector] = [vector(argv), vector(variables)];

  parts.signals.runCleanups();
  keepInheritedDescriptors(parts);
  makeStdioBlock(parts);
  restoreOpenFileLimit(parts);
  for (const number of IGNORED_BY_RUNTIMES) libc.signal(number, SIG_DFL);
  libc.sigprocmask(SIG_SETMASK[os], new Uint8Array(SIGNAL_SET_BYTES), 0n);
  libc.execve(new TextEncoder().encode(`${path}\0`), argumentVector, variableVector);

  const errno = native.errno();
  for (const number of IGNORED_BY_RUNTIMES) libc.signal(number, SIG_IGN);
  const reason = REASONS[errno] ?? `errno ${errno}`;
  throw new AppError("exec-failed", "child", `cannot run ${escapeControls(path)}: ${reason}`, {
    cause: new Error(`execve: errno ${errno}, ${keepAlive.length} strings`),
  });
}

/** Both runtimes ignore SIGPIPE and Bun SIGXFSZ; what is ignored would stay so in the program. */
const IGNORED_BY_RUNTIMES = [SIGNAL_NUMBER.SIGPIPE, SIGNAL_NUMBER.SIGXFSZ];

/** Takes close-on-exec off the descriptors that we were started with, so that `program <(command)` works. */
function keepInheritedDescriptors(parts: ProcessParts): void {
  const descriptors = parts.inheritedDescriptors();
  if (descriptors.length === 0) return;
  const fcntl = bindFcntl(parts);
  for (const descriptor of descriptors) fcntl(descriptor, F_SETFD, 0);
}

/** O_NONBLOCK belongs to the open file, which the program and even our parent share with us. */
function makeStdioBlock(parts: ProcessParts): void {
  if (parts.os === "windows") return;
  const nonBlocking = OPEN[parts.os].nonBlocking;
  const fcntl = bindFcntl(parts);
  for (const descriptor of [0, 1, 2]) {
    const flags = fcntl(descriptor, F_GETFL, 0);
    if (flags !== -1 && (flags & nonBlocking) !== 0) fcntl(descriptor, F_SETFL, flags & ~nonBlocking);
  }
}

/**
 * fcntl is variadic. Apple's arm64 convention passes what follows the named arguments on the stack, where a plain call
 * puts only the ninth and later ones: https://developer.apple.com/documentation/xcode/writing-arm64-code-for-apple-platforms
 */
function bindFcntl({ os, arch, native }: ProcessParts): (...args: [number, number, number]) => number {
  const onStack = os === "darwin" && arch === "arm64";
  const padding: NativeType[] = onStack ? ["u64", "u64", "u64", "u64", "u64", "u64"] : [];
  const libc: NativeFunctions<{ fcntl: { parameters: NativeType[]; result: "i32" } }> = bindLibc(native, {
    fcntl: { parameters: ["i32", "i32", ...padding, "i64"], result: "i32" },
  });
  return (descriptor, command, value) =>
    libc.fcntl(descriptor, command, ...padding.map(() => 0n), BigInt(value)) as number;
}

/**
 * The runtimes raise the soft limit on open files, and a program that uses select or loops over all descriptors suffers
 * from it. What it was is known from our parent, whom we had it from; only Linux shows that.
 */
function restoreOpenFileLimit({ os, native, files }: ProcessParts): void {
  if (os !== "linux") return;
  const libc = bindLibc(native, {
    getppid: { parameters: [], result: "i32" },
    getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
    setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  });
  const ours = new BigUint64Array(2);
  const bytes = new Uint8Array(ours.buffer);
  if (libc.getrlimit(RLIMIT_NOFILE[os], bytes) !== 0) return;
  let limits: string | null = null;
  try {
    limits = files.readText(`/proc/${libc.getppid()}/limits`);
  } catch {
    // Another user's process.
  }
  const found = /^Max open files +(\d+) +(\d+|unlimited) /m.exec(limits ?? "");
  if (found === null || found[2] !== String(ours[1])) return;
  const soft = BigInt(found[1]!);
  if (soft >= ours[0]!) return;
  ours[0] = soft;
  libc.setrlimit(RLIMIT_NOFILE[os], bytes);
}
