/** Lets the user choose one name of a list on the controlling terminal. */
import { AppError } from "../../errors.ts";
import { promptCancelled } from "../prompt_errors.ts";
import { KeyReader, nothingTyped } from "./key_reader.ts";
import { matchingNames, movePick, newPick, PICK_ROWS, showPick } from "./pick_list.ts";
import { redraw, unwrapped } from "./screen.ts";
import type { TerminalPrompterOptions } from "./terminal_prompter.ts";
import { withTerminal } from "./with_terminal.ts";
import type { TerminalHost } from "./with_terminal.ts";

/**
 * The chosen name. `options.hints` say how to give the name without being asked. Throws `pick-empty` for an empty list, else as
 * `Prompter.ask` does.
 */
export async function pick(
  question: string,
  names: readonly string[],
  host: TerminalHost,
  options: TerminalPrompterOptions,
): Promise<string> {
  if (names.length === 0) {
    throw new AppError("pick-empty", "missing", "there is nothing to choose from", { hints: options.hints });
  }
  const end = await withTerminal(host, options.hints, PICK_ROWS + 1, async (terminal) => {
    const keys = new KeyReader(terminal, host.clock, options.timeoutMs, nothingTyped());
    let state = newPick(names);
    while (state.ended === null) {
      terminal.write(redraw(unwrapped(showPick(state, question))));
      state = movePick(state, await keys.next());
    }
    return state;
  });
  const name = matchingNames(end)[end.marked];
  if (end.ended === "cancelled" || name === undefined) throw promptCancelled();
  return name;
}
