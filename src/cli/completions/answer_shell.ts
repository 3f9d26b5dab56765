/**
 * Answers a shell that wants completions. Reads the config file for the names of profiles, and nothing else: no store is opened, nobody is
 * asked, nothing is written, and a mistake anywhere means fewer candidates, never a message.
 */
import { AppError, escapeControls } from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type Candidate, completeWord, type Completion } from "./complete_words.ts";

export interface CompletionDeps extends Pick<Host, "args" | "stdout" | "env"> {
  readonly commands: readonly Command[];
  /** In file order. May throw what reading the config file throws. */
  readonly profileNames: () => Promise<readonly string[]>;
}

/**
 * `--complete INDEX WORD…` is what our scripts run: a line that says what comes (`words`, `files`, `folders`, `command INDEX`), then a line per word,
 * with a tab before its description. `--completion-bash WORD…` is that of aws-vault's scripts: names alone.
 */
export async function answerShell(deps: CompletionDeps): Promise<number> {
  const [request, ...rest] = deps.args;
  const text = request === "--complete"
    ? tabbed(await complete(rest.slice(1), Number(rest[0]), deps))
    : bare(await complete(rest, Math.max(rest.length - 1, 0), deps));
  if (text !== "") deps.stdout.write(text);
  return exitCodes.success;
}

async function complete(words: readonly string[], index: number, deps: CompletionDeps): Promise<Completion> {
  const { commands, env } = deps;
  const completion = completeWord(words, index, { commands, env: (name) => env.get(name) });
  if (completion.kind !== "profiles") return completion;
  return { kind: "words", candidates: (await offeredProfiles(deps)).map((value) => ({ value, help: "" })) };
}

/** Without names that would be taken for a flag, or that a terminal would not show as they are. */
async function offeredProfiles({ profileNames }: CompletionDeps): Promise<string[]> {
  try {
    return (await profileNames())
      .filter((name) => name !== "" && !name.startsWith("-") && escapeControls(name) === name);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

function tabbed(completion: Completion): string {
  if (completion.kind === "command") return `command ${completion.from}\n`;
  if (completion.kind !== "words") return `${completion.kind}\n`;
  return ["words", ...completion.candidates.map(line)].map((text) => `${text}\n`).join("");
}

function line({ value, help }: Candidate): string {
  return help === "" ? value : `${value}\t${help}`;
}

/** Those scripts hand the names to `compgen -W`, which splits them at blanks and runs what they contain: only plain ones go there. */
function bare(completion: Completion): string {
  if (completion.kind !== "words") return "";
  return completion.candidates.map(({ value }) => value)
    .filter((value) => /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(value)).join("\n");
}
