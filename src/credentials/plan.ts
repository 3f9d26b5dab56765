/**
 * Decides, from settings alone, where credentials come from and which calls turn them into the ones asked for.
 * Nothing here reads a store, a clock or the network: the same inputs always give the same plan, and the plan can be printed.
 */
import { partitionOf } from "../aws/endpoints.ts";
import type { EndpointSettings, ProfileSettings, RoleSettings } from "../config/settings.ts";
import { AppError, escapeControls } from "../errors.ts";

/** STS caps AssumeRole at this when the caller's credentials are temporary ("role chaining"); AWS STS API reference, AssumeRole. */
export const ROLE_CHAINING_LIMIT_SECONDS = 3600;

/** What a step does about MFA. */
export type StepMfa =
  | { readonly use: "none" }
  /** A code of this device goes into the call. */
  | { readonly use: "code"; readonly serial: string }
  /** The device's code went into an earlier step, whose session carries it. */
  | { readonly use: "already spent"; readonly serial: string };

interface StepCommon {
  /** The profile whose settings shape the call. */
  readonly profile: string;
  /** Every profile that has a part in the call's answer: this one first, the one with the stored keys last. */
  readonly involved: readonly string[];
  readonly durationSeconds: number;
  readonly mfa: StepMfa;
  /** Shell command that prints the code, or `null` to ask. Only looked at when `mfa.use` is `code`. */
  readonly mfaProcess: string | null;
  readonly endpoints: EndpointSettings;
  /** See {@link ProfileSettings.lockAfterSeconds}. Says who may read the answer from the cache, and has no part in the answer. */
  readonly lockAfterSeconds: number | null;
  /** Why this call is made, and made so: one line for `--debug`. */
  readonly reason: string;
  /** Everything that shapes the answer, earlier steps included, as one unambiguous line. Equal requests have equal texts, others never. */
  readonly request: string;
}

export interface GetSessionTokenStep extends StepCommon {
  readonly kind: "GetSessionToken";
}

export interface AssumeRoleStep extends StepCommon {
  readonly kind: "AssumeRole";
  readonly role: RoleSettings;
}

export type PlanStep = GetSessionTokenStep | AssumeRoleStep;

export interface Plan {
  /** The profile asked for. */
  readonly profile: string;
  /** Where the chain starts. */
  readonly base: { readonly kind: "stored keys"; readonly profile: string; readonly reason: string };
  /** In the order they are carried out; empty when the stored keys themselves are the answer. */
  readonly steps: readonly PlanStep[];
  /** Calls that were considered and left out, and why: lines for `--debug`. */
  readonly notes: readonly string[];
}

export interface PlanOptions {
  /** `--no-session`: GetSessionToken is never called. */
  readonly noSession: boolean;
  /** Names the store that the keys come from, so that two stores never share a session. */
  readonly storeId: string;
  /** Whether keys are stored under exactly this profile name. */
  readonly hasStoredKeys: (profile: string) => boolean;
}

/**
 * The plan for a resolved profile. Throws AppError `credentials-missing` when the chain ends at a profile that has nothing to start
 * from, and `source-unsupported` when it ends at a kind of source this version can't use.
 */
export function planCredentials(target: ProfileSettings, options: PlanOptions): Plan {
  const chain = chainToStoredKeys(target, options.hasStoredKeys);
  const baseProfile = chain[chain.length - 1]!;
  let signer: "keys" | "session" | "role" = "keys";
  let request = field("store", options.storeId) + field("base", baseProfile.name);
  let spentSerial: string | null = null;
  const steps: PlanStep[] = [];
  const notes: string[] = [];

  for (let i = chain.length - 1; i >= 0; i--) {
    const profile = chain[i]!;
    const involved = chain.slice(i).map((member) => member.name);
    const consumer = i > 0 ? chain[i - 1]! : null;
    // Only stored keys can make a session, and only for a profile that is the answer itself or stands behind a role.
    if (signer === "keys" && (profile.role === null || consumer?.role != null)) {
      const refusal = keepsFullRoleDuration(chain, i)
        ? `the role is to last more than ${ROLE_CHAINING_LIMIT_SECONDS} s`
        : whyNoSession(profile, consumer, options.noSession);
      if (refusal === null) {
        const step = sessionStep(profile, involved, consumer, request);
        steps.push(step);
        request = step.request;
        spentSerial = profile.mfaSerial;
        signer = "session";
      } else notes.push(`no GetSessionToken for ${profile.name}: ${refusal}`);
    }
    if (profile.role !== null) {
      const step = roleStep(profile, involved, profile.role, signer, spentSerial, request);
      steps.push(step);
      request = step.request;
      if (step.mfa.use === "code") spentSerial = step.mfa.serial;
      signer = "role";
    }
  }
  return {
    profile: target.name,
    base: {
      kind: "stored keys",
      profile: baseProfile.name,
      reason: baseProfile === target
        ? "keys are stored under the profile's own name"
        : `reached by source_profile from ${target.name}`,
    },
    steps,
    notes,
  };
}

