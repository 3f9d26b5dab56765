/** Under which name a program that makes codes by itself knows the MFA device. */
import { AppError, escapeControls } from "../../errors.ts";
import type { Question } from "../prompter.ts";

/**
 * `configured` if it is set, else the device of the question. Throws `prompt-codes-only` when no code is asked for, and
 * `prompt-device-name` for a name that the program could take for an option.
 */
export function deviceName(driver: string, question: Question, configured: string | undefined): string {
  if (question.kind !== "code") {
    throw new AppError("prompt-codes-only", "usage", `the prompt driver ${driver} can only give MFA codes`, {
      hints: ["use --prompt=terminal for everything else"],
    });
  }
  const name = configured || question.device || "";
  if (name === "" || name.startsWith("-") || escapeControls(name) !== name) {
    throw new AppError(
      "prompt-device-name",
      "config",
      `${driver} can't look up an MFA device named "${escapeControls(name)}"`,
    );
  }
  return name;
}
