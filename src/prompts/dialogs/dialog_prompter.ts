/** Puts a question through a program: runs it without our secrets, bounds its time and output, and tells a closed dialog from a broken one. */
import { AppError, escapeControls } from "../../errors.ts";
import type { ChildResult, Environment, Processes } from "../../host/host.ts";
import { Secret } from "../../secret.ts";
import { helperEnv } from "../helper_env.ts";
import { promptCancelled, promptTimeout } from "../prompt_errors.ts";
import type { Prompter, Question } from "../prompter.ts";
import type { DialogCommand } from "./dialog_command.ts";

export interface DialogHost {
  readonly env: Environment;
  processes(): Promise<Processes>;
}

/** More than any answer; a program that prints more than this was not asking. */
const MAX_OUTPUT_BYTES = 16 * 1024;
/** What of a failed program's stderr goes into our message, in characters. */
const MAX_REASON_LENGTH = 200;

export class DialogPrompter implements Prompter {
  readonly driver: string;
  readonly #command: (question: Question, env: Environment) => DialogCommand;
  readonly #host: DialogHost;
  readonly #timeoutMs: number;

  /** `timeoutMs`: for one answer. */
  constructor(
    driver: string,
    command: (question: Question, env: Environment) => DialogCommand,
    host: DialogHost,
    timeoutMs: number,
  ) {
    this.driver = driver;
    this.#command = command;
    this.#host = host;
    this.#timeoutMs = timeoutMs;
  }

  async ask(question: Question): Promise<Secret> {
    const command = this.#command(question, this.#host.env);
    const result = await this.#run(command);
    if (result.exitCode === 0) return answer(command, result.stdout);
    throw this.#failure(command, result);
  }

  async #run(command: DialogCommand): Promise<ChildResult> {
    const processes = await this.#host.processes();
    try {
      return await processes.run({
        command: command.program,
        args: command.args,
        env: helperEnv(this.#host.env.all(), "dialog"),
        stdin: command.usesTerminal ? "terminal" : "null",
        stderr: command.usesTerminal ? "terminal" : "capture",
        timeoutMs: this.#timeoutMs,
        maxOutputBytes: MAX_OUTPUT_BYTES,
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "child-timeout") throw promptTimeout(this.#timeoutMs);
      const problem = error.code === "child-not-found" ? "is not on PATH" : "could not be run";
      throw new AppError("prompt-failed", "child", `the command ${command.program} ${problem}`, {
        cause: error,
      });
    }
  }

  #failure(command: DialogCommand, result: ChildResult): AppError {
    const stderr = new TextDecoder().decode(result.stderr);
    const reason = firstLine(stderr);
    if (command.isNoDisplay(stderr, this.#host.env)) return noDisplay(command);
    if (command.isCancel(result.exitCode, stderr)) return promptCancelled();
    const end = result.exitCode === null
      ? `was ended by ${result.signal}`
      : `failed with exit status ${result.exitCode}`;
    // What a failed dialog printed may hold the answer; then its stderr, which could repeat it, is not shown either.
    const why = reason === "" || result.stdout.length > 0 ? "" : `: ${reason}`;
    return new AppError("prompt-failed", "child", `${command.program} ${end}${why}`);
  }
}

function answer(command: DialogCommand, stdout: Uint8Array): Secret {
  try {
    return new Secret(new TextDecoder("utf-8", { fatal: true }).decode(stdout).trim());
  } catch {
    throw new AppError("prompt-failed", "child", `the answer of ${command.program} is not UTF-8 text`);
  }
}

function noDisplay(command: DialogCommand): AppError {
  return new AppError("prompt-no-display", "unavailable", `${command.program} found no screen to ask on`, {
    hints: ["use --prompt=terminal in a terminal, or set mfa_process in the profile"],
  });
}

function firstLine(stderr: string): string {
  const line = stderr.split("\n").map((text) => text.trim()).find((text) => text !== "") ?? "";
  return escapeControls(line.slice(0, MAX_REASON_LENGTH));
}
