/**
 * Splits a command line into the command, its words and its flags, by kingpin's grammar without its defects: flags stand anywhere up to
 * `--` or the child's command, short booleans bundle, `-` is a word, `@file` is not special.
 */
import { AppError } from "../errors.ts";
import type { Command, Flags } from "./command.ts";
import { findFlag, type FlagScope, flagScope, unknownFlag } from "./flag_scope.ts";
import { goQuote } from "./go_quote.ts";
import { nearest } from "./nearest.ts";

export interface Grammar {
  /** Flags that stand with every command. */
  readonly everywhere: readonly Flags[];
  readonly commands: readonly Command[];
  readonly laterCommands: readonly string[];
}

/** A flag as written: `value` is `null` for a boolean without `=`. */
export interface GivenFlag {
  readonly spelling: string;
  readonly value: string | null;
}

export interface Words {
  readonly command: Command | null;
  /** `help` was the first word; `command` is then the one that help is wanted for. */
  readonly helpWanted: boolean;
  readonly positionals: readonly string[];
  /** `--` came before the first positional of the command. */
  readonly dashesFirst: boolean;
  readonly flags: readonly GivenFlag[];
}

/** Throws AppError of kind usage. Flags before the command are checked against it later: only their arity is known here. */
export function splitWords(args: readonly string[], grammar: Grammar): Words {
  return new Splitter(args, grammar).split();
}

class Splitter {
  readonly #args: readonly string[];
  readonly #grammar: Grammar;
  #scope: FlagScope;
  #next = 0;
  #flagsEnded = false;
  #dashesFirst = false;
  #helpWanted = false;
  #command: Command | null = null;
  readonly #positionals: string[] = [];
  readonly #flags: GivenFlag[] = [];

  constructor(args: readonly string[], grammar: Grammar) {
    this.#args = args;
    this.#grammar = grammar;
    this.#scope = flagScope(...grammar.commands.map((c) => c.declaration.flags), ...grammar.everywhere);
  }

  split(): Words {
    for (let word = this.#take(); word !== undefined; word = this.#take()) {
      if (this.#flagsEnded || word === "-" || !word.startsWith("-")) this.#addWord(word);
      else if (word === "--") this.#endFlags();
      else if (word.startsWith("--")) this.#addLong(word);
      else this.#addShorts(word);
    }
    return {
      command: this.#command,
      helpWanted: this.#helpWanted,
      positionals: this.#positionals,
      dashesFirst: this.#dashesFirst,
      flags: this.#flags,
    };
  }

  #take(): string | undefined {
    return this.#args[this.#next++];
  }

  #endFlags() {
    this.#flagsEnded = true;
    this.#dashesFirst = this.#command !== null && this.#positionals.length === 0;
  }

  #addWord(word: string) {
    if (this.#command === null) {
      if (word === "help" && !this.#helpWanted) this.#helpWanted = true;
      else this.#setCommand(word);
      return;
    }
    const positional = Object.values(this.#command.declaration.positionals)[this.#positionals.length];
    this.#positionals.push(word);
    if (positional?.endsFlags) this.#flagsEnded = true;
  }

  #setCommand(word: string) {
    const { commands, laterCommands, everywhere } = this.#grammar;
    const found = commands.find(({ declaration: d }) => d.name === word || d.aliases?.includes(word));
    if (found === undefined) throw unknownCommand(word, commands, laterCommands);
    this.#command = found;
    this.#scope = flagScope(found.declaration.flags, ...everywhere);
  }

  #addLong(word: string) {
    const equals = word.indexOf("=");
    const spelling = equals < 0 ? word : word.slice(0, equals);
    const attached = equals < 0 ? null : word.slice(equals + 1);
    this.#flags.push({
      spelling,
      value: this.#takesValue(spelling) ? attached ?? this.#takeValue(spelling) : attached,
    });
  }

  #addShorts(word: string) {
    const letters = Array.from(word).slice(1);
    while (letters.length > 0) {
      const spelling = `-${letters.shift()}`;
      const rest = letters.join("");
      if (this.#takesValue(spelling)) {
        this.#flags.push({ spelling, value: rest === "" ? this.#takeValue(spelling) : rest });
        return;
      }
      if (rest.startsWith("=")) {
        this.#flags.push({ spelling, value: rest.slice(1) });
        return;
      }
      this.#flags.push({ spelling, value: null });
    }
  }

  #takesValue(spelling: string): boolean {
    const found = findFlag(this.#scope, spelling);
    if (found === null) throw unknownFlag(this.#scope, spelling, this.#command?.declaration.name ?? null);
    return found.flag.type !== "boolean";
  }

  #takeValue(spelling: string): string {
    const value = this.#take();
    if (value !== undefined && (value === "-" || !value.startsWith("-"))) return value;
    // The rejected word is not shown: after -t it may be a code.
    const hints = value === undefined || value === "--" ? [] : [
      `write a value that begins with a dash as ${
        spelling.startsWith("--") ? `${spelling}=VALUE` : `${spelling}VALUE`
      }`,
    ];
    throw new AppError("flag-value-missing", "usage", `expected a value after ${spelling}`, { hints });
  }
}

function unknownCommand(word: string, commands: readonly Command[], later: readonly string[]): AppError {
  if (later.includes(word)) {
    return new AppError(
      "not-in-this-version",
      "usage",
      `the command ${goQuote(word)} is not in this version`,
    );
  }
  const names = commands.flatMap(({ declaration: d }) => [d.name, ...d.aliases ?? []]);
  const meant = nearest(word, [...names, "help"]);
  return new AppError("unknown-command", "usage", `expected a command, not ${goQuote(word)}`, {
    hints: meant === null
      ? [`commands: ${commands.map((c) => c.declaration.name).join(", ")}`]
      : [`did you mean ${goQuote(meant)}?`],
  });
}
