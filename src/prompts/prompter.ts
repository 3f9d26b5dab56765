import type { Secret } from "../secret.ts";

/** What is asked of the user. Foreign text in it is escaped by the prompter, not by the caller. */
export interface Question {
  /** One line without a trailing colon, for example `MFA code for arn:aws:iam::123456789012:mfa/jon (profile work)`. */
  readonly label: string;
  /** `secret`: nothing of the answer is shown; `code`: an MFA code; `text`: shown as typed. */
  readonly kind: "secret" | "code" | "text";
  /** Serial number or ARN of the MFA device the code is for. Drivers that fetch the code instead of asking a person look it up by this. */
  readonly device?: string;
}

/** Asks a person. One implementation per driver (terminal, osascript, zenity, …). */
export interface Prompter {
  /** The name that `--prompt` takes; `auto` for a prompter that has not had to choose yet. */
  readonly driver: string;
  /**
   * The answer, trimmed; may be empty. Throws an AppError of kind `cancelled` when the user ends the prompt,
   * `unavailable` when there is no terminal or dialog to ask on, or when nobody answers within the deadline.
   */
  ask(question: Question): Promise<Secret>;
}
