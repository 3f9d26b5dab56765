/**
 * What can stand at one place of a command line: pure, from the command table alone. Never complains: words that the program would refuse
 * are passed over, as they may not be finished yet.
 */
import type { Command, Declaration, Flags, Positional } from "../command.ts";
import { longName } from "../command.ts";
import { findFlag, type FlagScope, flagScope } from "../flag_scope.ts";
import { globalFlags, programFlags } from "../global_flags.ts";
import { flagHelp, visibleFlags } from "../help.ts";

export interface Candidate {
  /** The whole word, unquoted. */
  readonly value: string;
  /** One line; may be empty. */
  readonly help: string;
}

export type Completion =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  /** Names of profiles, which are not known here. */
  | { readonly kind: "profiles" }
  | { readonly kind: "files" }
  | { readonly kind: "folders" }
  /** The words from this index on are a command line of their own, with the program's name first. */
  | { readonly kind: "command"; readonly from: number };

export interface CompletionContext {
  readonly commands: readonly Command[];
  readonly env: (name: string) => string | undefined;
}

const NOTHING: Completion = { kind: "words", candidates: [] };
/** By the placeholder of a flag's value. */
const VALUES: Readonly<Record<string, Completion>> = {
  FILE: { kind: "files" },
  FOLDER: { kind: "folders" },
  PROFILE: { kind: "profiles" },
};
const EVERYWHERE: readonly Flags[] = [programFlags, globalFlags];

/** `words` without the program's name; `index` is that of the word to complete, which counts up to the cursor and may be missing. */
export function completeWord(
  words: readonly string[],
  index: number,
  { commands, env }: CompletionContext,
): Completion {
  const place = placeAt(words.slice(0, index), commands, env);
  const current = words[index] ?? "";
  if (place.flagWithoutValue !== null) return flagValues(place.scope, place.flagWithoutValue, "");
  if (place.childAt !== null) return { kind: "command", from: place.childAt };
  if (!place.flagsEnded && current.startsWith("-")) return flagWord(place, current);
  if (place.command === null) return { kind: "words", candidates: commandNames(place, commands) };
  if (place.helpWanted) return NOTHING;
  return positionalValues(nextPositional(place, place.command), index);
}

/** What the words before the cursor have settled. */
interface Place {
  command: Declaration | null;
  helpWanted: boolean;
  positionals: number;
  flagsEnded: boolean;
  /** Index of the word that a child's command line begins with. */
  childAt: number | null;
  scope: FlagScope;
  /** Spelling of a flag whose value is the next word. */
  flagWithoutValue: string | null;
  readonly used: Set<string>;
}

function placeAt(
  words: readonly string[],
  commands: readonly Command[],
  env: CompletionContext["env"],
): Place {
  const place: Place = {
    command: null,
    helpWanted: false,
    positionals: 0,
    flagsEnded: false,
    childAt: null,
    scope: flagScope(...commands.map((c) => c.declaration.flags), ...EVERYWHERE),
    flagWithoutValue: null,
    used: new Set(),
  };
  for (const [index, word] of words.entries()) {
    if (place.flagWithoutValue !== null) place.flagWithoutValue = null;
    else if (place.flagsEnded || word === "-" || !word.startsWith("-")) addWord(place, word, index, commands);
    else if (word === "--") {
      place.flagsEnded = true;
      if (dashesFillFirst(place, env)) place.positionals++;
    } else if (word.startsWith("--")) addFlag(place, word.split("=", 1)[0] ?? "", word.includes("="));
    else addShorts(place, Array.from(word).slice(1));
  }
  return place;
}

/** As `exec -- COMMAND` with AWS_PROFILE set. */
function dashesFillFirst({ command, positionals }: Place, env: CompletionContext["env"]): boolean {
  const first = Object.values(command?.positionals ?? {})[0];
  if (positionals > 0 || first?.env === undefined) return false;
  return first.skippedByDashes === true && Boolean(env(first.env));
}

function addWord(place: Place, word: string, index: number, commands: readonly Command[]) {
  if (place.command !== null) {
    const positional = Object.values(place.command.positionals)[place.positionals++];
    if (positional?.endsFlags) [place.flagsEnded, place.childAt] = [true, index];
    return;
  }
  if (word === "help" && !place.helpWanted) {
    place.helpWanted = true;
    return;
  }
  const found = commands.find(({ declaration: d }) => d.name === word || d.aliases?.includes(word));
  if (found === undefined) return;
  place.command = found.declaration;
  place.scope = flagScope(found.declaration.flags, ...EVERYWHERE);
}

function addFlag(place: Place, spelling: string, hasValue: boolean): boolean {
  const found = findFlag(place.scope, spelling);
  if (found === null) return false;
  place.used.add(found.key);
  const takesValue = found.flag.type !== "boolean";
  if (takesValue && !hasValue) place.flagWithoutValue = spelling;
  return takesValue;
}

function addShorts(place: Place, letters: readonly string[]) {
  for (const [at, letter] of letters.entries()) {
    if (addFlag(place, `-${letter}`, at < letters.length - 1)) return;
  }
}

function nextPositional({ positionals }: Place, command: Declaration): Positional | null {
  const all = Object.values(command.positionals);
  const last = all.at(-1);
  return all[positionals] ?? (last?.many ? last : null);
}

function positionalValues(positional: Positional | null, index: number): Completion {
  if (positional?.choices !== undefined) {
    return { kind: "words", candidates: positional.choices.map((value) => ({ value, help: "" })) };
  }
  switch (positional?.completes) {
    // Whether a key is stored is the store's knowledge, and completion opens none.
    case "stored-profiles":
    case "profiles":
      return { kind: "profiles" };
    case "programs":
      return { kind: "command", from: index };
    default:
      return NOTHING;
  }
}

function commandNames({ helpWanted }: Place, commands: readonly Command[]): Candidate[] {
  const names = commands.map(({ declaration }) => declaration).filter(({ hidden }) => !hidden)
    .map(({ name, help }) => ({ value: name, help }));
  return helpWanted ? names : [{ value: "help", help: "Show help for the program or a command" }, ...names];
}

function flagWord(place: Place, current: string): Completion {
  const equals = current.indexOf("=");
  if (current.startsWith("--") && equals > 0) {
    return flagValues(place.scope, current.slice(0, equals), current.slice(0, equals + 1));
  }
  const candidates: Candidate[] = [];
  for (const flags of [place.command?.flags ?? {}, programFlags, globalFlags]) {
    for (const [key, flag] of visibleFlags(flags)) {
      if (place.used.has(key)) continue;
      const help = flagHelp(flag);
      if (current === "-" && flag.short !== undefined) candidates.push({ value: `-${flag.short}`, help });
      candidates.push({ value: `--${longName(key)}`, help });
      // Only for those who ask, or half of the list would be opposites.
      if (current.startsWith("--no-") && flag.type === "boolean" && flags !== programFlags) {
        candidates.push({ value: `--no-${longName(key)}`, help: `Not: ${help}` });
      }
    }
  }
  return { kind: "words", candidates };
}

/** `prefix` is what stands before the value in the same word. */
function flagValues(scope: FlagScope, spelling: string, prefix: string): Completion {
  const flag = findFlag(scope, spelling)?.flag;
  if (flag?.type === "choice") {
    return {
      kind: "words",
      candidates: flag.choices.map((value) => ({ value: `${prefix}${value}`, help: "" })),
    };
  }
  // What a path is attached to, shells complete by rules of their own.
  return flag?.type === "text" && prefix === "" ? VALUES[flag.placeholder] ?? NOTHING : NOTHING;
}
