/** From a request to credentials: settings, the cached answer if there is one, else the plan on what the store really holds, carried out. */
import type { ProfileSettings } from "../config/settings.ts";
import { AppError, escapeControls } from "../errors.ts";
import type { Log } from "../log.ts";
import { cachedAnswer, type CachedAnswerDeps, likelyPlan } from "./cached_answer.ts";
import { explainPlan } from "./explain.ts";
import { credentialsMissing, planCredentials } from "./plan.ts";
import type { CredentialsAnswer, CredentialsRequest } from "./request.ts";
import { classifyItemName } from "../vault/item_names.ts";
import { runPlan, type RunPlanDeps } from "./run_plan.ts";

export interface GetCredentialsDeps {
  readonly settings: (request: CredentialsRequest) => ProfileSettings;
  readonly storeId: string;
  readonly cached: (request: CredentialsRequest) => CachedAnswerDeps;
  /** Whether keys are stored under the profile. */
  readonly hasStoredKeys: (profile: string) => Promise<boolean>;
  readonly runPlanDeps: (request: CredentialsRequest) => Promise<RunPlanDeps>;
  /** Whole lines about where else keys of the profile are, for when there are none in the chosen store. */
  readonly hintsForMiss: (profile: string) => Promise<string[]>;
  readonly log: Log;
}

/** Throws `profile-not-found` for a name that neither the config file nor the store knows, and what planning and running throw. */
export async function getCredentials(
  request: CredentialsRequest,
  deps: GetCredentialsDeps,
): Promise<CredentialsAnswer> {
  const settings = deps.settings(request);
  const options = { noSession: request.noSession, storeId: deps.storeId };
  const likely = likelyPlan(settings, options);
  const cached = likely === null ? null : await cachedAnswer(likely, deps.cached(request));
  if (cached !== null) {
    deps.log.debug(() => `cached session for profile ${settings.name}`);
    return { credentials: cached, settings };
  }
  try {
    const holders = await holdersOfKeys(settings, deps.hasStoredKeys);
    const plan = planCredentials(settings, { ...options, hasStoredKeys: (name) => holders.has(name) });
    for (const line of deps.log.enabled ? explainPlan(plan) : []) deps.log.debug(() => line);
    return { credentials: await runPlan(plan, await deps.runPlanDeps(request)), settings };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "credentials-missing") throw error;
    throw await explainMiss(error, settings, deps);
  }
}

/**
 * Which profiles of the chain have keys. The last one is taken to have them, whatever else it names (the article's profile names a
 * `credential_process` that runs this program): reading it would unlock the store, and that is to happen once, in the flight that needs the keys.
 */
async function holdersOfKeys(
  target: ProfileSettings,
  hasStoredKeys: GetCredentialsDeps["hasStoredKeys"],
): Promise<ReadonlySet<string>> {
  let profile = target;
  while (profile.source !== null && !await hasStoredKeys(profile.name)) profile = profile.source;
  return new Set([profile.name]);
}

async function explainMiss(
  error: AppError,
  target: ProfileSettings,
  deps: GetCredentialsDeps,
): Promise<AppError> {
  let end = target;
  while (end.source !== null) end = end.source;
  const miss = credentialsMissing(end);
  const elsewhere = await deps.hintsForMiss(end.name);
  const canHaveKeys = classifyItemName(end.name) === "access-key";
  const hints = canHaveKeys
    ? [...elsewhere, ...miss.hints]
    : ["such names are kept for sessions and SSO tokens: aws-vault list --profiles shows the profiles"];
  if (end === target && !target.inConfig && miss.code === error.code) {
    return new AppError(
      "profile-not-found",
      "missing",
      `profile ${escapeControls(target.name)} is not in the config file and has no stored credentials`,
      { hints, cause: error },
    );
  }
  return new AppError(miss.code, miss.kind, miss.message, { hints, cause: error });
}
