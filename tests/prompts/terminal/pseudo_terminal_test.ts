/** The prompts on a real terminal of the kernel, where echo and signals are not ours. Linux only, by its tools. */
import assert from "node:assert/strict";
import { screenText } from "../doubles.ts";
import { PseudoTerminal } from "./pseudo_terminal.ts";

Deno.test("TerminalPrompter reads a secret from the terminal while stdin and stdout are elsewhere, and it never shows", async () => {
  await using terminal = new PseudoTerminal(["secret"]);
  await terminal.shows("Question: ");
  assert.match(await terminal.modes(), / -echo /);
  await terminal.type("hunter3\x7f2\r");
  const end = await terminal.ended();
  assert.equal(end.report, "answer hunter2\n");
  assert.doesNotMatch(terminal.screen, /[hunter]{2}[0-9]/);
  assert.equal(screenText(terminal.screen), "");
  assert.equal(end.modesAfter, end.modesBefore);
});

Deno.test("TerminalPrompter shows stars for a code on the terminal", async () => {
  await using terminal = new PseudoTerminal(["code"]);
  await terminal.shows("Question: ");
  await terminal.type("987654");
  await terminal.shows("******");
  await terminal.type("\n");
  assert.equal((await terminal.ended()).report, "answer 987654\n");
  assert.doesNotMatch(terminal.screen, /9|6/);
});

Deno.test("TerminalPrompter restores the terminal after Ctrl-C", async () => {
  await using terminal = new PseudoTerminal(["secret"]);
  await terminal.shows("Question: ");
  await terminal.type("abc\x03");
  const end = await terminal.ended();
  assert.equal(end.report, "error prompt-cancelled\n");
  assert.equal(end.modesAfter, end.modesBefore);
  assert.equal(screenText(terminal.screen), "");
});

const signals: readonly (readonly [Deno.Signal, number])[] = [["SIGTERM", 15], ["SIGINT", 2], ["SIGHUP", 1]];

for (const [signal, number] of signals) {
  Deno.test(`TerminalPrompter leaves the terminal restored when ${signal} ends the program`, async () => {
    await using terminal = new PseudoTerminal(["secret"]);
    await terminal.shows("Question: ");
    assert.match(await terminal.modes(), / -echo /);
    terminal.signal(signal);
    const end = await terminal.ended();
    assert.equal(end.exitStatus, 128 + number);
    assert.equal(end.modesAfter, end.modesBefore);
    assert.match(end.modesAfter, / echo /);
  });
}

Deno.test("pick moves and filters on the terminal and leaves nothing behind", async () => {
  await using terminal = new PseudoTerminal(["pick", "default", "dev", "prod"]);
  await terminal.shows("> default");
  await terminal.type("\x1b[B");
  await terminal.shows("> dev\r");
  await terminal.type("pr");
  await terminal.shows("> prod");
  await terminal.type("\r");
  const end = await terminal.ended();
  assert.equal(end.report, "answer prod\n");
  assert.equal(screenText(terminal.screen), "");
  assert.equal(end.modesAfter, end.modesBefore);
});
