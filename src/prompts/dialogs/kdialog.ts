/** The KDE dialog. */
import type { Question } from "../prompter.ts";
import type { DialogCommand } from "./dialog_command.ts";
import { saysNoDisplay } from "./dialog_command.ts";
import { DIALOG_TITLE, dialogMessage } from "./dialog_text.ts";

/** `kdialog --inputbox MESSAGE --title aws-vault`. */
export function kdialogCommand(question: Question): DialogCommand {
  const box = question.kind === "secret" ? "--password" : "--inputbox";
  return {
    program: "kdialog",
    args: [box, kdialogText(dialogMessage(question)), "--title", DIALOG_TITLE],
    usesTerminal: false,
    isCancel: (exitCode) => exitCode === 1,
    isNoDisplay: saysNoDisplay,
  };
}

/**
 * kdialog reads backslash escapes (`Utils::parseString`), and a Qt label shows whatever looks like a tag as rich text, which could
 * hide a part of the question: https://doc.qt.io/qt-6/qt.html#mightBeRichText.
 */
function kdialogText(message: string): string {
  return message.replaceAll("\\", "\\\\").replaceAll("<", "\u2039");
}
