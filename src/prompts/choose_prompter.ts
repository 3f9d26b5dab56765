/**
 * Decides how the user is asked: the driver that was asked for, else the terminal, else a dialog of this desktop, else not at all.
 * What stdin and stdout are plays no part, and programs that need a device or a password store are used only on request.
 */
import { AppError } from "../errors.ts";
import type { OperatingSystem } from "../host/host.ts";

/** What `--prompt` and `AWS_VAULT_PROMPT` take. `none`: never ask. */
export type PromptDriver =
  | "terminal"
  | "osascript"
  | "zenity"
  | "kdialog"
  | "ykman"
  | "pass"
  | "wincredui"
  | "none";

/** The drivers that run a program of the same name. */
export const DRIVER_PROGRAMS = ["osascript", "zenity", "kdialog", "ykman", "pass"] as const;
export type ProgramDriver = (typeof DRIVER_PROGRAMS)[number];

export interface PromptFacts {
  readonly os: OperatingSystem;
  /** Whether the process has a controlling terminal. */
  readonly hasTerminal: boolean;
  /** Whether `DISPLAY` or `WAYLAND_DISPLAY` names a graphical session. */
  readonly hasDisplay: boolean;
  /** Whether the desktop is KDE. */
  readonly isKde: boolean;
  /** The programs found on `PATH`. */
  readonly programs: ReadonlySet<ProgramDriver>;
}

export interface PrompterChoice {
  readonly driver: PromptDriver;
  /** For the log: why this one. */
  readonly reason: string;
}

/**
 * `requested` is `--prompt`, else `AWS_VAULT_PROMPT`, `none` for `--no-prompt`, and `null` when nothing is said. A program that was asked for
 * is used wherever it is on `PATH`, whatever the OS. Throws `prompt-driver-missing` when what was asked for is not here.
 */
export function choosePrompter(requested: PromptDriver | null, facts: PromptFacts): PrompterChoice {
  if (requested === null) return automatic(facts);
  if (requested === "none" || requested === "terminal") return { driver: requested, reason: "asked for" };
  const isHere = requested === "wincredui" ? facts.os === "windows" : facts.programs.has(requested);
  if (!isHere) throw driverMissing(requested, facts);
  return { driver: requested, reason: "asked for" };
}

/** The drivers that can be asked for here, in the order in which they would be tried. */
export function usableDrivers(facts: PromptFacts): PromptDriver[] {
  const terminal: PromptDriver[] = facts.hasTerminal ? ["terminal"] : [];
  const onRequest = (["ykman", "pass"] as const).filter((name) => facts.programs.has(name));
  return [...terminal, ...dialogs(facts), ...onRequest];
}

function automatic(facts: PromptFacts): PrompterChoice {
  if (facts.hasTerminal) return { driver: "terminal", reason: "there is a terminal" };
  const dialog = dialogs(facts)[0];
  if (dialog !== undefined) return { driver: dialog, reason: "no terminal, but a dialog" };
  return { driver: "none", reason: "neither a terminal nor a dialog" };
}

/** The dialogs this system shows without being asked for one, best first. */
function dialogs(facts: PromptFacts): PromptDriver[] {
  if (facts.os === "windows") return ["wincredui"];
  const byOs: readonly ProgramDriver[] = facts.os === "darwin"
    ? ["osascript"]
    : !facts.hasDisplay
    ? []
    : facts.isKde
    ? ["kdialog", "zenity"]
    : ["zenity", "kdialog"];
  return byOs.filter((name) => facts.programs.has(name));
}

function driverMissing(driver: PromptDriver, facts: PromptFacts): AppError {
  const problem = driver === "wincredui" ? "it is a part of Windows" : `the command ${driver} is not on PATH`;
  const usable = usableDrivers(facts);
  return new AppError(
    "prompt-driver-missing",
    "unavailable",
    `the prompt driver ${driver} can't be used here: ${problem}`,
    {
      hints: [
        usable.length > 0
          ? `usable here: ${usable.join(", ")} (--prompt=NAME or AWS_VAULT_PROMPT)`
          : "no prompt driver is usable here: start it in a terminal, or set mfa_process in the profile",
      ],
    },
  );
}
