/**
 * Reads a transcript: what stands in a throw-away home, then commands with what they must do. The format is described in
 * docs/development.md. Anything it does not know is refused with file and line.
 */

export interface Step {
  /** What must have appeared on the terminal before `type` is typed. */
  readonly see: string;
  readonly type: string;
}

export interface Command {
  readonly line: number;
  /** As written after `$ `. */
  readonly text: string;
  /** Words, the first of them `aws-vault` or another program. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdin: string;
  /** Which of the three streams are the terminal; `null` when the command has no terminal at all. */
  readonly terminal: readonly string[] | null;
  readonly steps: readonly Step[];
  readonly stdout: string;
  readonly stderr: string;
  /** What is left on the screen. */
  readonly screen: string;
  readonly exit: number;
  /** Where secrets are asked for: `stdout`, `environment`, `screen`, `files`. */
  readonly reveals: readonly string[];
  /** Files of the home afterwards: text, or `null` for none. */
  readonly after: readonly { readonly path: string; readonly text: string | null }[];
}

export interface Transcript {
  readonly path: string;
  /** The first comment. */
  readonly title: string;
  readonly secrets: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly { readonly path: string; readonly text: string; readonly mode: number }[];
  /** Says nothing about `deno run`, where the runtime is the user's own. */
  readonly compiledOnly: boolean;
  /** Users and roles of the AWS double; `null` when none is started. */
  readonly aws: string | null;
  readonly commands: readonly Command[];
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

const KEYS: Readonly<Record<string, string>> = {
  enter: "\r",
  tab: "\t",
  esc: "\x1b",
  up: "\x1b[A",
  down: "\x1b[B",
  backspace: "\x7f",
  "ctrl-c": "\x03",
  "ctrl-d": "\x04",
};
const STREAMS = ["stdin", "stdout", "stderr"];
const REVEALS = ["stdout", "environment", "screen", "files"];

export function parseTranscript(path: string, text: string): Transcript {
  const lines = text.split("\n");
  const transcript: Draft<Transcript> = {
    path,
    title: "",
    secrets: [],
    env: {},
    files: [],
    compiledOnly: false,
    aws: null,
    commands: [],
  };
  const commands: Draft<Command>[] = [];
  let at = 0;
  const fail = (why: string): never => {
    throw new Error(`${path}:${at}: ${why}`);
  };
  /** The lines that follow and begin with `|`, without that and one blank. */
  const block = (): string => {
    let body = "";
    while (/^\|( |$)/.test(lines[at] ?? "")) body += `${lines[at++]!.slice(2)}\n`;
    return body;
  };
  while (at < lines.length) {
    const line = lines[at++]!;
    if (line.trim() === "") continue;
    if (line.startsWith("#")) {
      transcript.title ||= line.slice(1).trim();
      continue;
    }
    if (line.startsWith("$ ")) {
      commands.push(newCommand(at, line.slice(2), fail));
      continue;
    }
    const match = /^([a-z]+):(?: (.*))?$/.exec(line) ??
      fail("neither a comment, a command, a block nor `name: value`");
    const [name, value] = [match[1]!, match[2] ?? ""];
    const command = commands.at(-1);
    if (command === undefined) readSetup(transcript, name, value, block, fail);
    else readCommand(command, name, value, block, fail);
  }
  if (transcript.title === "") fail("a transcript begins with a comment that says what it shows");
  if (commands.length === 0) fail("a transcript has at least one command");
  transcript.commands = commands;
  return transcript;
}

function readSetup(
  transcript: Draft<Transcript>,
  name: string,
  value: string,
  block: () => string,
  fail: (why: string) => never,
): void {
  switch (name) {
    case "secret":
      if (value.length < 4) fail("a secret is too short to be looked for");
      transcript.secrets = [...transcript.secrets, value];
      return;
    case "env":
      transcript.env = { ...transcript.env, ...assignment(value, fail) };
      return;
    case "file": {
      const match = /^(\S+)(?: (0[0-7]{3}))?$/.exec(value) ??
        fail("file: wants a path and maybe a mode like 0755");
      const mode = parseInt(match[2] ?? "0600", 8);
      transcript.files = [...transcript.files, { path: match[1]!, text: block(), mode }];
      return;
    }
    case "only":
      if (value !== "compiled") fail("only: wants `compiled`");
      transcript.compiledOnly = true;
      return;
    case "aws":
      transcript.aws = block();
      return;
    default:
      fail(`${name}: is not known before the first command`);
  }
}

function readCommand(
  command: Draft<Command>,
  name: string,
  value: string,
  block: () => string,
  fail: (why: string) => never,
): void {
  switch (name) {
    case "env":
      command.env = { ...command.env, ...assignment(value, fail) };
      return;
    case "cwd":
      command.cwd = value;
      return;
    case "stdin":
    case "stdout":
    case "stderr":
    case "screen":
      command[name] = block();
      if (name === "screen") command.terminal ??= ["stdin"];
      return;
    case "terminal":
      command.terminal = words(value, STREAMS, fail);
      return;
    case "see":
      command.terminal ??= ["stdin"];
      command.steps = [...command.steps, { see: value, type: "" }];
      return;
    case "type": {
      const last = command.steps.at(-1);
      if (last === undefined || last.type !== "") return fail("type: follows the see: that it answers");
      command.steps = [...command.steps.slice(0, -1), { see: last.see, type: keys(value, fail) }];
      return;
    }
    case "exit":
      if (!/^\d{1,3}$/.test(value)) fail("exit: wants a number");
      command.exit = Number(value);
      return;
    case "reveals":
      command.reveals = words(value, REVEALS, fail);
      return;
    case "after": {
      const match = /^(\S+)( absent)?$/.exec(value) ?? fail("after: wants a path, and `absent` or a block");
      command.after = [...command.after, { path: match[1]!, text: match[2] === undefined ? block() : null }];
      return;
    }
    default:
      fail(`${name}: is not known after a command`);
  }
}

function newCommand(line: number, text: string, fail: (why: string) => never): Draft<Command> {
  return {
    line,
    text,
    words: shellWords(text, fail),
    env: {},
    cwd: "",
    stdin: "",
    terminal: null,
    steps: [],
    stdout: "",
    stderr: "",
    screen: "",
    exit: 0,
    reveals: [],
    after: [],
  };
}

/** Words between blanks; single and double quotes keep what they hold together. No shell has a part in it. */
function shellWords(text: string, fail: (why: string) => never): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+|(['"])/g)) {
    if (match[1] !== undefined) fail("a quote is not closed");
    found.push(match[0].replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double ?? ""));
  }
  return found;
}

function assignment(value: string, fail: (why: string) => never): Record<string, string> {
  const equals = value.indexOf("=");
  if (equals < 1) fail("env: wants NAME=value");
  return { [value.slice(0, equals)]: value.slice(equals + 1) };
}

function words(value: string, allowed: readonly string[], fail: (why: string) => never): string[] {
  const found = value.split(" ").filter((word) => word !== "");
  for (const word of found) if (!allowed.includes(word)) fail(`${word} is none of ${allowed.join(", ")}`);
  return found;
}

function keys(value: string, fail: (why: string) => never): string {
  return value.replace(
    /<([a-z0-9-]+)>/g,
    (_, name: string) => KEYS[name] ?? fail(`no key is called <${name}>`),
  );
}
