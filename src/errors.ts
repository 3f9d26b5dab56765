/**
 * The one error type that users see. Absence is `null` and never an error; what is thrown is a
 * failure with a stable code, a kind, one line of text and, where there is one, the next step.
 */

/**
 * What sort of failure it is:
 * - `usage`: the command line or a flag's environment variable is wrong
 * - `config`: a configuration file or profile is wrong (the message names file, line and key)
 * - `missing`: what was asked for does not exist (profile, stored key)
 * - `locked`: a secret store is there, but needs unlocking
 * - `denied`: somebody (the user, the OS, AWS) said no
 * - `unavailable`: a store, a service, a device or the network can't be reached now
 * - `damaged`: stored data can't be understood
 * - `cancelled`: the user ended a prompt
 * - `child`: a program we ran failed
 * - `bug`: a state the program did not expect
 */
export type ErrorKind =
  | "usage"
  | "config"
  | "missing"
  | "locked"
  | "denied"
  | "unavailable"
  | "damaged"
  | "cancelled"
  | "child"
  | "bug";

export interface AppErrorOptions {
  /** Whole lines that say what to do next, most useful first. */
  hints?: readonly string[];
  cause?: unknown;
}

/** A failure with a stable `code` (kebab-case, listed in docs/reference/errors.md). */
export class AppError extends Error {
  override readonly name: string = "AppError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hints: readonly string[];

  /** `message` is one line: lower case, no full stop, no secret, no raw response body. */
  constructor(code: string, kind: ErrorKind, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = kind;
    this.hints = options.hints ?? [];
  }
}

/** Replaces control characters (and bidirectional overrides) in foreign text by visible escapes such as `\x1b`. */
export function escapeControls(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) => {
    const code = c.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
