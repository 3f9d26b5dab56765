import { strict as assert } from "node:assert";
import { countOf } from "../../src/cli/count_of.ts";
import { createDebugLog } from "../../src/cli/debug_log.ts";
import { goDuration } from "../../src/cli/go_duration.ts";
import { goQuote } from "../../src/cli/go_quote.ts";
import { nearest } from "../../src/cli/nearest.ts";
import { paddedTable } from "../../src/cli/padded_table.ts";
import { presentError, presentNotice, presentWarning } from "../../src/cli/present.ts";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { FakeStream } from "./fake_command_deps.ts";

const durations: [seconds: number, text: string][] = [
  [0, "0s"],
  [0.999, "0s"],
  [-0.999, "0s"],
  [59.9, "59s"],
  [60, "1m0s"],
  [3570, "59m30s"],
  [3600, "1h0m0s"],
  [26 * 3600 + 3, "26h0m3s"],
  [-300, "-5m0s"],
  [-300.5, "-5m0s"],
];

for (const [seconds, text] of durations) {
  Deno.test(`goDuration prints ${seconds} as ${text}`, () => assert.equal(goDuration(seconds), text));
}

const quotes: [text: string, quoted: string][] = [
  ["", '""'],
  ["jon smith", '"jon smith"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ["\x07\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"'],
  ["\x00\x1b\x7f", '"\\x00\\x1b\\x7f"'],
  ["\u0085\u00a0\u200b\u202e\ufeff", '"\\u0085\\u00a0\\u200b\\u202e\\ufeff"'],
  ["é𝒳☃", '"é𝒳☃"'],
  ["\u{e0001}", '"\\U000e0001"'],
  ["\ud800", '"\ufffd"'],
];

for (const [text, quoted] of quotes) {
  Deno.test(`goQuote writes ${quoted}`, () => assert.equal(goQuote(text), quoted));
}

const commands = ["add", "remove", "list", "exec", "export", "clear", "version"];
const words: [word: string, meant: string | null][] = [
  ["exce", "exec"],
  ["exprot", "export"],
  ["lst", "list"],
  ["versio", "version"],
  ["ad", "add"],
  ["p", null],
  ["something", null],
  ["", null],
];

for (const [word, meant] of words) {
  Deno.test(`nearest takes ${JSON.stringify(word)} for ${meant}`, () =>
    assert.equal(nearest(word, commands), meant));
}

Deno.test("countOf counts in words", () => {
  assert.deepEqual([0, 1, 2].map((n) => countOf(n, "session")), ["0 sessions", "1 session", "2 sessions"]);
});

Deno.test("paddedTable widens a column to its longest cell and two blanks", () => {
  assert.equal(
    paddedTable([["a", "b"], ["x".repeat(23), "y".repeat(24)]]),
    `a${" ".repeat(24)}b${" ".repeat(25)}\n${"x".repeat(23)}  ${"y".repeat(24)}  \n`,
  );
  assert.equal(paddedTable([]), "");
});

Deno.test("createDebugLog puts the local time before an escaped line", () => {
  const stderr = new FakeStream();
  const at = new Date(2026, 10, 3, 4, 5, 6).getTime();
  createDebugLog(stderr, { now: () => at }).debug(() => `key ${new Secret("wJalr")} \x1b`);
  assert.equal(stderr.text, "2026/11/03 04:05:06 key [secret] \\x1b\n");
});

const errors: [name: string, error: unknown, command: string | null, text: string][] = [
  [
    "a command's failure and its hints",
    new AppError("x", "config", "wrong", { hints: ["one", "two\n"] }),
    "exec",
    "aws-vault: error: exec: wrong\naws-vault: hint: one\naws-vault: hint: two\\x0a\n",
  ],
  [
    "a wrong command line",
    new AppError("x", "usage", "wrong"),
    null,
    "aws-vault: error: wrong, try --help\n",
  ],
  [
    "what nobody foresaw by its name alone",
    new RangeError("secret inside"),
    "list",
    "aws-vault: error: list: unexpected failure (RangeError)\n" +
    "aws-vault: hint: this is a defect of aws-vault; --debug shows where it happened\n",
  ],
];

for (const [name, error, command, text] of errors) {
  Deno.test(`presentError shows ${name}`, () => {
    const stderr = new FakeStream();
    presentError(stderr, error, command);
    assert.equal(stderr.text, text);
  });
}

Deno.test("presentNotice and presentWarning put the program's name in front", () => {
  const stderr = new FakeStream();
  presentNotice(stderr, "hello\x1b");
  presentWarning(stderr, "look");
  assert.equal(stderr.text, "aws-vault: hello\\x1b\naws-vault: warning: look\n");
});
