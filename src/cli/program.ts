/** The whole program between argv and exit code: parse, run the one command that was asked for, tell the user what failed. */
import { AppError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { type Log, silentLog } from "../log.ts";
import type { Run } from "./command.ts";
import { commandTable, laterCommands } from "./command_table.ts";
import type { CreateServices, Surroundings } from "./deps.ts";
import { exitCodes } from "./exit_codes.ts";
import { defaultOptions, type Invocation, parseArguments } from "./parse.ts";
import { presentError } from "./present.ts";
import { version } from "./version.ts";

/** What of the host the command line itself uses; the rest is `createServices`' business. */
export type ProgramHost =
  & Pick<
    Host,
    | "args"
    | "env"
    | "clock"
    | "stdout"
    | "stderr"
    | "runtime"
    | "runtimeVersion"
    | "os"
    | "arch"
    | "readStdin"
    | "stdinIsTerminal"
  >
  & Pick<Surroundings, "files">;

/** Answers the exit code and never throws. A command that replaces the process doesn't come back. */
export async function runProgram(host: ProgramHost, createServices: CreateServices): Promise<number> {
  let commandName: string | null = null;
  let log: Log = silentLog;
  try {
    if (isCompletionRequest(host.args)) return await complete(host, createServices);
    const invocation = parseArguments(host.args, host.env, { commands: commandTable, laterCommands });
    if (invocation.kind !== "run") return await show(host, invocation);
    commandName = invocation.command.declaration.name;
    log = await openLog(host, invocation.options.debug);
    const run = await invocation.command.load() as Run<unknown>;
    return await run(invocation.input, {
      ...await createServices(invocation.options, log),
      stdout: host.stdout,
      stderr: host.stderr,
      env: host.env,
      clock: host.clock,
      platform: host,
      readStdin: (maxBytes) => host.readStdin(maxBytes),
      stdinIsTerminal: () => host.stdinIsTerminal(),
      files: host.files,
      log,
    });
  } catch (error) {
    return failed(host, error, commandName, log);
  }
}

/** Shells ask this way while a line is being typed, so it comes before anything that could refuse it. */
function isCompletionRequest([first]: readonly string[]): boolean {
  return first === "--complete" || first === "--completion-bash";
}

async function complete(host: ProgramHost, createServices: CreateServices): Promise<number> {
  const { answerShell } = await import("./completions/answer_shell.ts");
  const { args, env, stdout } = host;
  return await answerShell({
    args,
    env,
    stdout,
    commands: commandTable,
    profileNames: async () => {
      const services = await createServices(defaultOptions(), silentLog);
      return (await services.config()).profileNames();
    },
  });
}

async function show(host: ProgramHost, invocation: Exclude<Invocation, { kind: "run" }>): Promise<number> {
  if (invocation.kind === "version") {
    host.stdout.write(`${version}\n`);
    return exitCodes.success;
  }
  if (invocation.kind === "manual") {
    const { manualPage } = await import("./manual/manual_page.ts");
    host.stdout.write(manualPage(invocation.command, commandTable));
    return exitCodes.success;
  }
  if (invocation.kind === "completion-script") {
    const { completionScript } = await import("./completions/completion_script.ts");
    host.stdout.write(await completionScript(invocation.shell));
    return exitCodes.success;
  }
  const { programHelp, commandHelp, allHelp } = await import("./help.ts");
  // Nothing was asked for, so nothing goes to stdout; the exit code stays that of aws-vault.
  if (invocation.kind === "usage") host.stderr.write(programHelp(commandTable));
  else if (invocation.all) host.stdout.write(allHelp(commandTable));
  else {host.stdout.write(
      invocation.command === null ? programHelp(commandTable) : commandHelp(invocation.command),
    );}
  return exitCodes.success;
}

async function openLog(host: ProgramHost, debug: boolean): Promise<Log> {
  if (!debug) return silentLog;
  const { createDebugLog } = await import("./debug_log.ts");
  const log = createDebugLog(host.stderr, host.clock);
  log.debug(() => `aws-vault ${version}, ${host.runtime} on ${host.os} ${host.arch}`);
  return log;
}

function failed(host: ProgramHost, error: unknown, commandName: string | null, log: Log): number {
  if (isBrokenPipe(error)) return exitCodes.brokenPipe;
  try {
    log.debug(() => `failed: ${trail(error)}`);
    presentError(host.stderr, error, commandName);
  } catch (failure) {
    // With stderr gone there is nobody left to tell.
    if (!isBrokenPipe(failure)) return exitCodes.failure;
  }
  return exitCodes.failure;
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof AppError && error.code === "broken-pipe";
}

/** Codes and places of an error and its causes, without the messages of those nobody translated: they may quote secrets. */
function trail(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const place = error.stack?.replace(error.message, "").split("\n").map((line) => line.trim())
    .find((line) => /:\d+:\d+\)?$/.test(line)) ?? "unknown place";
  const own = error instanceof AppError ? `${error.code} (${error.kind})` : `${error.name} ${place}`;
  return error.cause === undefined ? own : `${own}, because of ${trail(error.cause)}`;
}
