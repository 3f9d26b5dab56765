/** The prompter that asks nobody: it refuses every question at once and says what to do instead. */
import { AppError, escapeControls } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { Prompter, Question } from "./prompter.ts";

export class NoPrompter implements Prompter {
  readonly driver = "none";
  readonly #why: string;
  readonly #hints: readonly string[];

  /** `why` ends the message after a colon. */
  constructor(why: string, hints: readonly string[]) {
    this.#why = why;
    this.#hints = hints;
  }

  ask(question: Question): Promise<Secret> {
    const message = `can't ask for "${escapeControls(question.label)}": ${this.#why}`;
    return Promise.reject(new AppError("prompt-unavailable", "unavailable", message, { hints: this.#hints }));
  }
}
