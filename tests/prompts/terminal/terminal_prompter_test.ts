import assert from "node:assert/strict";
import { MAX_ANSWER_LENGTH } from "../../../src/prompts/terminal/line_editor.ts";
import { TerminalPrompter } from "../../../src/prompts/terminal/terminal_prompter.ts";
import { screenText, terminalHost, TypingTerminal } from "../doubles.ts";

const options = { timeoutMs: 300_000, hints: ["run: aws-vault exec work -- true"] };

function prompterAt(terminal: TypingTerminal | null, stepMs = 0): TerminalPrompter {
  return new TerminalPrompter(terminalHost(terminal, stepMs), options);
}

Deno.test("TerminalPrompter answers what was typed, trimmed, and leaves nothing of the question", async () => {
  const terminal = new TypingTerminal(["  wJalr", "XUtn \r\n"]);
  const answer = await prompterAt(terminal).ask({ label: "Secret key", kind: "secret" });
  assert.equal(answer.reveal(), "wJalrXUtn");
  assert.match(terminal.written, /Secret key: /);
  assert.equal(screenText(terminal.written), "");
});

Deno.test("TerminalPrompter writes no character of a secret or a code", async () => {
  for (const kind of ["secret", "code"] as const) {
    const terminal = new TypingTerminal(["987654\x7f3\r"]);
    const answer = await prompterAt(terminal).ask({ label: "Label", kind });
    assert.equal(answer.reveal(), "987653");
    assert.doesNotMatch(terminal.written.replaceAll("\x1b7", "").replaceAll("\x1b8", ""), /[3-9]/);
  }
});

Deno.test("TerminalPrompter is raw before it shows the question", async () => {
  const terminal = new TypingTerminal(["a\r"]);
  const write = terminal.write.bind(terminal);
  terminal.write = (text) => {
    if (text.includes("Label")) assert.deepEqual(terminal.events, ["raw"]);
    write(text);
  };
  await prompterAt(terminal).ask({ label: "Label", kind: "text" });
  assert.deepEqual(terminal.events, ["raw", "close"]);
});

Deno.test("TerminalPrompter escapes control characters of the label", async () => {
  const terminal = new TypingTerminal(["\r"]);
  await prompterAt(terminal).ask({ label: "for a\x1b[2Jb\u202e\nc", kind: "text" });
  assert.ok(terminal.written.includes("for a\\x1b[2Jb\\u202e\\x0ac: "));
});

const ends:
  readonly (readonly [name: string, chunks: string[], stepMs: number, code: string, kind: string])[] = [
    ["Ctrl-C", ["12\x03"], 0, "prompt-cancelled", "cancelled"],
    ["Ctrl-D in an empty line", ["\x04"], 0, "prompt-cancelled", "cancelled"],
    ["nobody typing", [], 0, "prompt-timeout", "unavailable"],
    ["somebody typing without end", ["1", "2", "3", "4", "5"], 100_000, "prompt-timeout", "unavailable"],
    ["a terminal that hangs up", ["12", ""], 0, "prompt-closed", "unavailable"],
    ["too long an answer", ["x".repeat(MAX_ANSWER_LENGTH + 1) + "\r"], 0, "prompt-answer-too-long", "usage"],
  ];

for (const [name, chunks, stepMs, code, kind] of ends) {
  Deno.test(`TerminalPrompter ends with ${code} on ${name}, erases the question and closes the terminal`, async () => {
    const terminal = new TypingTerminal(chunks);
    await assert.rejects(prompterAt(terminal, stepMs).ask({ label: "Label", kind: "code" }), { code, kind });
    assert.equal(screenText(terminal.written), "");
    assert.deepEqual(terminal.events, ["raw", "close"]);
  });
}

Deno.test("TerminalPrompter gives one deadline to the whole answer", async () => {
  const terminal = new TypingTerminal(["1", "2", "\r"]);
  await prompterAt(terminal, 1000).ask({ label: "Label", kind: "code" });
  assert.deepEqual(terminal.timeouts, [299_000, 298_000, 297_000]);
});

Deno.test("TerminalPrompter refuses at once, with the hints, where there is no terminal", async () => {
  await assert.rejects(prompterAt(null).ask({ label: "Label", kind: "code" }), {
    code: "prompt-no-terminal",
    kind: "unavailable",
    hints: options.hints,
  });
});

Deno.test("TerminalPrompter throws the terminal's own failure, not that of erasing the question", async () => {
  const terminal = new TypingTerminal([""]);
  let writes = 0;
  terminal.write = () => {
    if (++writes > 2) throw new Error("EIO");
  };
  await assert.rejects(prompterAt(terminal).ask({ label: "Label", kind: "code" }), { code: "prompt-closed" });
  assert.deepEqual(terminal.events, ["raw", "close"]);
});

Deno.test("TerminalPrompter keeps pasted lines for the questions after, without empty answers from line ends", async () => {
  const terminal = new TypingTerminal(["AKIA\r\r\nsecret\r", "\n", "serial\r"]);
  const prompter = prompterAt(terminal);
  const answers = [];
  for (const label of ["id", "secret", "serial"]) {
    answers.push((await prompter.ask({ label, kind: "secret" })).reveal());
  }
  assert.deepEqual(answers, ["AKIA", "secret", "serial"]);
});
