/**
 * A clock that a test sets. Sleeps end when the test advances it or, by default, as soon as the program has nothing else
 * left to do: then time jumps to the earliest one that is waiting.
 */
import type { Clock } from "../../src/host/host.ts";

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  readonly #start: number;
  #elapsed = 0;
  #wallOffset = 0;
  readonly #sleepers = new Set<Sleeper>();
  readonly #jumps: boolean;

  /** `start` is the wall clock at the beginning, epoch milliseconds. Without `jumps`, time stands still until `advance`. */
  constructor(start: number, jumps = true) {
    this.#start = start;
    this.#jumps = jumps;
  }

  now(): number {
    return this.#start + this.#wallOffset + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** Sets the wall clock, as an administrator would: sleeps and `monotonic` do not notice. */
  setWallClock(now: number): void {
    this.#wallOffset = now - this.#start - this.#elapsed;
  }

  advance(ms: number): void {
    this.#elapsed += ms;
    const due = [...this.#sleepers].filter((sleeper) => sleeper.wakeAt <= this.#elapsed);
    due.sort((a, b) => a.wakeAt - b.wakeAt);
    for (const sleeper of due) sleeper.wake();
  }

  /** How many sleeps have not ended. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { wakeAt: this.#elapsed + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
      if (this.#jumps) setTimeout(() => this.#jumpTo(sleeper), 0);
    });
  }

  #jumpTo(sleeper: Sleeper): void {
    if (!this.#sleepers.has(sleeper)) return;
    const earliest = Math.min(...[...this.#sleepers].map((other) => other.wakeAt));
    this.advance(Math.max(0, earliest - this.#elapsed));
    // Somebody else's turn came first; ours comes when nothing is left before it.
    if (this.#sleepers.has(sleeper)) setTimeout(() => this.#jumpTo(sleeper), 0);
  }
}
