/** Values of environment variables, checked; blank ones count as not set. */
import { AppError } from "../errors.ts";
import { parseDuration } from "./duration.ts";
import type { EnvLookup, EnvVarName } from "./env_vars.ts";

/** The value, or `null` when the variable is not set or blank. Throws AppError `env-value-invalid` when control characters are in it. */
export function envValue(env: EnvLookup, name: EnvVarName | `AWS_ENDPOINT_URL_${string}`): string | null {
  const value = env(name);
  if (value === undefined || value.trim() === "") return null;
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value)) throw envError(name, "there are control characters in it");
  return value;
}

/**
 * A Go duration in whole seconds, which may be zero; `null` when the variable is not set or blank. Throws AppError
 * `env-value-invalid` for anything else.
 */
export function envDuration(env: EnvLookup, name: EnvVarName): number | null {
  const value = envValue(env, name);
  if (value === null) return null;
  const hints = ["write for example 90s, 15m or 1h30m"];
  let seconds: number;
  try {
    seconds = parseDuration(value);
  } catch (cause) {
    throw envError(name, `"${value}" is not a duration`, hints, cause);
  }
  if (seconds < 0) throw envError(name, `"${value}" is negative`, hints);
  return seconds;
}

/** An error about a variable's value. */
export function envError(
  name: string,
  problem: string,
  hints: readonly string[] = [],
  cause?: unknown,
): AppError {
  return new AppError("env-value-invalid", "usage", `${name}: ${problem}`, { hints, cause });
}
