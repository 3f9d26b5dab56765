/** Middle and edges of a list of measurements. */

export interface Summary {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
}

/** Of at least one value. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0]!, median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}

/** Linear between the two nearest, as R's default does. */
function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const below = Math.floor(place);
  const low = sorted[below]!, high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}
