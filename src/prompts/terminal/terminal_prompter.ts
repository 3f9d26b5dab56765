/**
 * Asks on the controlling terminal, so that it works while stdin and stdout are pipes, and takes the question away again once it is
 * answered. Secrets show nothing, MFA codes a star for each digit.
 */
import { AppError, escapeControls } from "../../errors.ts";
import { Secret } from "../../secret.ts";
import { promptCancelled } from "../prompt_errors.ts";
import type { Prompter, Question } from "../prompter.ts";
import { KeyReader, nothingTyped } from "./key_reader.ts";
import type { LineState } from "./line_editor.ts";
import { editLine, emptyLine, MAX_ANSWER_LENGTH } from "./line_editor.ts";
import { withTerminal } from "./with_terminal.ts";
import type { TerminalHost } from "./with_terminal.ts";

export interface TerminalPrompterOptions {
  /** Milliseconds for one answer. */
  readonly timeoutMs: number;
  /** What to do where there is no terminal. */
  readonly hints: readonly string[];
}

/** A label and its answer may wrap onto so many rows below the first one. */
const WRAPPED_ROWS = 2;

export class TerminalPrompter implements Prompter {
  readonly driver = "terminal";
  readonly #host: TerminalHost;
  readonly #options: TerminalPrompterOptions;
  readonly #typed = nothingTyped();

  constructor(host: TerminalHost, options: TerminalPrompterOptions) {
    this.#host = host;
    this.#options = options;
  }

  async ask(question: Question): Promise<Secret> {
    const { timeoutMs, hints } = this.#options;
    const line = await withTerminal(this.#host, hints, WRAPPED_ROWS, async (terminal) => {
      const view = { prompt: `${escapeControls(question.label)}: `, kind: question.kind };
      const keys = new KeyReader(terminal, this.#host.clock, timeoutMs, this.#typed);
      terminal.write(view.prompt);
      let state: LineState = emptyLine;
      while (state.ended === null) {
        const edit = editLine(state, await keys.next(), view);
        state = edit.state;
        if (edit.output !== "") terminal.write(edit.output);
      }
      keys.dropLineEnds();
      return state;
    });
    if (line.ended === "cancelled") throw promptCancelled();
    if (line.tooLong) {
      throw new AppError(
        "prompt-answer-too-long",
        "usage",
        `the answer is longer than ${MAX_ANSWER_LENGTH} characters`,
      );
    }
    return new Secret(line.text.join("").trim());
  }
}