/** From the target by `source_profile` to the first profile with stored keys, which is last. */
function chainToStoredKeys(
  target: ProfileSettings,
  hasStoredKeys: (profile: string) => boolean,
): ProfileSettings[] {
  const chain: ProfileSettings[] = [];
  for (let profile: ProfileSettings | null = target; profile !== null; profile = profile.source) {
    chain.push(profile);
    if (hasStoredKeys(profile.name)) return chain;
  }
  throw credentialsMissing(chain[chain.length - 1]!);
}

/** The failure of a chain whose last profile has no stored keys: `source-unsupported` where it names another kind of source. */
export function credentialsMissing(
  end: Pick<ProfileSettings, "name" | "role" | "sso" | "webIdentity" | "credentialProcess">,
): AppError {
  const unsupported = unsupportedSource(end);
  if (unsupported !== null) {
    return new AppError(
      "source-unsupported",
      "config",
      `profile ${
        escapeControls(end.name)
      }: this version cannot use ${unsupported} as a source of credentials`,
      { hints: [`store keys for it: aws-vault add ${quoteWord(end.name)}`] },
    );
  }
  return new AppError(
    "credentials-missing",
    "missing",
    `profile ${escapeControls(end.name)}: credentials missing`,
    {
      hints: [
        `store its keys: aws-vault add ${quoteWord(end.name)}`,
        ...(end.role === null ? [] : [
          `or name the profile that has keys: source_profile = … in [profile ${escapeControls(end.name)}]`,
        ]),
      ],
    },
  );
}

/** The key that names a source this version can't use; `null` for none. A `credential_process` that runs this program is no source of its own. */
function unsupportedSource(
  { sso, webIdentity, credentialProcess }: Pick<ProfileSettings, "sso" | "webIdentity" | "credentialProcess">,
): string | null {
  if (sso !== null) return "sso_start_url";
  if (webIdentity !== null) return "web_identity_token";
  return credentialProcess !== null && !credentialProcess.includes("aws-vault") ? "credential_process" : null;
}

/** A name as a shell takes it, for hints. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${escapeControls(word).replaceAll("'", `'\\''`)}'`;
}

/**
 * Whether a session made at `chain[index]` would cut down what is wanted: exactly one role from here to the target, and it is
 * to last longer than a session's credentials could make it last.
 */
function keepsFullRoleDuration(chain: readonly ProfileSettings[], index: number): boolean {
  const roles = chain.slice(0, index + 1).filter((profile) => profile.role !== null);
  return roles.length === 1 && roles[0]!.durations.assumeRoleSeconds > ROLE_CHAINING_LIMIT_SECONDS;
}

/** Why GetSessionToken is not called for the profile; `null` when it is. */
function whyNoSession(
  profile: ProfileSettings,
  consumer: ProfileSettings | null,
  noSession: boolean,
): string | null {
  if (noSession) return "sessions are switched off";
  if (consumer === null) return null;
  if (consumer.mfaSerial === null) return `${consumer.name} has no mfa_serial`;
  if (profile.mfaSerial === null) return `${profile.name} has no mfa_serial`;
  if (profile.mfaSerial !== consumer.mfaSerial) {
    return `mfa_serial of ${profile.name} and ${consumer.name} differ`;
  }
  return null;
}

