/** The macOS dialog, by way of AppleScript. */
import { AppError } from "../../errors.ts";
import type { Question } from "../prompter.ts";
import type { DialogCommand } from "./dialog_command.ts";
import { dialogMessage } from "./dialog_text.ts";

/** `osascript -e 'text returned of (display dialog …)'`. */
export function osascriptCommand(question: Question): DialogCommand {
  const hidden = question.kind === "secret" ? " with hidden answer" : "";
  const dialog = `display dialog ${appleScriptString(dialogMessage(question))} default answer ""${hidden}` +
    ` buttons {"OK", "Cancel"} default button 1 cancel button 2 with title "aws-vault"`;
  return {
    program: "osascript",
    args: ["-e", `text returned of (${dialog})`],
    usesTerminal: false,
    // userCanceledErr, AppleScript Language Guide, "Operating System Errors".
    isCancel: (_exitCode, stderr) => stderr.includes("(-128)"),
    // errAENoUserInteraction: a session without a screen, as over SSH.
    isNoDisplay: (stderr) => stderr.includes("(-1713)"),
  };
}

/** A string literal. AppleScript knows two characters that need a backslash; control characters are refused. */
export function appleScriptString(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) {
    throw new AppError("prompt-text-invalid", "bug", "the text of a dialog holds a control character");
  }
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
