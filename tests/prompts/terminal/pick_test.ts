import assert from "node:assert/strict";
import { pick } from "../../../src/prompts/terminal/pick.ts";
import { screenText, terminalHost, TypingTerminal } from "../doubles.ts";

const options = { timeoutMs: 1000, hints: ["name the profile: aws-vault exec PROFILE"] };
const names = ["default", "dev", "prod"];

Deno.test("pick answers the name that was marked at Enter and erases the list", async () => {
  const terminal = new TypingTerminal(["\x1b[B", "\r"]);
  assert.equal(await pick("Profile", names, terminalHost(terminal), options), "dev");
  assert.ok(terminal.written.includes("> dev"));
  assert.equal(screenText(terminal.written), "");
  assert.deepEqual(terminal.events, ["raw", "close"]);
});

Deno.test("pick draws each list over the one before", async () => {
  const terminal = new TypingTerminal(["pr"]);
  await assert.rejects(pick("Profile", names, terminalHost(terminal), options), { code: "prompt-timeout" });
  const beforeErasing = terminal.written.slice(0, terminal.written.lastIndexOf("\x1b8"));
  assert.equal(screenText(beforeErasing), "Profile: pr\n> prod\n  (1 of 3; type to filter)");
});

Deno.test("pick leaves wrapping switched on after everything it writes", async () => {
  const terminal = new TypingTerminal(["d", "\x03"]);
  const write = terminal.write.bind(terminal);
  terminal.write = (text) => {
    assert.ok(text.lastIndexOf("\x1b[?7h") >= text.lastIndexOf("\x1b[?7l"));
    write(text);
  };
  await assert.rejects(pick("Profile", names, terminalHost(terminal), options), { code: "prompt-cancelled" });
  assert.ok(terminal.written.includes("\x1b[?7l"));
});

Deno.test("pick refuses an empty list without opening the terminal", async () => {
  const host = terminalHost(new TypingTerminal([]));
  await assert.rejects(pick("Profile", [], host, options), { code: "pick-empty", kind: "missing" });
  assert.equal(host.opened, 0);
});

Deno.test("pick says how to name the profile where there is no terminal", async () => {
  await assert.rejects(pick("Profile", names, terminalHost(null), options), {
    code: "prompt-no-terminal",
    hints: options.hints,
  });
});
