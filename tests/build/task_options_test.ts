import assert from "node:assert/strict";
import { taskOptions } from "../../scripts/task_options.ts";

Deno.test("taskOptions takes known options over the defaults and leaves the rest", () => {
  assert.deepEqual(taskOptions(["--output=a=b"], { target: "t", output: "o" }), {
    target: "t",
    output: "a=b",
  });
});

for (const arg of ["--unknown=1", "--output", "--output=", "output=x", "--", "--toString=1"]) {
  Deno.test(`taskOptions refuses ${arg} and names what it knows`, () => {
    assert.throws(() => taskOptions([arg], { output: "o" }), /unknown argument .*known: --output=…/);
  });
}
