/** What every dialog shows and sends back: the window's title, the question as one safe line, the answer as text. */
import { escapeControls } from "../../errors.ts";
import type { Question } from "../prompter.ts";

export const DIALOG_TITLE = "aws-vault";

/** One line without control characters. It never begins with a dash, so no program can read a label as an option. */
export function dialogMessage(question: Question): string {
  const message = `${escapeControls(question.label)}: `;
  return message.startsWith("-") ? ` ${message}` : message;
}
