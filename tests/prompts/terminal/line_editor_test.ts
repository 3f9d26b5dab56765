import assert from "node:assert/strict";
import { decodeKeys, newKeyDecoder } from "../../../src/prompts/terminal/keys.ts";
import { editLine, emptyLine, MAX_ANSWER_LENGTH } from "../../../src/prompts/terminal/line_editor.ts";
import type { LineState } from "../../../src/prompts/terminal/line_editor.ts";
import { redraw, reserve } from "../../../src/prompts/terminal/screen.ts";
import { bytes, screenText } from "../doubles.ts";

function type(typed: string, kind: "text" | "code" | "secret"): { state: LineState; screen: string } {
  const view = { prompt: "Name: ", kind };
  let state = emptyLine;
  let written = reserve(2) + view.prompt;
  for (const key of decodeKeys(newKeyDecoder, bytes(typed)).keys) {
    const step = editLine(state, key, view);
    state = step.state;
    written += step.output;
  }
  return { state, screen: screenText(written) };
}

const edits: readonly (readonly [
  name: string,
  typed: string,
  text: string,
  screen: string,
  ended?: "entered" | "cancelled",
])[] = [
  ["inserts what is typed", "abc", "abc", "Name: abc"],
  ["takes the last character away on DEL", "abc\x7f", "ab", "Name: ab"],
  ["takes a whole character of several bytes away", "a€😀\x7f\b", "a", "Name: a"],
  ["does nothing on DEL in an empty line", "\x7f\x7fa", "a", "Name: a"],
  ["empties the line on Ctrl-U", "abc def\x15x", "x", "Name: x"],
  ["takes the last word away on Ctrl-W", "one two  \x17x", "one x", "Name: one x"],
  ["takes the only word away on Ctrl-W", "one\x17", "", "Name:"],
  ["ends at Enter and ignores the rest", "ab\rcd", "ab", "Name: ab", "entered"],
  ["ends with an empty answer", "\n", "", "Name:", "entered"],
  ["is cancelled by Ctrl-C", "ab\x03", "ab", "Name: ab", "cancelled"],
  ["is cancelled by Ctrl-D while empty", "\x04", "", "Name:", "cancelled"],
  ["is cancelled by Ctrl-D when empty again", "a\x7f\x04", "", "Name:", "cancelled"],
  ["ignores Ctrl-D while there is text", "a\x04b", "ab", "Name: ab"],
  ["ignores arrows", "a\x1b[A\x1b[D\x10b", "ab", "Name: ab"],
];

for (const [name, typed, text, screen, ended] of edits) {
  Deno.test(`editLine ${name}`, () => {
    const end = type(typed, "text");
    assert.equal(end.state.text.join(""), text);
    assert.equal(end.state.ended, ended ?? null);
    assert.equal(end.screen, screen);
  });
}

Deno.test("editLine shows stars for a code, and fewer after an erased digit", () => {
  assert.equal(type("12345", "code").screen, "Name: *****");
  assert.equal(type("12345\x7f\x7f", "code").screen, "Name: ***");
});

Deno.test("editLine shows nothing of a secret, whatever keys are pressed", () => {
  const end = type("hunter2\x7f\x7f3 x\x17y", "secret");
  assert.equal(end.state.text.join(""), "hunte3 y");
  assert.equal(end.screen, "Name:");
});

Deno.test("editLine marks a line that is too long and keeps it so until it is erased", () => {
  const full = "x".repeat(MAX_ANSWER_LENGTH);
  assert.equal(type(full, "text").state.tooLong, false);
  assert.equal(type(`${full}y`, "text").state.tooLong, true);
  assert.equal(type(`${full}y\x7fz`, "text").state.tooLong, true);
  const erased = type(`${full}y\x15z`, "text").state;
  assert.deepEqual([erased.tooLong, erased.text.join("")], [false, "z"]);
});

Deno.test("redraw replaces all that was drawn since the place was reserved", () => {
  assert.equal(screenText(`before\r\n${reserve(2)}one\r\ntwo${redraw("three")}`), "before\nthree");
});
