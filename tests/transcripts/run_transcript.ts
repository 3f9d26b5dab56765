/** Carries one transcript out in a throw-away home and tells everything that is not as it says. */
import { FakeAws } from "../fakes/fake_aws.ts";
import { huntSecrets, type Place } from "./hunt_secrets.ts";
import { textDifference } from "./match_text.ts";
import type { Command, Transcript } from "./parse_transcript.ts";
import type { ChosenProgram } from "./chosen_program.ts";
import { screenText } from "./screen_text.ts";

const TIMEOUT_SECONDS = 30;

interface Outcome {
  readonly exit: number;
  /** What went wrong with running it; `null` if nothing. */
  readonly problem: string | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly terminal: Uint8Array;
  readonly processes: readonly {
    readonly main: boolean;
    readonly argv: Uint8Array;
    readonly environment: Uint8Array;
  }[];
}

interface Stage {
  readonly transcript: Transcript;
  readonly program: ChosenProgram;
  readonly home: string;
  readonly temporary: string;
  readonly aws: FakeAws | null;
  readonly values: Readonly<Record<string, string>>;
}

/** One text per complaint; none when all is as written. */
export async function runTranscript(transcript: Transcript, program: ChosenProgram): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "transcript-" });
  const aws = transcript.aws === null ? null : new FakeAws(JSON.parse(transcript.aws));
  try {
    const home = `${folder}/home`;
    const temporary = `${folder}/tmp`;
    await Deno.mkdir(home, { mode: 0o700 });
    await Deno.mkdir(temporary, { mode: 0o700 });
    const values = { home, ...(aws === null ? {} : { aws: aws.url }) };
    for (const { path, text, mode } of transcript.files) {
      await writeFile(`${home}/${path}`, fill(text, values), mode);
    }
    const stage = { transcript, program, home, temporary, aws, values };
    const complaints: string[] = [];
    for (const command of transcript.commands) {
      for (const complaint of await runCommand(command, stage)) {
        complaints.push(`${transcript.path}:${command.line}: $ ${command.text}\n${complaint}`);
      }
    }
    return complaints;
  } finally {
    aws?.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function runCommand(command: Command, stage: Stage): Promise<string[]> {
  const { transcript, home, aws, values } = stage;
  const outcome = await execute(command, stage);
  const decoder = new TextDecoder();
  const complaints = outcome.problem === null ? [] : [outcome.problem];
  if (outcome.exit !== command.exit) {
    complaints.push(`exit: expected ${command.exit} but got ${outcome.exit}`);
  }
  const texts = [
    ["stdout", command.stdout, decoder.decode(outcome.stdout)],
    ["stderr", command.stderr, decoder.decode(outcome.stderr)],
    ["screen", command.screen, screenText(decoder.decode(outcome.terminal))],
  ] as const;
  for (const [name, expected, actual] of texts) {
    const difference = textDifference(expected, actual, values);
    if (difference !== null) complaints.push(`${name}: ${difference}`);
  }
  for (const { path, text } of command.after) {
    const actual = await readText(`${home}/${path}`);
    if (text === null) {
      if (actual !== null) complaints.push(`after: ${path} is there`);
    } else {
      const difference = actual === null ? "is not there" : textDifference(text, actual, values);
      if (difference !== null) complaints.push(`after: ${path} ${difference}`);
    }
  }
  const secrets = [...transcript.secrets, ...(aws?.account.issuedSecrets ?? [])];
  return [...complaints, ...new Set(huntSecrets(secrets, await places(command, stage, outcome)))];
}

/** Everywhere that a secret could have got to, except where this command is meant to put one. */
async function places(command: Command, stage: Stage, outcome: Outcome): Promise<Place[]> {
  const asked = (what: string) => command.reveals.includes(what);
  const found: Place[] = [{ name: "stderr", bytes: outcome.stderr }];
  if (!asked("stdout")) found.push({ name: "stdout", bytes: outcome.stdout });
  if (!asked("screen")) found.push({ name: "terminal", bytes: outcome.terminal });
  const own = outcome.processes.filter(({ main }) => main).map(({ argv }) => argv.join());
  for (const { argv, environment } of outcome.processes) {
    found.push({ name: "arguments of a process", bytes: argv });
    // The command's own environment is the transcript's, and a child that is about to start still has it.
    if (!own.includes(argv.join()) && !asked("environment")) {
      found.push({ name: "environment of a child", bytes: environment });
    }
  }
  if (!asked("files")) {
    const given = new Set(stage.transcript.files.map(({ path }) => `${stage.home}/${path}`));
    for (const folder of [stage.home, stage.temporary]) {
      for (const path of filesBelow(folder)) {
        if (!given.has(path)) found.push({ name: `file ${path}`, bytes: await Deno.readFile(path) });
      }
    }
  }
  return found;
}

async function execute(
  command: Command,
  { transcript, program, home, temporary, values }: Stage,
): Promise<Outcome> {
  const [name, ...args] = command.words.map((word) => fill(word, values));
  if (name !== "aws-vault") {
    throw new Error(`${transcript.path}:${command.line}: commands begin with aws-vault`);
  }
  const env: Record<string, string> = {
    PATH: `${home}/bin:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    TMPDIR: temporary,
    TERM: "xterm",
    LANG: "C.UTF-8",
    ...program.env,
  };
  for (const [key, value] of Object.entries({ ...transcript.env, ...command.env })) {
    env[key] = fill(value, values);
  }
  const request = {
    argv: [...program.argv, ...args],
    env,
    cwd: `${home}/${command.cwd}`,
    terminal: command.terminal,
    stdin: base64(new TextEncoder().encode(command.stdin)),
    steps: command.steps,
    timeoutSeconds: TIMEOUT_SECONDS,
  };
  const runner = new Deno.Command("python3", {
    args: [new URL("./pty_run.py", import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = runner.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(request)));
  await writer.close();
  const { success, stdout, stderr } = await runner.output();
  if (!success) throw new Error(`pty_run.py failed:\n${new TextDecoder().decode(stderr)}`);
  return decodeOutcome(JSON.parse(new TextDecoder().decode(stdout)));
}

interface WireOutcome {
  exit: number;
  problem: string | null;
  stdout: string;
  stderr: string;
  terminal: string;
  processes: { main: boolean; argv: string; environment: string }[];
}

function decodeOutcome({ exit, problem, stdout, stderr, terminal, processes }: WireOutcome): Outcome {
  return {
    exit,
    problem,
    stdout: bytes(stdout),
    stderr: bytes(stderr),
    terminal: bytes(terminal),
    processes: processes.map(({ main, argv, environment }) => ({
      main,
      argv: bytes(argv),
      environment: bytes(environment),
    })),
  };
}

/** Puts this run's values in place of `<home>` and `<aws>`. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/<([a-z]+)>/g, (found, name: string) => values[name] ?? found);
}

async function writeFile(path: string, text: string, mode: number): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(path, text, { mode });
}

async function readText(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (failure) {
    if (failure instanceof Deno.errors.NotFound) return null;
    throw failure;
  }
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory ? filesBelow(path) : entry.isFile ? [path] : [];
  });
}

function base64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
