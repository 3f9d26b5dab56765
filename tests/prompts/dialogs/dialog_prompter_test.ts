import assert from "node:assert/strict";
import { AppError } from "../../../src/errors.ts";
import type { ChildResult } from "../../../src/host/host.ts";
import type { DialogCommand } from "../../../src/prompts/dialogs/dialog_command.ts";
import { DialogPrompter } from "../../../src/prompts/dialogs/dialog_prompter.ts";
import { kdialogCommand } from "../../../src/prompts/dialogs/kdialog.ts";
import { osascriptCommand } from "../../../src/prompts/dialogs/osascript.ts";
import { passCommand } from "../../../src/prompts/dialogs/pass.ts";
import { zenityCommand } from "../../../src/prompts/dialogs/zenity.ts";
import type { Question } from "../../../src/prompts/prompter.ts";
import { answered, environment, failed, RecordedProcesses } from "../doubles.ts";

const question: Question = { label: "MFA code", kind: "code", device: "serial" };
const COMMANDS = {
  zenity: zenityCommand,
  kdialog: kdialogCommand,
  osascript: osascriptCommand,
  pass: passCommand,
};
type Driver = keyof typeof COMMANDS;

function prompter(
  driver: Driver,
  result: ChildResult | AppError,
  env: Record<string, string> = { DISPLAY: ":0" },
) {
  const processes = new RecordedProcesses(result);
  const host = { env: environment(env), processes: () => Promise.resolve(processes) };
  const command: (q: Question, env: ReturnType<typeof environment>) => DialogCommand = COMMANDS[driver];
  return { processes, prompter: new DialogPrompter(driver, command, host, 300_000) };
}

Deno.test("DialogPrompter answers what the program printed, trimmed", async () => {
  const { prompter: zenity, processes } = prompter("zenity", answered(" 123456\r\n"));
  assert.equal((await zenity.ask(question)).reveal(), "123456");
  assert.deepEqual(processes.requests.map(({ stdin, stderr, timeoutMs }) => ({ stdin, stderr, timeoutMs })), [
    { stdin: "null", stderr: "capture", timeoutMs: 300_000 },
  ]);
});

Deno.test("DialogPrompter gives the terminal to programs that talk on it", async () => {
  const { prompter: pass, processes } = prompter("pass", answered("123456\n"));
  await pass.ask(question);
  assert.deepEqual([processes.requests[0]?.stdin, processes.requests[0]?.stderr], ["terminal", "terminal"]);
});

Deno.test("DialogPrompter keeps our secrets out of the program's environment and arguments", async () => {
  const secrets = {
    AWS_SECRET_ACCESS_KEY: "hidden-1",
    AWS_SESSION_TOKEN: "hidden-2",
    AWS_VAULT_FILE_PASSPHRASE: "hidden-3",
    OP_SERVICE_ACCOUNT_TOKEN: "hidden-4",
  };
  const { prompter: zenity, processes } = prompter("zenity", answered("123456"), {
    DISPLAY: ":0",
    ...secrets,
  });
  await zenity.ask(question);
  assert.deepEqual(processes.requests[0]?.env, { DISPLAY: ":0" });
  assert.doesNotMatch(JSON.stringify(processes.requests[0]?.args), /hidden/);
});

const GTK = "\n(zenity:5): Gtk-WARNING **: 00:01:31.011: cannot open display: \n";
const NO_SCREEN = { PATH: "/bin" };
const failures: readonly (readonly [
  name: string,
  driver: Driver,
  result: ChildResult | AppError,
  env: Record<string, string>,
  code: string,
  message: string,
])[] = [
  ["Cancel", "zenity", failed(1), { DISPLAY: ":0" }, "prompt-cancelled", "cancelled"],
  [
    "Cancel after a warning",
    "zenity",
    failed(1, "Gtk-Message: x"),
    { DISPLAY: ":0" },
    "prompt-cancelled",
    "cancelled",
  ],
  [
    "Cancel on Wayland",
    "kdialog",
    failed(1, "qt: x"),
    { WAYLAND_DISPLAY: "w" },
    "prompt-cancelled",
    "cancelled",
  ],
  [
    "Cancel",
    "osascript",
    failed(1, "0:93: execution error: User canceled. (-128)\n"),
    NO_SCREEN,
    "prompt-cancelled",
    "cancelled",
  ],
  [
    "a display that is gone",
    "zenity",
    failed(1, GTK),
    { DISPLAY: ":9" },
    "prompt-no-display",
    "zenity found no screen to ask on",
  ],
  [
    "a complaint in another language without a display",
    "zenity",
    failed(1, "Anzeige kann nicht ge\u00f6ffnet werden"),
    NO_SCREEN,
    "prompt-no-display",
    "zenity found no screen to ask on",
  ],
  [
    "an abort without a display",
    "kdialog",
    { ...failed(0, "qt.qpa.xcb: could not connect to display"), exitCode: null, signal: "SIGABRT" },
    { DISPLAY: ":9" },
    "prompt-no-display",
    "kdialog found no screen to ask on",
  ],
  [
    "a session without a screen",
    "osascript",
    failed(1, "execution error: No user interaction allowed. (-1713)"),
    NO_SCREEN,
    "prompt-no-display",
    "osascript found no screen to ask on",
  ],
  [
    "another failure",
    "osascript",
    failed(1, "\n syntax error:\x1b[2J (-2741)\nmore"),
    NO_SCREEN,
    "prompt-failed",
    "osascript failed with exit status 1: syntax error:\\x1b[2J (-2741)",
  ],
  [
    "a failure after an answer, of which nothing is shown",
    "zenity",
    failed(255, "bad input 123456", "123456"),
    { DISPLAY: ":0" },
    "prompt-failed",
    "zenity failed with exit status 255",
  ],
  [
    "a failure on the terminal",
    "pass",
    failed(1),
    NO_SCREEN,
    "prompt-failed",
    "pass failed with exit status 1",
  ],
  [
    "a signal",
    "zenity",
    { ...failed(0), exitCode: null, signal: "SIGSEGV" },
    { DISPLAY: ":0" },
    "prompt-failed",
    "zenity was ended by SIGSEGV",
  ],
  [
    "an answer that is not text",
    "zenity",
    { ...failed(0), stdout: Uint8Array.of(0xff) },
    { DISPLAY: ":0" },
    "prompt-failed",
    "the answer of zenity is not UTF-8 text",
  ],
  [
    "nobody answering",
    "zenity",
    new AppError("child-timeout", "child", "killed"),
    { DISPLAY: ":0" },
    "prompt-timeout",
    "nobody answered within 300 seconds",
  ],
  [
    "a program that has gone",
    "zenity",
    new AppError("child-not-found", "child", "no such program"),
    { DISPLAY: ":0" },
    "prompt-failed",
    "the command zenity is not on PATH",
  ],
  [
    "a flood of output",
    "zenity",
    new AppError("child-output-too-large", "child", "too much"),
    { DISPLAY: ":0" },
    "prompt-failed",
    "the command zenity could not be run",
  ],
];

for (const [name, driver, result, env, code, message] of failures) {
  Deno.test(`DialogPrompter with ${driver} throws ${code} on ${name}`, async () => {
    await assert.rejects(prompter(driver, result, env).prompter.ask(question), { code, message });
  });
}

Deno.test("DialogPrompter cuts long complaints", async () => {
  const { prompter: zenity } = prompter("zenity", failed(255, "x".repeat(5000)));
  const error = await zenity.ask(question).catch((error: Error) => error);
  assert.equal((error as Error).message, `zenity failed with exit status 255: ${"x".repeat(200)}`);
});
