/**
 * Everything this program says besides its results goes to stderr through here, a line each, with its name in front: errors, then their hints,
 * and notices. Foreign text is escaped.
 */
import { AppError, escapeControls } from "../errors.ts";
import type { OutputStream } from "../host/host.ts";

type Stderr = Pick<OutputStream, "write">;

/** `commandName` is that of the command whose body failed; `null` when the command line itself was wrong. */
export function presentError(stderr: Stderr, error: unknown, commandName: string | null): void {
  const { message, hints } = error instanceof AppError ? error : unexpected(error);
  line(stderr, commandName === null ? `error: ${message}, try --help` : `error: ${commandName}: ${message}`);
  for (const hint of hints) line(stderr, `hint: ${hint}`);
}

/** Something the user should know and that is no failure. */
export function presentNotice(stderr: Stderr, text: string): void {
  line(stderr, text);
}

/** Something the user should think about. */
export function presentWarning(stderr: Stderr, text: string): void {
  line(stderr, `warning: ${text}`);
}

function line(stderr: Stderr, text: string) {
  stderr.write(`aws-vault: ${escapeControls(text)}\n`);
}

/** The message of an error that nobody translated is not shown: it may quote what it stumbled over. */
function unexpected(error: unknown): { message: string; hints: readonly string[] } {
  const name = error instanceof Error ? error.name : typeof error;
  return {
    message: `unexpected failure (${name})`,
    hints: ["this is a defect of aws-vault; --debug shows where it happened"],
  };
}
