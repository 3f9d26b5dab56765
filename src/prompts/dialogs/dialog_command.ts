/** How one question is put through a program: the contract between the drivers' tables of arguments and the prompter that runs them. */
import type { Environment } from "../../host/host.ts";
import type { ProgramDriver } from "../choose_prompter.ts";

export interface DialogCommand {
  /** The driver's name; also the program's. */
  readonly program: ProgramDriver;
  readonly args: readonly string[];
  /** Whether the program may talk to the user on the terminal itself, as for a touch or a passphrase. */
  readonly usesTerminal: boolean;
  /** Whether a failure means that the user closed the dialog. `stderr` is empty when the program uses the terminal. */
  readonly isCancel: (exitCode: number | null, stderr: string) => boolean;
  /** Whether a failure means that there is no screen to show a dialog on. Asked before `isCancel`. */
  readonly isNoDisplay: (stderr: string, env: Environment) => boolean;
}

/**
 * Whether GTK or Qt found no display. They end as if Cancel had been pressed and say why in the user's language, so without a display
 * variable any complaint counts.
 */
export function saysNoDisplay(stderr: string, env: Environment): boolean {
  const hasDisplay = Boolean(env.get("DISPLAY") || env.get("WAYLAND_DISPLAY"));
  if (!hasDisplay) return stderr.trim() !== "";
  return /(?:cannot|could not|failed to|unable to) (?:open|connect to) display/i.test(stderr);
}
