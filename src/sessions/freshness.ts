/**
 * Whether cached credentials are still good to hand out. Times are epoch milliseconds.
 */

/** botocore asks again when less than this is left, so an answer with less would be asked for at every call (`botocore.credentials`, advisory refresh). */
export const SDK_REFRESH_WINDOW_MS = 15 * 60_000;

/** How far a record may lie in the future before the clock, not the record, is taken to be wrong: AWS's own tolerance of ±15 minutes. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

export interface Lifetime {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * From when until when credentials are handed out: as long as more than `windowMs` is left. A window longer than half the lifetime is cut to
 * that half: otherwise short-lived credentials would never be reused. A record from the future (the clock was set back) is not trusted.
 */
export function freshPeriod(
  { issuedAt, expiresAt }: Lifetime,
  windowMs: number,
): { from: number; until: number } {
  const window = Math.min(windowMs, (expiresAt - issuedAt) / 2);
  return { from: issuedAt - CLOCK_TOLERANCE_MS, until: expiresAt - window };
}

/** Whether `now` lies in the {@link freshPeriod}. */
export function isFresh(lifetime: Lifetime, now: number, windowMs: number): boolean {
  const { from, until } = freshPeriod(lifetime, windowMs);
  return now >= from && now < until;
}

/** Whether the credentials work at all any more, for use when nothing newer can be had. */
export function isAlive(lifetime: Lifetime, now: number): boolean {
  return lifetime.issuedAt <= now + CLOCK_TOLERANCE_MS && lifetime.expiresAt - now > 5_000;
}
