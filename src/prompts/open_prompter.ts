/** The prompter for a run. It looks round for a terminal and dialogs only when the first question comes. */
import type { Host } from "../host/host.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secret.ts";
import { choosePrompter, DRIVER_PROGRAMS } from "./choose_prompter.ts";
import type { PromptDriver, PrompterChoice, PromptFacts } from "./choose_prompter.ts";
import { DialogPrompter } from "./dialogs/dialog_prompter.ts";
import { kdialogCommand } from "./dialogs/kdialog.ts";
import { osascriptCommand } from "./dialogs/osascript.ts";
import { passCommand } from "./dialogs/pass.ts";
import { WincreduiPrompter } from "./dialogs/wincredui.ts";
import { ykmanCommand } from "./dialogs/ykman.ts";
import { zenityCommand } from "./dialogs/zenity.ts";
import { NoPrompter } from "./no_prompter.ts";
import type { Prompter, Question } from "./prompter.ts";
import { TerminalPrompter } from "./terminal/terminal_prompter.ts";

export type PrompterHost = Pick<Host, "os" | "env" | "clock" | "openTerminal" | "processes" | "native">;

export interface PrompterOptions {
  /** `--prompt`, else `AWS_VAULT_PROMPT`; `none` for `--no-prompt`; `null` to choose by what is there. */
  readonly requested: PromptDriver | null;
  /** What to do where nobody can be asked: whole lines, the command to run in a terminal first. */
  readonly hints: readonly string[];
  /** Milliseconds for one answer; five minutes unless given. */
  readonly timeoutMs?: number;
}

/** Long enough to fetch a phone from the next room, short enough not to hold locks overnight. */
export const ANSWER_TIMEOUT_MS = 300_000;

const DIALOG_COMMANDS = {
  osascript: osascriptCommand,
  zenity: zenityCommand,
  kdialog: kdialogCommand,
  ykman: ykmanCommand,
  pass: passCommand,
};

export function openPrompter(options: PrompterOptions, host: PrompterHost, log: Log): Prompter {
  return new LatePrompter(options, host, log);
}

class LatePrompter implements Prompter {
  readonly #options: PrompterOptions;
  readonly #host: PrompterHost;
  readonly #log: Log;
  #chosen: Prompter | null = null;

  constructor(options: PrompterOptions, host: PrompterHost, log: Log) {
    this.#options = options;
    this.#host = host;
    this.#log = log;
  }

  get driver(): string {
    return this.#chosen?.driver ?? this.#options.requested ?? "auto";
  }

  async ask(question: Question): Promise<Secret> {
    this.#chosen ??= await this.#choose();
    return await this.#chosen.ask(question);
  }

  async #choose(): Promise<Prompter> {
    const choice = choosePrompter(this.#options.requested, await lookRound(this.#host));
    this.#log.debug(() => `prompt driver ${choice.driver}: ${choice.reason}`);
    return createPrompter(choice, this.#options, this.#host);
  }
}

function createPrompter(choice: PrompterChoice, options: PrompterOptions, host: PrompterHost): Prompter {
  const { hints, timeoutMs = ANSWER_TIMEOUT_MS } = options;
  switch (choice.driver) {
    case "none": {
      const isWanted = options.requested === "none";
      const why = isWanted ? "prompts are switched off" : "there is no terminal and no dialog to ask on";
      return new NoPrompter(why, hints);
    }
    case "terminal":
      return new TerminalPrompter(host, { hints, timeoutMs });
    case "wincredui":
      return new WincreduiPrompter(() => host.native());
    default:
      return new DialogPrompter(choice.driver, DIALOG_COMMANDS[choice.driver], host, timeoutMs);
  }
}

/** What there is to ask with. */
export async function lookRound(host: PrompterHost): Promise<PromptFacts> {
  const { env } = host;
  const terminal = await host.openTerminal();
  terminal?.close();
  const processes = await host.processes();
  const path = env.get("PATH") ?? "";
  return {
    os: host.os,
    hasTerminal: terminal !== null,
    hasDisplay: Boolean(env.get("DISPLAY") || env.get("WAYLAND_DISPLAY")),
    // A list, https://specifications.freedesktop.org/desktop-entry-spec/latest/recognized-keys.html, and what older KDE sessions set.
    isKde: (env.get("XDG_CURRENT_DESKTOP") ?? "").split(":").includes("KDE") ||
      env.get("KDE_FULL_SESSION") === "true",
    programs: new Set(DRIVER_PROGRAMS.filter((name) => processes.find(name, path) !== null)),
  };
}
