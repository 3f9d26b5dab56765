/**
 * From argv and environment to what is to be done: pure, and nothing is done here. A value comes from the command line, else from the flag's
 * environment variable, else from its default; a variable that is set but empty counts as unset.
 */
import { AppError } from "../errors.ts";
import type { Environment } from "../host/host.ts";
import {
  type ChoiceFlag,
  type Command,
  type Conflict,
  type Declaration,
  type Flags,
  longName,
  type Positional,
} from "./command.ts";
import type { GlobalOptions } from "./deps.ts";
import { findFlag, flagScope, unknownFlag } from "./flag_scope.ts";
import { parseFlagValue } from "./flag_value.ts";
import { globalConflicts, globalFlags, programFlags, toGlobalOptions } from "./global_flags.ts";
import { goQuote } from "./go_quote.ts";
import { nearest } from "./nearest.ts";
import { type GivenFlag, splitWords, type Words } from "./words.ts";

export type Invocation =
  /** No command was given. */
  | { readonly kind: "usage" }
  /** `command` is `null` for the program's own help; `all` adds the help of every command. */
  | { readonly kind: "help"; readonly command: Declaration | null; readonly all: boolean }
  | { readonly kind: "version" }
  /** The manual page of a command, or for `null` that of the program. */
  | { readonly kind: "manual"; readonly command: Declaration | null }
  | { readonly kind: "completion-script"; readonly shell: "bash" | "zsh" }
  | {
    readonly kind: "run";
    readonly command: Command;
    /** Of the type that the command's declaration says. */
    readonly input: Readonly<Record<string, unknown>>;
    readonly options: GlobalOptions;
  };

export interface CommandTable {
  readonly commands: readonly Command[];
  readonly laterCommands: readonly string[];
}

interface BoundFlag {
  readonly spelling: string;
  readonly value: string | boolean;
}

type Variables = Pick<Environment, "get">;

/** Throws AppError of kind usage, and nothing else. */
export function parseArguments(args: readonly string[], env: Variables, table: CommandTable): Invocation {
  const words = splitWords(args, { ...table, everywhere: [programFlags, globalFlags] });
  const declaration = words.command?.declaration ?? null;
  const given = bindFlags(words.flags, declaration);
  if (isOn(given, "help") || isOn(given, "helpLong") || words.helpWanted) {
    if (words.helpWanted) refuseExtraWords(words.positionals, 0, "help");
    return { kind: "help", command: declaration, all: isOn(given, "helpLong") };
  }
  if (isOn(given, "version")) return { kind: "version" };
  if (isOn(given, "helpMan")) return { kind: "manual", command: declaration };
  if (isOn(given, "completionScriptBash")) return { kind: "completion-script", shell: "bash" };
  if (isOn(given, "completionScriptZsh")) return { kind: "completion-script", shell: "zsh" };
  if (words.command === null || declaration === null) return { kind: "usage" };

  refuseConflicts(given, [...globalConflicts, ...declaration.conflicts ?? []]);
  return {
    kind: "run",
    command: words.command,
    options: toGlobalOptions(flagValues(globalFlags, given, env) as Parameters<typeof toGlobalOptions>[0]),
    input: { ...flagValues(declaration.flags, given, env), ...positionalValues(declaration, words, env) },
  };
}

/** The global options of a command line and an environment without any. */
export function defaultOptions(): GlobalOptions {
  const values = flagValues(globalFlags, new Map(), { get: () => undefined });
  return toGlobalOptions(values as Parameters<typeof toGlobalOptions>[0]);
}

/** Ties each written flag to its declaration, now that the command is known. */
function bindFlags(flags: readonly GivenFlag[], declaration: Declaration | null): Map<string, BoundFlag> {
  const scope = flagScope(declaration?.flags ?? {}, programFlags, globalFlags);
  const bound = new Map<string, BoundFlag>();
  for (const { spelling, value } of flags) {
    const found = findFlag(scope, spelling);
    if (found === null) throw unknownFlag(scope, spelling, declaration?.name ?? null);
    const { key, flag, negated } = found;
    if (flag.later) {
      throw new AppError("not-in-this-version", "usage", `${spelling} is not in this version`);
    }
    if (bound.has(key)) {
      throw new AppError("flag-repeated", "usage", `--${longName(key)} cannot be repeated`);
    }
    if (flag.type !== "boolean") bound.set(key, { spelling, value: value ?? "" });
    else {
      const on = value === null || parseFlagValue(flag, value, spelling) === true;
      bound.set(key, { spelling, value: on !== negated });
    }
  }
  return bound;
}

