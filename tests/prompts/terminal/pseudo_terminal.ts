/** Runs the asking program on a real pseudo-terminal, with stdin and stdout elsewhere. Needs `script` of util-linux, `stty` and `tty`. */

const program = new URL("./ask_program.ts", import.meta.url).pathname;
/** Covers a slow start of the program on a busy machine. */
const WAIT_MS = 30_000;

/** What stands after the program has ended. */
export interface Aftermath {
  /** What it wrote to stdout after its process id. */
  readonly report: string;
  /** The shell's view: 128 + n after signal n. */
  readonly exitStatus: number;
  /** `stty -a` before it started and after it ended. */
  readonly modesBefore: string;
  readonly modesAfter: string;
}

export class PseudoTerminal implements AsyncDisposable {
  /** Everything that came out of the terminal. */
  screen = "";
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array>;
  readonly #drained: Promise<void>;
  #isDrained = false;

  constructor(args: readonly string[]) {
    this.#folder = Deno.makeTempDirSync();
    const words = [Deno.execPath(), "run", "--no-check", "-A", program, ...args].map((word) => `'${word}'`);
    const steps = [
      "tty >tty",
      "stty -a >before",
      `${words.join(" ")} </dev/null >report`,
      "echo $? >status",
      "stty -a >after",
    ];
    this.#child = new Deno.Command("script", {
      args: ["-qefc", steps.join("; "), "/dev/null"],
      cwd: this.#folder,
      env: { SHELL: "/bin/sh", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#keyboard = this.#child.stdin.getWriter();
    this.#drained = this.#drain();
  }

  async type(keys: string): Promise<void> {
    await this.#keyboard.write(new TextEncoder().encode(keys));
  }

  /** Waits until the screen has `text` after the first `from` characters. */
  async shows(text: string, from = 0): Promise<void> {
    await this.#until(`"${text}" on the screen`, () => this.screen.indexOf(text, from) >= 0);
  }

  /** `stty -a` now. */
  async modes(): Promise<string> {
    const { stdout } = await new Deno.Command("stty", { args: ["-a", "-F", this.#read("tty").trim()] })
      .output();
    return new TextDecoder().decode(stdout);
  }

  signal(name: Deno.Signal): void {
    Deno.kill(Number(this.#read("report").split("\n")[0]), name);
  }

  async ended(): Promise<Aftermath> {
    // The last of what was written to the screen can come after the program's end.
    await this.#until("the program's end", () => this.#isDrained);
    return {
      report: this.#read("report").split("\n").slice(1).join("\n"),
      exitStatus: Number(this.#read("status")),
      modesBefore: this.#read("before"),
      modesAfter: this.#read("after"),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGHUP");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await this.#drained;
    await this.#child.status;
    await this.#keyboard.close().catch(() => {});
    Deno.removeSync(this.#folder, { recursive: true });
  }

  async #drain(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) this.screen += decoder.decode(chunk, { stream: true });
    this.#isDrained = true;
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + WAIT_MS;
    while (!holds()) {
      if (performance.now() > deadline) {
        throw new Error(`no ${what}; there is: ${JSON.stringify(this.screen)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #read(name: string): string {
    try {
      return Deno.readTextFileSync(`${this.#folder}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }
}
