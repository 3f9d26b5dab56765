/**
 * The control sequences with which a question is drawn and taken away again. They need no size of the terminal: the place of the
 * question is saved, and everything below it is ours until it is erased.
 */

const SAVE_CURSOR = "\x1b7", RESTORE_CURSOR = "\x1b8", CLEAR_BELOW = "\x1b[J";
const WRAP_OFF = "\x1b[?7l", WRAP_ON = "\x1b[?7h";

/** Makes room for `rows` further rows and saves the place. Without the room, wrapping at the bottom would scroll the saved place away. */
export function reserve(rows: number): string {
  return `${"\r\n".repeat(rows)}\x1b[${rows}A\r${SAVE_CURSOR}`;
}

/** Replaces what stands at the saved place. */
export function redraw(text: string): string {
  return `${RESTORE_CURSOR}${CLEAR_BELOW}${text}`;
}

/** One screen row per line, cut at the right edge; wrapping is never left off, so a killed program leaves none of it behind. */
export function unwrapped(lines: readonly string[]): string {
  return `${WRAP_OFF}${lines.join("\r\n")}${WRAP_ON}`;
}
