/**
 * Starts programs through the C library and asks the kernel what they have cost. A runtime's own way of starting children takes longer than
 * the programs that are measured here, and tells neither processor time nor memory. Linux and macOS.
 */

export interface Cost {
  /** From before the start to after the end. */
  readonly wallMs: number;
  /** User and system time of all its threads. */
  readonly cpuMs: number;
  readonly exitCode: number;
}

/** A command whose strings are laid out for the C library; stdin and stdout are /dev/null. */
export class Command {
  readonly #path: Uint8Array<ArrayBuffer>;
  readonly #argv: PointerList;
  readonly #env: PointerList;

  /** The first word is an absolute path. */
  constructor(readonly argv: readonly string[], readonly env: Readonly<Record<string, string>>) {
    this.#path = cString(argv[0]!);
    this.#argv = new PointerList(argv);
    this.#env = new PointerList(Object.entries(env).map(([name, value]) => `${name}=${value}`));
  }

  run(): Cost {
    const started = performance.now();
    return wait(this.start(), started).cost;
  }

  /** The process id. Throws when there is no such program. */
  start(): number {
    const pid = new Int32Array(1);
    const failure = libc().posix_spawn(
      pid,
      this.#path,
      fileActions(),
      null,
      this.#argv.bytes,
      this.#env.bytes,
    );
    if (failure !== 0) throw new Error(`cannot start ${this.argv[0]}: errno ${failure}`);
    return pid[0]!;
  }
}

/** Processor time of many that run at the same time, in milliseconds. */
export function cpuOfMany(command: Command, count: number): number {
  const started = performance.now();
  const pids = Array.from({ length: count }, () => command.start());
  return pids.map((pid) => wait(pid, started).cost.cpuMs).reduce((sum, ms) => sum + ms, 0);
}

/**
 * The most memory that was ever resident, in KiB; `null` where it can't be told. A child's count begins with what its parent has, so a small
 * shell in between starts the program and leaves it to us.
 */
export function peakMemory({ argv, env }: Command): number | null {
  if (Deno.build.os !== "linux") return null;
  const shell = new Command(["/bin/sh", "-c", '"$@" & :', "sh", ...argv], env);
  if (libc().prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) !== 0) return null;
  try {
    for (let attempt = 1;; attempt++) {
      shell.run();
      try {
        return wait(-1, 0).peakKiB;
      } catch (error) {
        // The program can end before the shell does, which then collects it itself.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  } finally {
    libc().prctl(PR_SET_CHILD_SUBREAPER, 0n, 0n, 0n, 0n);
  }
}

const ATTEMPTS = 20;
/** https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html */
const PR_SET_CHILD_SUBREAPER = 36;

function wait(pid: number, started: number): { cost: Cost; peakKiB: number } {
  const status = new Int32Array(1);
  // Two timevals of 16 bytes, then fourteen longs of which ru_maxrss is the first: getrusage(2).
  const usage = new DataView(new ArrayBuffer(32 + 14 * 8));
  if (libc().wait4(pid, status, 0, new Uint8Array(usage.buffer)) < 0) {
    throw new Error(`there is no child ${pid}`);
  }
  const wallMs = performance.now() - started;
  const ms = (at: number) => Number(usage.getBigInt64(at, true)) * 1000 + usage.getInt32(at + 8, true) / 1000;
  const exitCode = (status[0]! & 0x7f) === 0 ? status[0]! >> 8 & 0xff : -1;
  return { cost: { wallMs, cpuMs: ms(0) + ms(16), exitCode }, peakKiB: Number(usage.getBigInt64(32, true)) };
}

/** A `char *[]` that ends with a null. */
class PointerList {
  readonly bytes: BigUint64Array<ArrayBuffer>;
  readonly #strings: Uint8Array<ArrayBuffer>[];

  constructor(texts: readonly string[]) {
    this.#strings = texts.map(cString);
    this.bytes = BigUint64Array.from([
      ...this.#strings.map((text) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(text))),
      0n,
    ]);
  }
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

const SYMBOLS = {
  posix_spawn: { parameters: ["buffer", "buffer", "buffer", "pointer", "buffer", "buffer"], result: "i32" },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_addopen: { parameters: ["buffer", "i32", "buffer", "i32", "u32"], result: "i32" },
  wait4: { parameters: ["i32", "buffer", "i32", "buffer"], result: "i32" },
} as const;
const LINUX_SYMBOLS = {
  ...SYMBOLS,
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
} as const;

let opened: Deno.DynamicLibrary<typeof LINUX_SYMBOLS>["symbols"] | null = null;

function libc() {
  if (Deno.build.os === "windows") throw new Error("the benchmark runs on Linux and macOS");
  return opened ??= Deno.build.os === "linux"
    ? Deno.dlopen("libc.so.6", LINUX_SYMBOLS).symbols
    : Deno.dlopen("libSystem.dylib", SYMBOLS).symbols as typeof opened & object;
}

let actions: Uint8Array<ArrayBuffer> | null = null;

/** Both ends to /dev/null. The type is opaque: 80 bytes in glibc, a pointer on macOS. */
function fileActions(): Uint8Array<ArrayBuffer> {
  if (actions !== null) return actions;
  actions = new Uint8Array(256);
  const nowhere = cString("/dev/null");
  libc().posix_spawn_file_actions_init(actions);
  for (const [descriptor, flags] of [[0, 0], [1, 1]] as const) {
    libc().posix_spawn_file_actions_addopen(actions, descriptor, nowhere, flags, 0);
  }
  return actions;
}