function isOn(given: ReadonlyMap<string, BoundFlag>, key: keyof typeof programFlags): boolean {
  return given.get(key)?.value === true;
}

/** Only what stands on the command line can conflict: a flag there may override the other's environment variable. */
function refuseConflicts(given: ReadonlyMap<string, BoundFlag>, conflicts: readonly Conflict[]) {
  for (const { flags: [a, b], hint } of conflicts) {
    const first = given.get(a), second = given.get(b);
    if (first === undefined || second === undefined || first.value === false || second.value === false) {
      continue;
    }
    const message = `--${longName(a)} and --${longName(b)} cannot be used together`;
    throw new AppError("flag-conflict", "usage", message, { hints: [hint] });
  }
}

function flagValues(
  flags: Flags,
  given: ReadonlyMap<string, BoundFlag>,
  env: Variables,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, flag] of Object.entries(flags)) {
    if (flag.later) continue;
    const bound = given.get(key);
    const variable = flag.env === undefined ? null : setVariable(env, flag.env);
    if (typeof bound?.value === "boolean") values[key] = bound.value;
    else if (bound !== undefined) values[key] = parseFlagValue(flag, bound.value, bound.spelling);
    else if (variable !== null && flag.env !== undefined) {
      values[key] = parseFlagValue(flag, variable, `environment variable ${flag.env}`);
    } else if (flag.type === "choice" && flag.required) throw missingFlag(key, flag);
    else values[key] = flag.default ?? (flag.type === "boolean" ? false : null);
  }
  return values;
}

function positionalValues(declaration: Declaration, words: Words, env: Variables): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  let next = 0;
  for (const [key, positional] of Object.entries(declaration.positionals)) {
    const variable = positional.env === undefined ? null : setVariable(env, positional.env);
    if (positional.many) {
      values[key] = words.positionals.slice(next);
      next = words.positionals.length;
    } else if (positional.skippedByDashes && words.dashesFirst && variable !== null) {
      values[key] = variable;
    } else {
      const word = words.positionals[next++] ?? variable;
      if (word === null && positional.required) throw missingWord(declaration, key, positional);
      if (word !== null && positional.choices?.includes(word) === false) {
        throw wrongChoice(key, positional.choices, word);
      }
      values[key] = word;
    }
  }
  refuseExtraWords(words.positionals, next, declaration.name);
  return values;
}

function setVariable(env: Variables, name: string): string | null {
  return env.get(name) || null;
}

function missingFlag(key: string, flag: ChoiceFlag): AppError {
  return new AppError("flag-missing", "usage", `--${longName(key)} is missing`, {
    hints: [`--${longName(key)} is one of ${flag.choices.join(", ")}`],
  });
}

function missingWord(declaration: Declaration, key: string, { choices }: Positional): AppError {
  const words = choices ?? [key.toUpperCase()];
  return new AppError("argument-missing", "usage", `${declaration.name} needs a ${key}`, {
    hints: words.map((word) => `aws-vault ${declaration.name} ${word}`),
  });
}

function wrongChoice(key: string, choices: readonly string[], word: string): AppError {
  const message = `${key} must be one of ${choices.join(", ")}, not ${goQuote(word)}`;
  const meant = nearest(word, choices);
  return new AppError("argument-invalid", "usage", message, {
    hints: meant === null ? [] : [`did you mean ${goQuote(meant)}?`],
  });
}

function refuseExtraWords(positionals: readonly string[], from: number, commandName: string) {
  const extra = positionals[from];
  if (extra === undefined) return;
  throw new AppError("argument-unexpected", "usage", `${commandName} takes no argument ${goQuote(extra)}`);
}
