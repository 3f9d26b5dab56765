/** The answer that needs no store, no prompt and no call: what an earlier run left in the cache. */
import type { Credentials } from "../aws/credentials.ts";
import type { ProfileSettings } from "../config/settings.ts";
import { isFresh } from "../sessions/freshness.ts";
import type { SessionCache } from "../sessions/session_cache.ts";
import type { CacheKey } from "../sessions/session_file.ts";
import { type Plan, planCredentials } from "./plan.ts";

/**
 * The plan as it is when keys are stored where they usually are: under the profile that the chain ends at. Needs no look into the store; when
 * it is wrong, no record has its name. `null` when nothing would be cached.
 */
export function likelyPlan(
  target: ProfileSettings,
  options: { noSession: boolean; storeId: string },
): Plan | null {
  let end = target;
  while (end.source !== null) end = end.source;
  const plan = planCredentials(target, { ...options, hasStoredKeys: (name) => name === end.name });
  return plan.steps.length === 0 ? null : plan;
}

export interface CachedAnswerDeps {
  readonly cache: Pick<SessionCache, "read">;
  /** The cache key of profiles with this {@link ProfileSettings.lockAfterSeconds}, if it can be had without asking anybody. */
  readonly key: (lockAfterSeconds: number | null) => Promise<CacheKey | null>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The least time the credentials must have left; milliseconds. */
  readonly windowMs: number;
  readonly sha256: Sha256;
}

/** The SHA-256 digest of the bytes, 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array>;

/** The credentials of the plan's last step; `null` when they are not cached, not fresh, or locked away. */
export async function cachedAnswer(plan: Plan, deps: CachedAnswerDeps): Promise<Credentials | null> {
  const { request, lockAfterSeconds } = plan.steps.at(-1)!;
  const name = await recordName(request, deps.sha256);
  const cached = await deps.cache.read(name, () => deps.key(lockAfterSeconds));
  return cached !== null && isFresh(cached.lifetime, deps.now(), deps.windowMs) ? cached.credentials : null;
}

/** The cache's name for a request: SHA-256, hex. The same request has the same name in every process and on every runtime. */
export async function recordName(request: string, sha256: Sha256): Promise<string> {
  const digest = await sha256(new TextEncoder().encode(request));
  let name = "";
  for (const byte of digest) name += (byte < 16 ? "0" : "") + byte.toString(16);
  return name;
}
