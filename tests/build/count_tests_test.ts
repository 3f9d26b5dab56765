import assert from "node:assert/strict";
import { countTests } from "../../scripts/count_tests.ts";

const rows: readonly (readonly [output: string, exitCode: number, passed: number, failed: number])[] = [
  ["ok | 3 passed (2 steps) | 0 failed (8s)\n", 0, 3, 0],
  ["ok | 3 passed (1 step) | 0 failed | 1 ignored (8s)\n", 0, 3, 0],
  ["\x1b[31mFAILED\x1b[0m | 57 passed | 2 failed (4s)\n", 1, 57, 2],
  ["transcripts on deno: 4 passed, 1 failed\n", 1, 4, 1],
  ["1 passed, 0 failed\n2 passed, 0 failed\n", 0, 2, 0],
  ["Checked 3 files\n", 0, 1, 0],
  ["error: Found 1 problem\n", 1, 0, 1],
  ["", 0, 1, 0],
  ["ok | 3 passed | 0 failed\npanic\n", 101, 3, 1],
];
for (const [output, exitCode, passed, failed] of rows) {
  Deno.test(`countTests of ${JSON.stringify(output)} and exit code ${exitCode}`, () => {
    assert.deepEqual(countTests(output, exitCode), { passed, failed });
  });
}
