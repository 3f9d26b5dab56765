/**
 * What a command is: a declaration (data, from which parsing, help, completions and reference pages follow), an input whose type
 * follows from the declaration, and `run(input, deps)`, which is loaded only when the command is the one asked for.
 */
import type { CommandDeps } from "./deps.ts";

interface FlagBase {
  /** One letter, case-sensitive. */
  readonly short?: string;
  /** The variable that stands in when the flag is not on the command line. Set but empty counts as unset. */
  readonly env?: string;
  /** Accepted, but not shown in help and completions. */
  readonly hidden?: true;
  /** Known to the grammar and refused by name: it comes with a later version. Implies hidden. */
  readonly later?: true;
  /** One sentence, capital letter, no full stop. */
  readonly help: string;
}

/** `--x`, `--no-x`, `--x=true|false`. */
export interface BooleanFlag extends FlagBase {
  readonly type: "boolean";
  readonly default?: true;
}

export interface TextFlag extends FlagBase {
  readonly type: "text";
  readonly placeholder: string;
  readonly default?: string;
  /** The value never appears in a message. */
  readonly secret?: true;
}

export interface ChoiceFlag extends FlagBase {
  readonly type: "choice";
  readonly placeholder: string;
  readonly choices: readonly string[];
  /** Values of aws-vault that no version takes, and why: completes "is not supported: …". */
  readonly refusedChoices?: Readonly<Record<string, string>>;
  /** It has to be given. */
  readonly required?: true;
  readonly default?: string;
}

/** Value in whole seconds. Takes Go durations plus `d` and `w`; not negative. */
export interface DurationFlag extends FlagBase {
  readonly type: "duration";
  readonly default?: number;
}

export type Flag = BooleanFlag | TextFlag | ChoiceFlag | DurationFlag;

/** Keys are camelCase; {@link longName} makes the flag's name of them. */
export type Flags = Readonly<Record<string, Flag>>;

export interface Positional {
  readonly help: string;
  readonly required?: true;
  /** The only words that it takes. */
  readonly choices?: readonly string[];
  /** Takes all words that are left. Only the last positional may. */
  readonly many?: true;
  /** The variable that stands in when the word is missing. Set but empty counts as unset. */
  readonly env?: string;
  /** With `--` before the first word and {@link env} set, this positional keeps the variable's value and the words go to the next one. */
  readonly skippedByDashes?: true;
  /** After this word nothing is a flag any more, and `--` is a word. */
  readonly endsFlags?: true;
  /** What the shell offers for it besides {@link choices}: profiles of the config file, profiles with stored keys, programs. */
  readonly completes?: "profiles" | "stored-profiles" | "programs";
}

/** Two flags (keys of {@link Declaration.flags}) that can't both be given, and what was probably meant. */
export interface Conflict {
  readonly flags: readonly [string, string];
  readonly hint: string;
}

export interface Declaration {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly hidden?: true;
  /** One sentence, capital letter, no full stop. */
  readonly help: string;
  readonly examples?: readonly string[];
  /** In the order in which words fill them. */
  readonly positionals: Readonly<Record<string, Positional>>;
  readonly flags: Flags;
  readonly conflicts?: readonly Conflict[];
}

type AbsentValue<F> = F extends { readonly default: unknown } | { readonly required: true } ? never : null;

export type FlagValue<F extends Flag> = F extends BooleanFlag ? boolean
  : F extends DurationFlag ? number | AbsentValue<F>
  : F extends ChoiceFlag ? F["choices"][number] | AbsentValue<F>
  : string | AbsentValue<F>;

type PositionalValue<P extends Positional> = P extends { readonly many: true } ? readonly string[]
  : (P extends { readonly choices: readonly (infer C)[] } ? C : string) | AbsentWord<P>;

type AbsentWord<P> = P extends { readonly required: true } ? never : null;

/** One member per flag; none for those of a later version, which never get as far as a value. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F as F[K] extends { readonly later: true } ? never : K]: FlagValue<F[K]>;
};

/** The typed input of a command: one member per flag and positional, under the declaration's own keys. */
export type InputOf<D extends Pick<Declaration, "flags" | "positionals">> =
  & FlagValues<D["flags"]>
  & { readonly [K in keyof D["positionals"]]: PositionalValue<D["positionals"][K]> };

/** Does what the input says and answers the exit code. */
export type Run<Input> = (input: Input, deps: CommandDeps) => Promise<number>;

/** One row of the command table. The input's type is known to {@link defineCommand} only. */
export interface Command {
  readonly declaration: Declaration;
  readonly load: () => Promise<Run<never>>;
}

/** Ties a declaration to a body that takes exactly its input. */
export function defineCommand<D extends Declaration>(
  declaration: D,
  load: () => Promise<Run<InputOf<D>>>,
): Command {
  return { declaration, load };
}

/** `noSession` → `no-session`. */
export function longName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
