/** Locks in memory. Hosts made on the same {@link LockTable} contend like processes. */
import type { Clock, FileLock, FileLocks } from "../../src/host/host.ts";

export class LockTable {
  readonly #held = new Set<string>();

  /** Paths that are locked now. */
  get held(): readonly string[] {
    return [...this.#held];
  }

  tryLock(path: string): FileLock | null {
    if (this.#held.has(path)) return null;
    this.#held.add(path);
    let mine = true;
    return {
      release: () => {
        if (mine) this.#held.delete(path);
        mine = false;
      },
    };
  }
}

const POLL_MS = 10;

export class FakeLocks implements FileLocks {
  readonly #table: LockTable;
  readonly #clock: Clock;
  readonly #makeFile: (path: string) => void;

  constructor(table: LockTable, clock: Clock, makeFile: (path: string) => void) {
    this.#table = table;
    this.#clock = clock;
    this.#makeFile = makeFile;
  }

  async acquire(path: string, timeoutMs: number): Promise<FileLock | null> {
    this.#makeFile(path);
    const deadline = this.#clock.monotonic() + timeoutMs;
    for (;;) {
      const lock = this.#table.tryLock(path);
      if (lock !== null) return lock;
      const left = deadline - this.#clock.monotonic();
      if (left <= 0) return null;
      await this.#clock.sleep(Math.min(left, POLL_MS));
    }
  }
}
