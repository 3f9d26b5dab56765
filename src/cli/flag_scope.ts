/** Which flags can be written at a place in the command line, found by the way they are spelled. */
import { AppError } from "../errors.ts";
import { type Flag, type Flags, longName } from "./command.ts";
import { goQuote } from "./go_quote.ts";
import { nearest } from "./nearest.ts";

export interface ScopedFlag {
  readonly key: string;
  readonly flag: Flag;
}

/** From `--no-session` and `-n` to their flag. */
export type FlagScope = ReadonlyMap<string, ScopedFlag>;

export function flagScope(...groups: readonly Flags[]): FlagScope {
  const scope = new Map<string, ScopedFlag>();
  for (const group of groups) {
    for (const [key, flag] of Object.entries(group)) {
      scope.set(`--${longName(key)}`, { key, flag });
      if (flag.short !== undefined) scope.set(`-${flag.short}`, { key, flag });
    }
  }
  return scope;
}

/** An exact name wins over a negation: `--no-session` is the flag of that name, `--no-debug` turns `--debug` off. */
export function findFlag(
  scope: FlagScope,
  spelling: string,
): (ScopedFlag & { readonly negated: boolean }) | null {
  const exact = scope.get(spelling);
  if (exact !== undefined) return { ...exact, negated: false };
  if (!spelling.startsWith("--no-")) return null;
  const positive = scope.get(`--${spelling.slice("--no-".length)}`);
  return positive?.flag.type === "boolean" ? { ...positive, negated: true } : null;
}

/** `commandName` is `null` before a command is known. */
export function unknownFlag(scope: FlagScope, spelling: string, commandName: string | null): AppError {
  const owner = commandName === null ? "" : ` of ${commandName}`;
  const shown = [...scope].filter(([, { flag }]) => !flag.hidden && !flag.later).map(([name]) => name);
  const meant = spelling.startsWith("--")
    ? nearest(spelling, shown.filter((name) => name.startsWith("--")))
    : null;
  const hints = meant === null ? [] : [`did you mean ${meant}?`];
  if (commandName === "exec") {
    hints.push("flags of the command to run come after it: aws-vault exec PROFILE -- COMMAND --flag");
  }
  return new AppError("unknown-flag", "usage", `unknown flag ${goQuote(spelling)}${owner}`, { hints });
}
