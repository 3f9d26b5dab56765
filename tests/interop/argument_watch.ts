/** Looks at the command lines of all processes of this machine, time and again: whatever stands there, every user can read. */

const INTERVAL_MS = 20;

export class ArgumentWatch {
  readonly #seen = new Set<string>();
  readonly #timer: ReturnType<typeof setInterval>;

  /** Needs the `/proc` of Linux. */
  constructor() {
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  /** Every command line seen, words joined by blanks. */
  stop(): string[] {
    clearInterval(this.#timer);
    return [...this.#seen];
  }

  #look(): void {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        this.#seen.add(Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " "));
      } catch {
        // It has ended since it was listed.
      }
    }
  }
}
