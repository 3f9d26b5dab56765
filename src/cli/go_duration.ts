/** Spans of time as Go prints them: `1h0m0s`, `59m30s`, `0s`, `-5m0s`. */

/** Whole seconds, truncated toward zero. Only the parts from the largest non-zero one on are shown. */
export function goDuration(seconds: number): string {
  const whole = Math.trunc(seconds);
  const total = Math.abs(whole);
  const hours = Math.floor(total / 3600), minutes = Math.floor(total / 60) % 60;
  const parts = [`${total % 60}s`];
  if (total >= 60) parts.unshift(`${minutes}m`);
  if (total >= 3600) parts.unshift(`${hours}h`);
  return (whole < 0 ? "-" : "") + parts.join("");
}
