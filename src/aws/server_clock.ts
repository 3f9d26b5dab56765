/**
 * What AWS's clock shows, as far as answers have told: how far this machine's is off, in milliseconds.
 */
import type { HttpResponse } from "../host/host.ts";

/** Smaller differences are left alone: signatures tolerate them, and a `Date` header is no precise clock. */
const LEAST_CHANGE_MS = 4 * 60_000;
/** After a longer exchange nobody knows when the server wrote its date. */
const LONGEST_EXCHANGE_MS = 15 * 60_000;

export class ServerClock {
  #offset = 0;

  /** What to add to this machine's epoch milliseconds to get the server's. */
  offset(): number {
    return this.#offset;
  }

  /**
   * Learns from an answer's `Date`, given this machine's time when it came and how long the exchange took. Answers whether the offset
   * changed. An answer out of a cache (with an `Age`) teaches nothing.
   */
  learn(response: Pick<HttpResponse, "headers">, receivedAt: number, tookMs: number): boolean {
    if (response.headers["age"] !== undefined || tookMs > LONGEST_EXCHANGE_MS) return false;
    const date = Date.parse(response.headers["date"] ?? "");
    if (Number.isNaN(date)) return false;
    const offset = date - receivedAt;
    if (Math.abs(offset - this.#offset) < LEAST_CHANGE_MS) return false;
    this.#offset = offset;
    return true;
  }
}
