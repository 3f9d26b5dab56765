/**
 * One flight per request, over all processes: the first caller makes the calls, the others wait for its result. The lock is the kernel's
 * and ends with its holder, so a killed leader is followed by one of those who wait.
 */
import { AppError, type ErrorKind } from "../errors.ts";
import type { FileLock, FileLocks, Files } from "../host/host.ts";
import { FAILURE_EXTENSION } from "./session_cache.ts";

/** How long a refusal answers for callers that nobody sits in front of. */
const REFUSAL_HOLDS_MS = 10_000;

export interface SingleFlightDeps {
  readonly files: Pick<Files, "readText" | "makeDirectory" | "remove">;
  readonly locks: () => Promise<FileLocks>;
  readonly now: () => number;
  readonly replaceFile: (path: string, bytes: Uint8Array) => void;
  /** Path of a file in the folder that all processes of this user share. */
  readonly path: (fileName: string) => string;
  readonly folder: string;
  /** The longest a caller waits for others: longer than a prompt may stay open. */
  readonly waitMs: number;
  /** Tells the user something once; never a failure. */
  readonly warn: (message: string) => void;
}

export interface Flight<T> {
  readonly name: string;
  /** The result if it is there already; looked at once the lock is held. */
  readonly landed: () => Promise<T | null>;
  readonly fly: () => Promise<T>;
  /** Whether a refusal or a cancelled prompt of the last seconds ends this call as well, even if it began later. */
  readonly heedRefusals: boolean;
}

interface Failure {
  readonly at: number;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hints: readonly string[];
}

export class SingleFlight {
  readonly #deps: SingleFlightDeps;

  constructor(deps: SingleFlightDeps) {
    this.#deps = deps;
  }

  /**
   * The result of the flight, this process's or another's. Throws what `fly` throws; for those who waited, what it threw in the process that flew;
   * `flight-timeout` when that takes too long.
   */
  async join<T>(flight: Flight<T>): Promise<T> {
    const startedAt = this.#deps.now();
    return await this.exclusively(flight.name, async (waited) => {
      const landed = await flight.landed();
      if (landed !== null) return landed;
      const failurePath = this.#deps.path(flight.name + FAILURE_EXTENSION);
      const failure = this.#readFailure(failurePath);
      if (failure !== null && this.#concerns(failure, waited, startedAt, flight.heedRefusals)) {
        throw new AppError(failure.code, failure.kind, failure.message, { hints: failure.hints });
      }
      try {
        const result = await flight.fly();
        if (failure !== null) this.#deps.files.remove(failurePath);
        return result;
      } catch (error) {
        if (error instanceof AppError && error.kind !== "bug") this.#writeFailure(failurePath, error);
        throw error;
      }
    });
  }

  /** Runs `work` while no other process holds the name. `waited`: somebody else held it first. */
  async exclusively<T>(name: string, work: (waited: boolean) => Promise<T>): Promise<T> {
    const { lock, waited } = await this.#lock(this.#deps.path(`${name}.lock`));
    try {
      return await work(waited);
    } finally {
      lock?.release();
    }
  }

  /** `null` where no lock can be made: better each caller for itself than none at all. */
  async #lock(path: string): Promise<{ lock: FileLock | null; waited: boolean }> {
    let lock: FileLock | null;
    let waited = false;
    try {
      this.#deps.files.makeDirectory(this.#deps.folder, 0o700);
      const locks = await this.#deps.locks();
      lock = await locks.acquire(path, 0);
      waited = lock === null;
      lock ??= await locks.acquire(path, this.#deps.waitMs);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#deps.warn(`parallel calls are not coordinated: ${error.message}`);
      return { lock: null, waited: false };
    }
    if (lock !== null) return { lock, waited };
    throw new AppError(
      "flight-timeout",
      "unavailable",
      "another aws-vault process has been asking for the same credentials for too long",
      { hints: ["look for a prompt that waits for an answer, or end the other process"] },
    );
  }

  #concerns(failure: Failure, waited: boolean, startedAt: number, heedRefusals: boolean): boolean {
    if (waited && failure.at >= startedAt) return true;
    const refused = failure.kind === "cancelled" || failure.kind === "denied";
    const age = this.#deps.now() - failure.at;
    return heedRefusals && refused && age >= 0 && age < REFUSAL_HOLDS_MS;
  }

  #readFailure(path: string): Failure | null {
    try {
      const value = JSON.parse(this.#deps.files.readText(path) ?? "null");
      const complete = value !== null && Number.isFinite(value.at) && typeof value.code === "string" &&
        typeof value.kind === "string" && typeof value.message === "string" && Array.isArray(value.hints);
      return complete ? value : null;
    } catch {
      return null;
    }
  }

  #writeFailure(path: string, error: AppError): void {
    const failure: Failure = {
      at: this.#deps.now(),
      code: error.code,
      kind: error.kind,
      message: error.message,
      hints: error.hints,
    };
    try {
      this.#deps.replaceFile(path, new TextEncoder().encode(JSON.stringify(failure)));
    } catch {
      // Waiters then try for themselves; the error that matters is the one being thrown.
    }
  }
}
