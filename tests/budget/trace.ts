/** What a process asks of the Linux kernel, by strace. */

export interface SystemCall {
  readonly pid: number;
  readonly name: string;
  /** Arguments and result as strace writes them; of a call that another thread interrupts, what comes before that. */
  readonly text: string;
}

/** Runs the program to its end, which must be a good one. Throws when strace is not there. */
export async function trace(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ calls: SystemCall[]; stdout: string }> {
  const log = await Deno.makeTempFile();
  try {
    const [command, ...rest] = ["strace", "-f", "-qq", "-y", "-s", "64", "-o", log, ...argv];
    const { code, stdout, stderr } = await new Deno.Command(command!, {
      args: rest,
      clearEnv: true,
      env,
      stdin: "null",
    }).output().catch((cause) => {
      throw new Error("this test needs strace (Debian package strace)", { cause });
    });
    if (code !== 0) throw new Error(`${argv.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
    return { calls: parseTrace(await Deno.readTextFile(log)), stdout: new TextDecoder().decode(stdout) };
  } finally {
    await Deno.remove(log);
  }
}

/** Lines as `1234 openat(AT_FDCWD, "/x", O_RDONLY) = 3`. */
export function parseTrace(text: string): SystemCall[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(\d+) +([a-z]\w*)\((.*)$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), name: match[2]!, text: match[3]! }];
  });
}

/** What was opened, or tried to: absolute paths in the order of the calls. */
export function openedPaths(calls: readonly SystemCall[]): string[] {
  return calls.flatMap(({ name, text }) => {
    const path = /^open(?:at2?)?$/.test(name) ? /"([^"]*)"/.exec(text)?.[1] : undefined;
    return path?.startsWith("/") ? [path] : [];
  });
}

/** How often each call was made. */
export function countKinds(calls: readonly SystemCall[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of calls) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
