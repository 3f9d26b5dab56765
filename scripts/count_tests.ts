/** Reads how many tests passed and failed off what a section printed. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * The last line like `ok | 3 passed (2 steps) | 1 failed` or `3 passed, 1 failed`. A section without one counts as one test.
 * An exit code that no failed test explains counts as one failure more.
 */
export function countTests(output: string, exitCode: number): Counts {
  // deno-lint-ignore no-control-regex
  const plain = output.replace(/\x1b\[[0-9;]*m/g, "");
  const last = [...plain.matchAll(/\b(\d+) passed(?: \(\d+ steps?\))?(?: \||,) (\d+) failed\b/g)].at(-1);
  const passed = Number(last?.[1] ?? 0);
  const failed = Number(last?.[2] ?? 0);
  if (exitCode !== 0 && failed === 0) return { passed, failed: 1 };
  return last === undefined ? { passed: 1, failed: 0 } : { passed, failed };
}
