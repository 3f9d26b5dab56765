/** The GTK dialog. */
import type { Question } from "../prompter.ts";
import type { DialogCommand } from "./dialog_command.ts";
import { saysNoDisplay } from "./dialog_command.ts";
import { DIALOG_TITLE, dialogMessage } from "./dialog_text.ts";

/** `zenity --entry --title aws-vault --text MESSAGE`. */
export function zenityCommand(question: Question): DialogCommand {
  const hidden = question.kind === "secret" ? ["--hide-text"] : [];
  return {
    program: "zenity",
    args: ["--entry", "--title", DIALOG_TITLE, "--text", zenityText(dialogMessage(question)), ...hidden],
    usesTerminal: false,
    // zenity(1), "EXIT STATUS": 1 for Cancel and for a closed window, but GTK ends with 1 too when it finds no display.
    isCancel: (exitCode) => exitCode === 1,
    isNoDisplay: saysNoDisplay,
  };
}

/**
 * The text of an entry dialog is no Pango markup, but zenity reads C escapes in it (`g_strcompress`) and GTK takes an underline for a
 * keyboard shortcut (`gtk_label_set_text_with_mnemonic`): src/entry.c of zenity 3 and 4.
 */
function zenityText(message: string): string {
  return message.replace(/[\\_]/g, "$&$&");
}
