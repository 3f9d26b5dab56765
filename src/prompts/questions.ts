/** Questions on the controlling terminal that are no MFA codes. With `--prompt=none` they all refuse. */
import type { Host } from "../host/host.ts";
import type { Secret } from "../secret.ts";
import { ANSWER_TIMEOUT_MS } from "./open_prompter.ts";
import type { Prompter, Question } from "./prompter.ts";

export class Questions {
  readonly #host: Host;
  readonly #silent: boolean;
  #prompter: Promise<Prompter> | null = null;

  constructor(host: Host, { silent }: { readonly silent: boolean }) {
    this.#host = host;
    this.#silent = silent;
  }

  /** One prompter for all questions: what was typed ahead of the second one is kept. Throws as {@link Prompter.ask} does. */
  async ask(question: Question): Promise<Secret> {
    return await (await (this.#prompter ??= this.prompterWith([]))).ask(question);
  }

  async confirm(question: string): Promise<boolean> {
    await this.#refuseWhenSilent(question);
    const { confirm } = await import("./terminal/confirm.ts");
    return await confirm(question, this.#host, { timeoutMs: ANSWER_TIMEOUT_MS, hints: [] });
  }

  async pickProfile(names: readonly string[]): Promise<string> {
    const question = "Choose a profile";
    await this.#refuseWhenSilent(question);
    const { pick } = await import("./terminal/pick.ts");
    const hints = ["name the profile, or set AWS_PROFILE"];
    return await pick(question, names, this.#host, { timeoutMs: ANSWER_TIMEOUT_MS, hints });
  }

  /** A prompter of its own, whose refusals end with the hints. */
  async prompterWith(hints: readonly string[]): Promise<Prompter> {
    const silent = await this.#silentPrompter(hints);
    if (silent !== null) return silent;
    const { TerminalPrompter } = await import("./terminal/terminal_prompter.ts");
    return new TerminalPrompter(this.#host, { timeoutMs: ANSWER_TIMEOUT_MS, hints });
  }

  async #silentPrompter(hints: readonly string[]): Promise<Prompter | null> {
    if (!this.#silent) return null;
    const { NoPrompter } = await import("./no_prompter.ts");
    return new NoPrompter("prompts are switched off", hints);
  }

  async #refuseWhenSilent(question: string): Promise<void> {
    await (await this.#silentPrompter([]))?.ask({ label: question, kind: "text" });
  }
}
