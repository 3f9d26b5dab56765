/** A moment as every AWS SDK reads it: UTC with `Z`, no fraction (`2026-01-01T00:00:00Z`). Fractions are cut, so never later than it was. */
export function isoSeconds(epochMilliseconds: number): string {
  return new Date(Math.floor(epochMilliseconds / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
