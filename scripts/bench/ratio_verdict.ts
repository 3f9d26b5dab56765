/** Says how a measured ratio stands to its bound. */
import { summarize } from "./statistics.ts";

/** Processor times of runs in turn, in milliseconds; the ratio is that of their medians. */
export function ratioVerdict(own: readonly number[], empty: readonly number[], bound: number): string {
  const ratio = summarize(own).median / summarize(empty).median;
  const figure = `a cached answer takes ${
    ratio.toFixed(2)
  } of an empty program's processor time (median of ${own.length} pairs)`;
  return ratio <= bound
    ? `${figure}, within the bound of ${bound}`
    : `${figure}: BEYOND THE BOUND of ${bound}. Times fail nothing; deno task bench measures with more care`;
}
