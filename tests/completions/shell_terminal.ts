/** A real shell in a real terminal (tmux), with an `aws-vault` on its PATH that completes and writes down how it was called. Keys go in. */
import { hostBunTarget } from "../../scripts/bun_targets.ts";
import { bunExecutable } from "../../scripts/compile_bun.ts";

const root = new URL("../../", import.meta.url).pathname;
/** Covers a slow start on a busy machine. */
const WAIT_MS = 30_000;

export interface ShellSetup {
  /** Files to make in the home first. `<script NAME>` in them stands for the path of our script for that shell. */
  readonly files: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
}

/** Profiles go into the config file of the home, which is also the current folder. */
export class ShellTerminal implements AsyncDisposable {
  readonly home: string;
  #asked = 0;

  private constructor(home: string) {
    this.home = home;
  }

  static async open(setup: ShellSetup, config: string): Promise<ShellTerminal> {
    const home = await Deno.makeTempDir({ prefix: "shell-" });
    const terminal = new ShellTerminal(home);
    await Deno.mkdir(`${home}/bin`);
    await Deno.mkdir(`${home}/.aws`);
    await Deno.writeTextFile(`${home}/.aws/config`, config);
    await Deno.writeTextFile(`${home}/bin/aws-vault`, await recordingProgram(home), { mode: 0o755 });
    await Deno.writeTextFile(`${home}/bin/wait-for-nothing`, "#!/bin/sh\n", { mode: 0o755 });
    await Deno.writeTextFile(`${home}/given.csv`, "");
    await Deno.mkdir(`${home}/kept`);
    for (const [path, text] of Object.entries(setup.files)) {
      await Deno.mkdir(`${home}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${home}/${path}`, text);
    }
    const env = [
      `HOME=${home}`,
      `PATH=${home}/bin:/usr/local/bin:/usr/bin:/bin`,
      "LANG=C.UTF-8",
      "TERM=screen",
      "PS1=% ",
      "HISTFILE=/dev/null",
    ];
    const { code, stderr } = await terminal.#tmux(
      ["-f", "/dev/null", "new-session", "-d", "-x", "160", "-y", "50", "-c", home],
      ["env", "-i", ...env, ...setup.argv.map((word) => word.replace("<home>", home))],
    );
    if (code !== 0) throw new Error(`tmux: ${stderr}`);
    return terminal;
  }

  /** Until the shell has read its files and takes commands. */
  async ready(): Promise<void> {
    await this.#tmux(["send-keys", "-l", "--"], ["aws-vault ready"]);
    await this.run();
  }

  /** Types, presses Tab, and waits until the shell has got its answer. */
  async complete(line: string): Promise<void> {
    await this.type(line);
    await this.#tmux(["send-keys"], ["Tab"]);
    await this.#until(`question for ${line}`, () => this.#answers() > this.#asked);
    this.#asked = this.#answers();
    await this.#settled();
  }

  async type(text: string): Promise<void> {
    await this.#tmux(["send-keys", "-l", "--"], [text]);
  }

  async press(...keys: string[]): Promise<void> {
    await this.#tmux(["send-keys"], keys);
    await this.#settled();
  }

  /** Presses Enter; answers the words that the program was started with. */
  async run(): Promise<string[]> {
    await this.#tmux(["send-keys"], ["Enter"]);
    const path = `${this.home}/called`;
    await this.#until("call of the program", () => exists(path));
    const words = Deno.readTextFileSync(path).split("\0").slice(0, -1);
    Deno.removeSync(path);
    return words;
  }

  async screen(): Promise<string> {
    return (await this.#tmux(["capture-pane", "-p"], [])).stdout.trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux(["kill-server"], []);
    // The shell may be writing its history yet.
    for (let tries = 0;; tries++) {
      try {
        return await Deno.remove(this.home, { recursive: true });
      } catch (error) {
        if (tries === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  #answers(): number {
    return exists(`${this.home}/asked`) ? Deno.statSync(`${this.home}/asked`).size : 0;
  }

  /** Until the screen stays as it is. */
  async #settled(): Promise<void> {
    let before = await this.screen();
    for (let tries = 0; tries < 50; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      const now = await this.screen();
      if (now === before) return;
      before = now;
    }
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + WAIT_MS;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`no ${what}; on the screen:\n${await this.screen()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #tmux(options: string[], words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await new Deno.Command("tmux", {
      args: [...options, ...words],
      // A server of its own, with its socket in the home.
      env: { LC_ALL: "C.UTF-8", TMUX_TMPDIR: this.home, TMUX: "" },
      signal: AbortSignal.timeout(WAIT_MS),
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }
}

/** Completion and scripts come from our source; any other call is written down. */
async function recordingProgram(home: string): Promise<string> {
  const bun = Deno.env.get("AWS_VAULT_TEST_BUN") ?? await bunExecutable(hostBunTarget());
  return [
    "#!/bin/sh",
    'case "$1" in',
    `--complete|--completion-bash) "${bun}" "${root}src/main_bun.ts" "$@"; code=$?; printf . >>"${home}/asked"; exit $code;;`,
    `completion) exec "${bun}" "${root}src/main_bun.ts" "$@";;`,
    "esac",
    `for word; do printf '%s\\0' "$word"; done >"${home}/called.part"`,
    `mv "${home}/called.part" "${home}/called"`,
    "",
  ].join("\n");
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
