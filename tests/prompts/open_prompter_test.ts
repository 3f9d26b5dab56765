import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import type { NativeLoader, OperatingSystem } from "../../src/host/host.ts";
import { silentLog } from "../../src/log.ts";
import type { PromptDriver } from "../../src/prompts/choose_prompter.ts";
import { openPrompter } from "../../src/prompts/open_prompter.ts";
import type { PrompterHost } from "../../src/prompts/open_prompter.ts";
import type { Question } from "../../src/prompts/prompter.ts";
import { answered, environment, RecordedProcesses, terminalHost, TypingTerminal } from "./doubles.ts";

const question: Question = { label: "MFA code for jon (profile work)", kind: "code", device: "jon" };
const hints = ["run once in a terminal: aws-vault exec work -- true"];

interface Surroundings {
  os?: OperatingSystem;
  terminal?: TypingTerminal | null;
  env?: Record<string, string>;
  installed?: readonly string[];
}

function open(requested: PromptDriver | null, around: Surroundings) {
  const processes = new RecordedProcesses(answered("123456\n"), around.installed);
  const base = terminalHost(around.terminal ?? null);
  const host: PrompterHost = {
    os: around.os ?? "linux",
    env: environment({ PATH: "/bin", ...around.env }),
    clock: base.clock,
    openTerminal: base.openTerminal,
    processes: () => Promise.resolve(processes),
    native: (): Promise<NativeLoader> =>
      Promise.reject(new AppError("native-unavailable", "unavailable", "no")),
  };
  const lines: string[] = [];
  const log = { enabled: true, debug: (line: () => string) => void lines.push(line()) };
  return { processes, base, lines, prompter: openPrompter({ requested, hints }, host, log) };
}

Deno.test("openPrompter touches nothing before the first question", () => {
  const { base, prompter, lines } = open(null, { terminal: new TypingTerminal([]) });
  assert.equal(prompter.driver, "auto");
  assert.deepEqual([base.opened, lines], [0, []]);
});

Deno.test("openPrompter asks on the terminal where there is one, and says so", async () => {
  const terminal = new TypingTerminal(["123456\r"]);
  const { prompter, lines } = open(null, { terminal, env: { DISPLAY: ":0" }, installed: ["zenity"] });
  assert.equal((await prompter.ask(question)).reveal(), "123456");
  assert.equal(prompter.driver, "terminal");
  assert.deepEqual(lines, ["prompt driver terminal: there is a terminal"]);
  assert.deepEqual(terminal.events, ["close", "raw", "close"]);
});

const dialogs: readonly (readonly [name: string, PromptDriver | null, Surroundings, program: string])[] = [
  ["zenity on X11", null, { env: { DISPLAY: ":0" }, installed: ["zenity", "kdialog"] }, "zenity"],
  ["zenity on Wayland", null, { env: { WAYLAND_DISPLAY: "w-0" }, installed: ["zenity"] }, "zenity"],
  [
    "kdialog on KDE",
    null,
    { env: { DISPLAY: ":0", XDG_CURRENT_DESKTOP: "x:KDE" }, installed: ["zenity", "kdialog"] },
    "kdialog",
  ],
  [
    "kdialog on an older KDE",
    null,
    { env: { DISPLAY: ":0", KDE_FULL_SESSION: "true" }, installed: ["zenity", "kdialog"] },
    "kdialog",
  ],
  ["osascript on a Mac", null, { os: "darwin", installed: ["osascript"] }, "osascript"],
  ["osascript on Linux when asked for", "osascript", { installed: ["osascript"] }, "osascript"],
  ["ykman when asked for", "ykman", { terminal: new TypingTerminal([]), installed: ["ykman"] }, "ykman"],
  ["pass when asked for", "pass", { installed: ["pass"] }, "pass"],
];

for (const [name, requested, around, program] of dialogs) {
  Deno.test(`openPrompter asks by ${name}`, async () => {
    const { prompter, processes } = open(requested, around);
    assert.equal((await prompter.ask(question)).reveal(), "123456");
    assert.deepEqual(processes.requests.map(({ command }) => command), [program]);
    assert.equal(prompter.driver, program);
  });
}

const refusals:
  readonly (readonly [name: string, PromptDriver | null, Surroundings, code: string, message: string])[] = [
    [
      "nothing to ask on",
      null,
      { installed: ["zenity", "ykman", "pass"] },
      "prompt-unavailable",
      'can\'t ask for "MFA code for jon (profile work)": there is no terminal and no dialog to ask on',
    ],
    [
      "prompts switched off",
      "none",
      { terminal: new TypingTerminal([]), installed: ["zenity"], env: { DISPLAY: ":0" } },
      "prompt-unavailable",
      'can\'t ask for "MFA code for jon (profile work)": prompts are switched off',
    ],
    [
      "the terminal asked for, but none there",
      "terminal",
      {},
      "prompt-no-terminal",
      "there is no terminal to ask on",
    ],
  ];

for (const [name, requested, around, code, message] of refusals) {
  Deno.test(`openPrompter refuses with the hints: ${name}`, async () => {
    const { prompter, processes } = open(requested, around);
    await assert.rejects(prompter.ask(question), { code, kind: "unavailable", message, hints });
    assert.equal(processes.requests.length, 0);
  });
}

Deno.test("openPrompter loads Windows' dialog only when it asks by it", async () => {
  const { prompter } = open(null, { os: "windows" });
  await assert.rejects(prompter.ask(question), { code: "native-unavailable" });
  assert.equal(prompter.driver, "wincredui");
});

Deno.test("openPrompter names a missing command and what could be used", async () => {
  const { prompter } = open("osascript", { terminal: new TypingTerminal([]) });
  await assert.rejects(prompter.ask(question), {
    code: "prompt-driver-missing",
    hints: ["usable here: terminal (--prompt=NAME or AWS_VAULT_PROMPT)"],
  });
});

Deno.test("openPrompter gives every answer five minutes, or what it is told", async () => {
  const terminal = new TypingTerminal(["1\r", "2\r"]);
  const host = open(null, { terminal });
  await host.prompter.ask(question);
  const base = terminalHost(terminal);
  const short = openPrompter({ requested: "terminal", hints, timeoutMs: 1000 }, {
    os: "linux",
    env: environment(),
    clock: base.clock,
    openTerminal: base.openTerminal,
    processes: () => Promise.resolve(new RecordedProcesses(answered(""))),
    native: () => Promise.reject(new Error("not here")),
  }, silentLog);
  await short.ask(question);
  assert.deepEqual(terminal.timeouts, [300_000, 1000]);
});