function sessionStep(
  profile: ProfileSettings,
  involved: readonly string[],
  consumer: ProfileSettings | null,
  before: string,
): GetSessionTokenStep {
  const durationSeconds = consumer === null
    ? profile.durations.sessionTokenSeconds
    : profile.durations.chainedSessionTokenSeconds;
  const mfa: StepMfa = profile.mfaSerial === null
    ? { use: "none" }
    : { use: "code", serial: profile.mfaSerial };
  return {
    kind: "GetSessionToken",
    profile: profile.name,
    involved,
    durationSeconds,
    mfa,
    mfaProcess: profile.mfaProcess,
    endpoints: profile.endpoints,
    lockAfterSeconds: profile.lockAfterSeconds,
    reason: consumer === null
      ? "a session keeps the long-lived keys out of the answer"
      : `one session with MFA serves every role behind ${profile.name}`,
    request: before + field("call", "GetSessionToken") + field("profile", profile.name) +
      field("duration", durationSeconds) +
      field("mfa", profile.mfaSerial) + endpointFields(profile.endpoints),
  };
}

function roleStep(
  profile: ProfileSettings,
  involved: readonly string[],
  role: RoleSettings,
  signer: "keys" | "session" | "role",
  spentSerial: string | null,
  before: string,
): AssumeRoleStep {
  const wanted = profile.durations.assumeRoleSeconds;
  const capped = signer !== "keys" && wanted > ROLE_CHAINING_LIMIT_SECONDS;
  const durationSeconds = capped ? ROLE_CHAINING_LIMIT_SECONDS : wanted;
  const mfa = roleMfa(profile.mfaSerial, signer, spentSerial);
  const reasons = [
    signer === "keys"
      ? "signed with the stored keys"
      : signer === "session"
      ? "signed with the session"
      : "signed with the role before",
  ];
  if (capped) {
    reasons.push(
      `${wanted} s wanted, but STS allows ${ROLE_CHAINING_LIMIT_SECONDS} s to temporary credentials`,
    );
  }
  if (mfa.use === "none" && profile.mfaSerial !== null) reasons.push("STS takes no MFA code from a role");
  return {
    kind: "AssumeRole",
    profile: profile.name,
    involved,
    role,
    durationSeconds,
    mfa,
    mfaProcess: profile.mfaProcess,
    endpoints: profile.endpoints,
    lockAfterSeconds: profile.lockAfterSeconds,
    reason: reasons.join("; "),
    request: before + field("call", "AssumeRole") + field("profile", profile.name) + field("role", role.arn) +
      field("duration", durationSeconds) +
      field("mfa", mfa.use === "none" ? null : mfa.serial) + field("session-name", role.sessionName) +
      field("external-id", role.externalId) + field("source-identity", role.sourceIdentity) +
      field("tags", JSON.stringify(role.sessionTags)) +
      field("transitive", JSON.stringify(role.transitiveTagKeys)) +
      endpointFields(profile.endpoints),
  };
}

/** A code is sent once, in the first call that long-lived keys or a user's session sign; a role's credentials can't bring one. */
function roleMfa(
  serial: string | null,
  signer: "keys" | "session" | "role",
  spentSerial: string | null,
): StepMfa {
  if (serial === null) return { use: "none" };
  if (serial === spentSerial) return { use: "already spent", serial };
  return signer === "role" ? { use: "none" } : { use: "code", serial };
}

/**
 * Everything of the endpoint settings that chooses the server and the signing region. A region that was only taken over for want of one does
 * not tell requests apart: credentials of a regional STS hold in the whole partition, and roles of several regions are to share a session.
 */
function endpointFields(endpoints: EndpointSettings): string {
  const { region, regionInherited, stsEndpointUrl, stsRegionalEndpoints } = endpoints;
  const anyRegion = regionInherited && region !== null && stsEndpointUrl === null &&
    stsRegionalEndpoints === "regional";
  return field("region", anyRegion ? `any of ${partitionOf(region).id}` : region) +
    field("endpoint", stsEndpointUrl) +
    field("sts", stsRegionalEndpoints) + field("fips", String(endpoints.useFips)) +
    field("dual-stack", String(endpoints.useDualStack));
}

/** `name=<length>:<value>;`, so that no value can imitate another field; an absent value is `name=-;`. */
function field(name: string, value: string | number | null): string {
  if (value === null) return `${name}=-;`;
  const text = String(value);
  return `${name}=${text.length}:${text};`;
}
