import assert from "node:assert/strict";
import { confirm } from "../../../src/prompts/terminal/confirm.ts";
import { terminalHost, TypingTerminal } from "../doubles.ts";

const options = { timeoutMs: 1000, hints: ["give --force"] };

const rows: readonly (readonly [typed: string, expected: boolean])[] = [
  ["y\r", true],
  ["Y\r", true],
  ["yes\r", true],
  [" YES \r", true],
  ["\r", false],
  ["n\r", false],
  ["no\r", false],
  ["yess\r", false],
  ["yy\r", false],
  ["ok\r", false],
];

for (const [typed, expected] of rows) {
  Deno.test(`confirm takes ${JSON.stringify(typed)} for ${expected ? "yes" : "no"}`, async () => {
    const terminal = new TypingTerminal([typed]);
    assert.equal(await confirm("Remove work?", terminalHost(terminal), options), expected);
    assert.ok(terminal.written.includes("Remove work? (y|N): "));
  });
}

Deno.test("confirm takes Ctrl-C for neither", async () => {
  const host = terminalHost(new TypingTerminal(["\x03"]));
  await assert.rejects(confirm("Remove?", host, options), { code: "prompt-cancelled" });
});

Deno.test("confirm throws with the hints where there is no terminal", async () => {
  await assert.rejects(confirm("Remove?", terminalHost(null), options), {
    code: "prompt-no-terminal",
    hints: ["give --force"],
  });
});
