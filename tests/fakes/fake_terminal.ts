/** A terminal that types what a script says and shows what a person would see. */
import type { Clock, Terminal } from "../../src/host/host.ts";

/**
 * What is typed at each read: text, `silence` (nothing until the reader's patience ends), `hang-up`, or a function of the
 * screen so far that gives one of them. After the last there is silence.
 */
export type Keys = string | { readonly event: "silence" | "hang-up" } | ((screen: string) => Keys);

export class FakeTerminal implements Terminal {
  /** Everything written, escape sequences included. */
  written = "";
  raw = false;
  closed = false;
  /** How often raw was switched on. */
  rawCount = 0;
  readonly #keys: Keys[];
  readonly #clock: Clock;
  readonly #screen = new Screen();

  constructor(keys: readonly Keys[], clock: Clock) {
    this.#keys = [...keys];
    this.#clock = clock;
  }

  /** What can be seen now: lines without trailing blanks, joined; erased text is not in it. */
  get screen(): string {
    return this.#screen.text();
  }

  /** Script entries that nobody has read. */
  get unusedKeys(): number {
    return this.#keys.length;
  }

  /** Takes them away, for the next one who opens the terminal. */
  takeUnusedKeys(): Keys[] {
    return this.#keys.splice(0);
  }

  write(text: string): void {
    this.#mustBeOpen();
    this.written += text;
    this.#screen.write(text);
  }

  setRaw(raw: boolean): void {
    this.#mustBeOpen();
    if (raw && !this.raw) this.rawCount++;
    this.raw = raw;
  }

  async read(timeoutMs: number): Promise<Uint8Array | null> {
    this.#mustBeOpen();
    let next = this.#keys.shift() ?? { event: "silence" };
    while (typeof next === "function") next = next(this.screen);
    if (typeof next === "object") {
      if (next.event === "hang-up") return new Uint8Array();
      await this.#clock.sleep(timeoutMs);
      return null;
    }
    // A line discipline that is not raw echoes.
    if (!this.raw) this.write(next);
    return new TextEncoder().encode(next);
  }

  close(): void {
    this.raw = false;
    this.closed = true;
  }

  #mustBeOpen(): void {
    if (this.closed) throw new Error("the terminal was used after it was closed");
  }
}

/** The few control sequences that prompts use: CR, LF, BS, cursor up/down/right/left, column, erase line and below. */
class Screen {
  readonly #lines: string[] = [""];
  #row = 0;
  #column = 0;

  write(text: string): void {
    // deno-lint-ignore no-control-regex
    for (const part of text.match(/\x1b\[[?\d;]*[A-Za-z]|[^]/gu) ?? []) {
      if (part.length > 2 && part.startsWith("\x1b[")) this.#control(part.slice(2, -1), part.slice(-1));
      else if (part === "\r") this.#column = 0;
      else if (part === "\n") this.#moveTo(this.#row + 1, 0);
      else if (part === "\b") this.#column = Math.max(0, this.#column - 1);
      else if (part >= " ") this.#put(part);
    }
  }

  text(): string {
    return this.#lines.map((line) => line.trimEnd()).join("\n").trimEnd();
  }

  #put(character: string): void {
    const line = Array.from(this.#lines[this.#row]!.padEnd(this.#column));
    line[this.#column++] = character;
    this.#lines[this.#row] = line.join("");
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = Math.max(0, column);
    while (this.#lines.length <= this.#row) this.#lines.push("");
  }

  #control(parameters: string, command: string): void {
    const count = Number(parameters) || 1;
    const line = this.#lines[this.#row]!;
    if (command === "A") this.#moveTo(this.#row - count, this.#column);
    else if (command === "B") this.#moveTo(this.#row + count, this.#column);
    else if (command === "C") this.#moveTo(this.#row, this.#column + count);
    else if (command === "D") this.#moveTo(this.#row, this.#column - count);
    else if (command === "G") this.#moveTo(this.#row, count - 1);
    else if (command === "K") this.#lines[this.#row] = parameters === "2" ? "" : line.slice(0, this.#column);
    else if (command === "J") {
      this.#lines[this.#row] = parameters === "2" ? "" : line.slice(0, this.#column);
      this.#lines.length = this.#row + 1;
      if (parameters === "2") this.#lines.fill("");
    }
  }
}
