/** Reads single settings of one profile in their order of precedence: flag, environment, the profile's sections, built-in default. */
import { AppError } from "../errors.ts";
import { parseDuration } from "./duration.ts";
import { envDuration, envError, envValue } from "./env_value.ts";
import type { EnvLookup, EnvVarName } from "./env_vars.ts";
import {
  findValue,
  type Found,
  type Layer,
  placeOfProperty,
  type ProfileKey,
  valueError,
} from "./profile.ts";
import type { SettingsTrace } from "./settings.ts";

/** The most that STS takes as a number of seconds: a 32-bit integer. */
const MOST_SECONDS = 2 ** 31 - 1;

export class SettingSource {
  readonly #profile: string;
  readonly #layers: readonly Layer[];
  readonly #env: EnvLookup;
  readonly #isTarget: boolean;
  readonly #trace: SettingsTrace | undefined;

  /** `isTarget`: whether it is the profile asked for, which alone heeds some variables. */
  constructor(
    profile: string,
    layers: readonly Layer[],
    env: EnvLookup,
    isTarget: boolean,
    trace: SettingsTrace | undefined,
  ) {
    this.#profile = profile;
    this.#layers = layers;
    this.#env = env;
    this.#isTarget = isTarget;
    this.#trace = trace;
  }

  get layers(): readonly Layer[] {
    return this.#layers;
  }

  /** What the files say. */
  find(key: ProfileKey): Found | null {
    const found = findValue(this.#layers, key);
    if (found !== null) this.note(key, found.value, () => placeOfProperty(found.property));
    return found;
  }

  /** The first of flag, variables and files that says something. */
  text(key: ProfileKey, variables: readonly EnvVarName[] = [], flag: string | null = null): string | null {
    if (flag !== null) return this.note(key, flag, () => `--${key}`);
    for (const variable of variables) {
      const value = envValue(this.#env, variable);
      if (value !== null) return this.note(key, value, () => variable);
    }
    return this.find(key)?.value ?? null;
  }

  /** As {@link text}, with a variable that only the profile asked for heeds. */
  targetText(key: ProfileKey, variable: EnvVarName): string | null {
    return this.text(key, this.#isTarget ? [variable] : []);
  }

  /** A list or map written as text; `parse` answers `null` for a text that is none. Empty when nothing says anything. */
  targetList<T>(
    key: ProfileKey,
    variable: EnvVarName,
    parse: (text: string) => T[] | null,
    form: string,
  ): T[] {
    const value = this.#isTarget ? envValue(this.#env, variable) : null;
    if (value !== null) {
      const list = parse(this.note(key, value, () => variable));
      if (list === null) throw envError(variable, `not of the form ${form}`);
      return list;
    }
    const found = this.find(key);
    const list = found === null ? [] : parse(found.value);
    if (list === null) throw valueError(found!.property, `not of the form ${form}`);
    return list;
  }

  /** `true` or `false` in any case; false when nothing says anything. */
  boolean(key: ProfileKey, variable: EnvVarName): boolean {
    const value = envValue(this.#env, variable);
    if (value !== null) {
      return parseBoolean(this.note(key, value, () => variable)) ?? fail(envError(variable, NOT_BOOLEAN));
    }
    const found = this.find(key);
    return found !== null && (parseBoolean(found.value) ?? fail(valueError(found.property, NOT_BOOLEAN)));
  }

  /** A duration from `--duration`, a variable, perhaps the file, or the default. Zero is the same as saying nothing. */
  seconds(
    setting: string,
    flag: number | null,
    variable: EnvVarName,
    key: "duration_seconds" | null,
    otherwise: number,
  ): number {
    if (flag) return this.note(setting, flag, () => "--duration");
    const named = envDuration(this.#env, variable);
    if (named) return this.note(setting, named, () => variable);
    const found = key === null ? null : findValue(this.#layers, key);
    const written = found === null ? 0 : parseSeconds(found);
    if (written !== 0) return this.note(setting, written, () => placeOfProperty(found!.property));
    return this.note(setting, otherwise, () => "built-in default");
  }

  /** A Go duration in whole seconds, not negative, from the files; `null` when they say nothing. Zero is a value like others. */
  duration(key: ProfileKey): number | null {
    const found = this.find(key);
    if (found === null) return null;
    const seconds = durationOf(found.value);
    if (seconds !== null && seconds >= 0) return seconds;
    throw valueError(found.property, `"${found.value}" is not a duration`, [
      "write for example 15m or 1h30m",
    ]);
  }

  /** Tells the trace, if there is one, and gives the value back. */
  note<T extends string | number>(setting: string, value: T, origin: () => string): T {
    this.#trace?.(this.#profile, setting, String(value), origin());
    return value;
  }
}

const NOT_BOOLEAN = "neither true nor false";

function parseBoolean(text: string): boolean | null {
  const lower = text.trim().toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : null;
}

/**
 * `duration_seconds`: decimal, or with 0x, 0o or 0b, as aws-vault reads it; also a duration such as `1h`. A leading zero is refused:
 * the AWS CLI reads 0700 as 700, aws-vault as octal.
 */
function parseSeconds({ value, property }: Found): number {
  let seconds = -1;
  if (/^(?:0|[1-9]\d*|0x[\da-f]+|0o[0-7]+|0b[01]+)$/i.test(value)) seconds = Number(value);
  else if (/^0\d+$/.test(value)) {
    throw valueError(property, `"${value}" begins with a zero, which some tools read as octal`, [
      `write ${value.replace(/^0+(?=\d)/, "")}`,
    ]);
  } else seconds = durationOf(value) ?? -1;
  if (seconds >= 0 && seconds <= MOST_SECONDS) return seconds;
  throw valueError(property, `"${value}" is not a number of seconds`, ["write for example 3600 or 1h"]);
}

/** `null` for a text that is no Go duration. */
function durationOf(text: string): number | null {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return null;
  }
}

function fail(error: Error): never {
  throw error;
}
