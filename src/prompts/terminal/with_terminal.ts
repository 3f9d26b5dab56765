/** Opens the controlling terminal for one question and gives it back as it was, without the question, however that ends. */
import { AppError } from "../../errors.ts";
import type { Host, Terminal } from "../../host/host.ts";
import { redraw, reserve } from "./screen.ts";

export type TerminalHost = Pick<Host, "openTerminal" | "clock">;

/**
 * Runs `use` with the terminal in raw mode (keys are read before the terminal could show them) and room for `rows` rows below the
 * current one; what it drew is erased afterwards. Throws `prompt-no-terminal` with `hints` at once when the process has none.
 */
export async function withTerminal<T>(
  host: TerminalHost,
  hints: readonly string[],
  rows: number,
  use: (terminal: Terminal) => Promise<T>,
): Promise<T> {
  const terminal = await host.openTerminal();
  if (terminal === null) {
    throw new AppError("prompt-no-terminal", "unavailable", "there is no terminal to ask on", { hints });
  }
  try {
    terminal.setRaw(true);
    terminal.write(reserve(rows));
    try {
      return await use(terminal);
    } finally {
      erase(terminal);
    }
  } finally {
    terminal.close();
  }
}

/** A terminal that has hung up can't be written to; the reason for the end is thrown already. */
function erase(terminal: Terminal): void {
  try {
    terminal.write(redraw(""));
  } catch {
    return;
  }
}
