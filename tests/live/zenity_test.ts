/**
 * The real zenity on a screen of its own: `deno test -A tests/live/zenity_test.ts`. Needs Linux with zenity, Xvfb and xdotool; it is no
 * part of the ordinary run, because a window manager's or toolkit's mood is not ours.
 */
import assert from "node:assert/strict";
import { createDenoHost } from "../../src/host/deno.ts";
import { DialogPrompter } from "../../src/prompts/dialogs/dialog_prompter.ts";
import { zenityCommand } from "../../src/prompts/dialogs/zenity.ts";
import type { Question } from "../../src/prompts/prompter.ts";
import { environment } from "../prompts/doubles.ts";

const question: Question = { label: "MFA code for jon_doe (profile <b>work</b>)", kind: "code" };

/** An X server on a free display. */
async function startScreen(): Promise<{ display: string; [Symbol.asyncDispose](): Promise<void> }> {
  const server = new Deno.Command("Xvfb", {
    args: ["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = server.stdout.getReader();
  const { value } = await reader.read();
  return {
    display: `:${new TextDecoder().decode(value).trim()}`,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await reader.cancel();
      await server.status;
    },
  };
}

function prompter(display: string): DialogPrompter {
  const host = createDenoHost();
  const env = environment({ PATH: host.env.get("PATH") ?? "", DISPLAY: display, LANG: "C.UTF-8" });
  return new DialogPrompter("zenity", zenityCommand, { env, processes: () => host.processes() }, 20_000);
}

/** Waits for the dialog, then presses keys in it. */
async function press(display: string, ...steps: readonly (readonly string[])[]): Promise<void> {
  for (const args of [["search", "--sync", "--name", "^aws-vault$"], ...steps]) {
    const { success } = await new Deno.Command("xdotool", {
      args: [...args],
      env: { DISPLAY: display },
      stdout: "null",
    })
      .output();
    assert.ok(success, `xdotool ${args[0]}`);
  }
}

Deno.test("DialogPrompter gets a code out of the real zenity", async () => {
  await using screen = await startScreen();
  const [answer] = await Promise.all([
    prompter(screen.display).ask(question),
    press(screen.display, ["type", "--delay", "50", "123456"], ["key", "Return"]),
  ]);
  assert.equal(answer.reveal(), "123456");
});

Deno.test("DialogPrompter takes Escape in the real zenity for a cancelled question", async () => {
  await using screen = await startScreen();
  const [outcome] = await Promise.allSettled([
    prompter(screen.display).ask(question),
    press(screen.display, ["key", "Escape"]),
  ]);
  assert.equal(outcome.status === "rejected" && outcome.reason.code, "prompt-cancelled");
});

for (const display of [":987", ""]) {
  Deno.test(`DialogPrompter says that the real zenity has no screen at ${display || "no display"}`, async () => {
    await assert.rejects(prompter(display).ask(question), { code: "prompt-no-display" });
  });
}
