/** Runs the program once for each of its writes, and kills it there. */
import assert from "node:assert/strict";
import type { Stage } from "./stage.ts";

/**
 * What carries a change to the disk, at whose start everything before has happened and nothing after. One by one, because strace counts
 * the calls of each name by themselves.
 */
const WRITES = ["fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat"];

export interface Sweep {
  before(): Promise<void>;
  /** After each run: one to its end, and all that were killed. */
  after(): Promise<void>;
  /** Other system calls to be killed at than those that write to the disk; of them those whose line in the trace this matches. */
  readonly at?: { readonly calls: readonly string[]; readonly line: RegExp };
}

/** How many times it was killed. Throws when strace (Debian package) is not there. */
export async function killAtEveryWrite(
  stage: Stage,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { before, after, at = { calls: WRITES, line: /^/ } }: Sweep,
): Promise<number> {
  requireStrace();
  const trace = `${stage.folder}/trace`;
  const strace = (calls: string, more: readonly string[] = []) => [
    ...["strace", "-f", "-qq", "-o", trace, "-e", `trace=${calls}`],
    ...more,
  ];
  await before();
  // What is made once and stays, such as the file of a lock, is made by a run that nobody counts.
  const first = await stage.run(args, env);
  assert.equal(first.code, 0, first.stderr);
  await after();
  await before();
  const whole = await stage.start(args, env, strace(at.calls.join(","))).ended;
  assert.equal(whole.code, 0, whole.stderr);
  const lines = (await Deno.readTextFile(trace)).split("\n");
  await after();
  let kills = 0;
  for (const call of at.calls) {
    const ofCall = lines.filter((line) => /^\d+ +(\w+)\(/.exec(line)?.[1] === call);
    for (const [i, line] of ofCall.entries()) {
      if (!at.line.test(line)) continue;
      await before();
      const inject = strace(call, ["-e", `inject=${call}:signal=KILL:when=${i + 1}`]);
      const killed = await stage.start(args, env, inject).ended;
      // How many there are of other calls may depend on what else is in the kernel at the time.
      if (at.calls === WRITES || killed.code !== 0) {
        assert.equal(killed.signal ?? killed.code, "SIGKILL", killed.stderr);
        kills++;
      }
      await after();
    }
  }
  return kills;
}

function requireStrace(): void {
  try {
    new Deno.Command("strace", { args: ["-V"], stdout: "null" }).outputSync();
  } catch (cause) {
    throw new Error("this test needs strace (Debian package strace)", { cause });
  }
}
