/** Turns the text of one flag, from the command line or its environment variable, into the flag's type; refuses by the name the user knows. */
import { parseDuration } from "../config/duration.ts";
import { AppError } from "../errors.ts";
import type { ChoiceFlag, Flag } from "./command.ts";
import { goQuote } from "./go_quote.ts";
import { nearest } from "./nearest.ts";

// What Go's strconv.ParseBool takes: https://pkg.go.dev/strconv#ParseBool
const booleans: Readonly<Record<string, boolean>> = {
  ...{ "1": true, t: true, T: true, true: true, TRUE: true, True: true },
  ...{ "0": false, f: false, F: false, false: false, FALSE: false, False: false },
};

/** `origin` is `--flag`, `-f` or the variable's name. Throws AppError of kind usage that begins with it. */
export function parseFlagValue(flag: Flag, text: string, origin: string): string | number | boolean {
  switch (flag.type) {
    case "text":
      return text;
    case "boolean":
      return booleanValue(text, origin);
    case "choice":
      return choiceValue(flag, text, origin);
    case "duration":
      return durationValue(text, origin);
  }
}

function booleanValue(text: string, origin: string): boolean {
  const value = Object.hasOwn(booleans, text) ? booleans[text] : undefined;
  if (value !== undefined) return value;
  throw new AppError("flag-value-invalid", "usage", `${origin} is neither true nor false: ${goQuote(text)}`, {
    hints: ["write true, 1 or t; false, 0 or f"],
  });
}

function choiceValue(flag: ChoiceFlag, text: string, origin: string): string {
  if (flag.choices.includes(text)) return text;
  if (flag.refusedChoices !== undefined && Object.hasOwn(flag.refusedChoices, text)) {
    throw new AppError(
      "not-supported",
      "usage",
      `${origin}: ${goQuote(text)} is not supported: ${flag.refusedChoices[text]}`,
      { hints: [`choose one of ${flag.choices.join(", ")}`] },
    );
  }
  const meant = nearest(text, flag.choices);
  throw new AppError(
    "flag-value-invalid",
    "usage",
    `${origin} must be one of ${flag.choices.join(", ")}, not ${goQuote(text)}`,
    { hints: meant === null ? [] : [`did you mean ${goQuote(meant)}?`] },
  );
}

function durationValue(text: string, origin: string): number {
  let seconds: number;
  try {
    seconds = parseDuration(text, { allowDaysAndWeeks: true });
  } catch (cause) {
    const known = cause instanceof AppError ? cause.hints : [];
    throw new AppError("flag-value-invalid", "usage", `${origin} is not a duration: ${goQuote(text)}`, {
      hints: [...known, ...text.startsWith("=") ? [`write ${origin} ${text.slice(1)}`] : []],
      cause,
    });
  }
  if (seconds >= 0) return seconds;
  throw new AppError("flag-value-invalid", "usage", `${origin} is negative: ${goQuote(text)}`);
}
