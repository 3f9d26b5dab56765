/**
 * The real zenity on a screen of its own: `deno test -A tests/live/zenity_test.ts`. Needs Linux with zenity, Xvfb and xdotool; it is no
 * part of the ordinary run, because a window manager's or toolkit's mood is not ours.
 */
import assert from "node:assert/strict";
import { createDenoHost } from "../../src/host/deno.ts";
import { DialogPrompter } from "../../src/prompts/dialogs/dialog_prompter.ts";
import { zenityCommand } from "../../src/prompts/dialogs/zenity.ts";
import type { Question } from "../../src/prompts/prompter.ts";
import { startPrivateScreen } from "../contracts/private_screen.ts";
import { environment } from "../prompts/doubles.ts";

const question: Question = { label: "MFA code for jon_doe (profile <b>work</b>)", kind: "code" };

function prompter(display: string): DialogPrompter {
  const host = createDenoHost();
  const env = environment({ PATH: host.env.get("PATH") ?? "", DISPLAY: display, LANG: "C.UTF-8" });
  return new DialogPrompter("zenity", zenityCommand, { env, processes: () => host.processes() }, 20_000);
}

Deno.test("DialogPrompter gets a code out of the real zenity", async () => {
  await using screen = await startPrivateScreen();
  const [answer] = await Promise.all([
    prompter(screen.display).ask(question),
    screen.press("^aws-vault$", ["type", "--delay", "50", "123456"], ["key", "Return"]),
  ]);
  assert.equal(answer.reveal(), "123456");
});

Deno.test("DialogPrompter takes Escape in the real zenity for a cancelled question", async () => {
  await using screen = await startPrivateScreen();
  const [outcome] = await Promise.allSettled([
    prompter(screen.display).ask(question),
    screen.press("^aws-vault$", ["key", "Escape"]),
  ]);
  assert.equal(outcome.status === "rejected" && outcome.reason.code, "prompt-cancelled");
});

for (const display of [":987", ""]) {
  Deno.test(`DialogPrompter says that the real zenity has no screen at ${display || "no display"}`, async () => {
    await assert.rejects(prompter(display).ask(question), { code: "prompt-no-display" });
  });
}
