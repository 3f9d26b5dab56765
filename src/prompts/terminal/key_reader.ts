/** Waits for keys on an open terminal, up to a deadline. */
import { AppError } from "../../errors.ts";
import type { Clock, Terminal } from "../../host/host.ts";
import { promptTimeout } from "../prompt_errors.ts";
import type { Key, KeyDecoder } from "./keys.ts";
import { decodeKeys, newKeyDecoder } from "./keys.ts";

/** Keys that came with an answer but belong to the next question, as when several lines are pasted at once. */
export interface TypedAhead {
  decoder: KeyDecoder;
  keys: Key[];
}

export function nothingTyped(): TypedAhead {
  return { decoder: newKeyDecoder, keys: [] };
}

export class KeyReader {
  readonly #terminal: Terminal;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #timeoutMs: number;
  readonly #deadline: number;
  readonly #typed: TypedAhead;

  /** The deadline for everything this reader is asked for begins now. */
  constructor(terminal: Terminal, clock: Pick<Clock, "monotonic">, timeoutMs: number, typed: TypedAhead) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#deadline = clock.monotonic() + timeoutMs;
    this.#typed = typed;
  }

  /** Throws `prompt-timeout` after the deadline and `prompt-closed` when the terminal hangs up. */
  async next(): Promise<Key> {
    for (;;) {
      const key = this.#typed.keys.shift();
      if (key !== undefined) return key;
      const left = this.#deadline - this.#clock.monotonic();
      const bytes = left > 0 ? await this.#terminal.read(left) : null;
      if (bytes === null) throw promptTimeout(this.#timeoutMs);
      if (bytes.length === 0) {
        throw new AppError(
          "prompt-closed",
          "unavailable",
          "the terminal was closed while a question was open",
        );
      }
      const { decoder, keys } = decodeKeys(this.#typed.decoder, bytes);
      this.#typed.decoder = decoder;
      this.#typed.keys.push(...keys);
    }
  }

  /** Forgets line ends right after an answer: the rest of its paste, not an empty answer to the next question. */
  dropLineEnds(): void {
    while (this.#typed.keys[0] === "enter") this.#typed.keys.shift();
  }
}
