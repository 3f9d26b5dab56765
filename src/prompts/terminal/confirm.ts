/** A yes-or-no question on the controlling terminal. */
import { TerminalPrompter } from "./terminal_prompter.ts";
import type { TerminalPrompterOptions } from "./terminal_prompter.ts";
import type { TerminalHost } from "./with_terminal.ts";

/** Whether the answer is `y` or `yes`, in any case; everything else is no. Throws as `Prompter.ask` does. */
export async function confirm(
  question: string,
  host: TerminalHost,
  options: TerminalPrompterOptions,
): Promise<boolean> {
  const prompter = new TerminalPrompter(host, options);
  const answer = await prompter.ask({ label: `${question} (y|N)`, kind: "text" });
  return ["y", "yes"].includes(answer.reveal().toLowerCase());
}
