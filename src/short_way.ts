/**
 * The answer that AWS tools ask for at every start, from the cache: arguments, config, one key, one file, print. Loads nothing that a cached
 * answer does not need, and leaves everything else, failures included, to the full program. What it answers is remembered for `hot_path.ts`.
 */
import { hotArguments } from "./cli/hot_arguments.ts";
import { formatCredentials } from "./cli/credential_formats.ts";
import { resolveSettings } from "./config/settings.ts";
import { cachedAnswer, likelyPlan } from "./credentials/cached_answer.ts";
import { AppError } from "./errors.ts";
import type { Host } from "./host/host.ts";
import { AnswerWatch } from "./remember_answer.ts";
import { CacheKeys } from "./sessions/cache_key.ts";
import {
  cacheFolder,
  envLookup,
  expiryWindows,
  kernelMemory,
  lockAfterSeconds,
  openSessionCache,
  settingsSources,
  storeIdentity,
} from "./user_state.ts";
import { chooseBackend, gatherFacts } from "./vault/choose_backend.ts";

/** Whether it has answered. Nothing has been written anywhere when it has not. */
export async function answerFromCache(host: Host): Promise<boolean> {
  try {
    return await answer(host);
  } catch (error) {
    // The full program meets the same failure and knows how to tell it.
    if (error instanceof AppError && error.code !== "broken-pipe") return false;
    throw error;
  }
}

async function answer(real: Host): Promise<boolean> {
  const watch = new AnswerWatch(real), { host } = watch;
  const hot = hotArguments(host.args, (name) => host.env.get(name));
  if (hot === null || host.stdout.isTerminal()) return false;
  const env = envLookup(host);
  const settings = resolveSettings(hot.profile, settingsSources(host), hot);
  const { backend } = chooseBackend(hot.backend, null, await gatherFacts(host, notFromHere));
  const storeId = storeIdentity(backend, hot, host);
  const plan = likelyPlan(settings, { noSession: hot.noSession, storeId });
  if (plan === null) return false;
  const keys = new CacheKeys({
    storeId,
    memory: async () => watch.memory(await kernelMemory(real)),
    store: notFromHere,
    storeNeverAsks: false,
    lockAfterSeconds: lockAfterSeconds(env),
    randomBytes: (length) => host.random.bytes(length),
    exclusively: notFromHere,
    derive: notFromHere,
  });
  const windowMs = expiryWindows(env, "sdk").answer;
  const credentials = await cachedAnswer(plan, {
    cache: watch.cache(openSessionCache(host, cacheFolder(host), {
      replaceFile: notFromHere,
      damaged: notFromHere,
      warn: notFromHere,
    })),
    key: (lockAfter) => keys.remembered(lockAfter),
    now: () => host.clock.now(),
    windowMs,
    sha256: host.sha256,
  });
  if (credentials === null) return false;
  const text = formatCredentials("json", { profile: hot.profile, credentials, region: null });
  host.stdout.write(text);
  await watch.remember(text, windowMs);
  return true;
}

/** What would take more than a hit may cost. */
function notFromHere(): never {
  throw new AppError("hot-path-left", "bug", "left to the full program");
}
