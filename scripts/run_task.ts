/** Runs a build task as a program: one line per failure instead of a stack, and an exit code. */

export async function runTask(name: string, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (failure) {
    console.error(`${name}: ${failure instanceof Error ? failure.message : String(failure)}`);
    Deno.exit(1);
  }
}
