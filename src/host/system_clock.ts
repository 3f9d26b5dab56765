/** The {@link Clock} and {@link Random} of both runtimes, made of what the web platform gives both. */
import type { Clock, Random } from "./host.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done);
    });
  },
};

/** The most bytes that one call of `crypto.getRandomValues` fills: https://www.w3.org/TR/webcrypto/#Crypto-method-getRandomValues */
const RANDOM_QUOTA = 65536;

export const secureRandom: Random = {
  bytes(length) {
    const bytes = new Uint8Array(length);
    for (let start = 0; start < length; start += RANDOM_QUOTA) {
      crypto.getRandomValues(bytes.subarray(start, start + RANDOM_QUOTA));
    }
    return bytes;
  },
};

/** Stops this thread for `ms`. Only for retrying a system call whose caller is synchronous. */
export function blockFor(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
