/**
 * What a profile means once flags, environment, config file and defaults have been put together: the input of the plan. For
 * each value the first of these that has it decides: flag, environment variable, the profile's own section, what it includes,
 * `[default]`, the built-in default.
 */
import { configError } from "./config_error.ts";
import { resolveEndpointUrl } from "./endpoint_url.ts";
import type { EnvLookup } from "./env_vars.ts";
import type { Property, Section } from "./ini_sections.ts";
import {
  findValue,
  type Found,
  missingSection,
  ownValue,
  placeOfProperty,
  type ProfileFiles,
  profileLayers,
  valueError,
} from "./profile.ts";
import { SettingSource } from "./setting_source.ts";
import { parseList, parseSessionTags } from "./session_tags.ts";

/** All durations in whole seconds. */
export interface Durations {
  /** AssumeRole; default 3600. */
  readonly assumeRoleSeconds: number;
  /** GetSessionToken for the profile asked for; default 3600. */
  readonly sessionTokenSeconds: number;
  /** GetSessionToken for a profile that another one names as its source; default 28800. */
  readonly chainedSessionTokenSeconds: number;
}

export interface SsoSettings {
  readonly sessionName: string | null;
  readonly startUrl: string;
  readonly region: string | null;
  readonly accountId: string | null;
  readonly roleName: string | null;
  readonly registrationScopes: readonly string[];
}

export interface RoleSettings {
  readonly arn: string;
  /** `null`: the program makes one. */
  readonly sessionName: string | null;
  readonly externalId: string | null;
  readonly sourceIdentity: string | null;
  /** Sorted by key. */
  readonly sessionTags: readonly (readonly [key: string, value: string])[];
  readonly transitiveTagKeys: readonly string[];
}

/** Endpoint configuration of a profile, before a service is known. */
export interface EndpointSettings {
  readonly region: string | null;
  /** Set when the profile names no region and takes that of the profile whose source it is: any region of the partition will do. */
  readonly regionInherited?: true;
  /** Custom endpoint for STS, already resolved by precedence; `null` for the service's own. */
  readonly stsEndpointUrl: string | null;
  readonly stsRegionalEndpoints: "regional" | "legacy";
  readonly useFips: boolean;
  readonly useDualStack: boolean;
  /** What exec puts into `AWS_ENDPOINT_URL` of the child: the service-independent custom endpoint, or `null`. */
  readonly endpointUrl: string | null;
}

export interface ProfileSettings {
  readonly name: string;
  /** Whether the config file has a section of this name. */
  readonly inConfig: boolean;
  readonly endpoints: EndpointSettings;
  readonly mfaSerial: string | null;
  /** Shell command that prints an MFA code; own, inherited, or the source's. */
  readonly mfaProcess: string | null;
  /** `vault_lock_after`, own, inherited, or the source's: how long without use the profile's sessions stay readable without the store. `null`: as usual. */
  readonly lockAfterSeconds: number | null;
  readonly role: RoleSettings | null;
  readonly durations: Durations;
  /** The resolved `source_profile`; `null` when there is none. Never cyclic. */
  readonly source: ProfileSettings | null;
  readonly sso: SsoSettings | null;
  readonly webIdentity: { readonly tokenFile: string | null; readonly tokenProcess: string | null } | null;
  readonly credentialProcess: string | null;
}

/** What the command line says about a request; goes into every profile of the chain. */
export interface SettingsOverrides {
  readonly region: string | null;
  /** From `-d` / `AWS_VAULT_DURATION`; `null` when absent or zero. */
  readonly durationSeconds: number | null;
}

/** A profile with what only some callers ask for. */
export interface ResolvedProfile extends ProfileSettings {
  readonly source: ResolvedProfile | null;
  /** `Environment`, `Ec2InstanceMetadata` or `EcsContainer`, as written. This program has no such sources yet. */
  readonly credentialSource: string | null;
  readonly loginSession: string | null;
  /** Whether the files hold an access key for the profile: none, half a pair, or both parts. They are not used, keys belong in the vault. */
  readonly staticKeys: "none" | "half" | "pair";
}

export interface SettingsSources extends ProfileFiles {
  readonly env: EnvLookup;
}

/** Told of every setting that has a value: which profile, which setting, and where the value is from, such as `~/.aws/config:12`. */
export type SettingsTrace = (profile: string, setting: string, value: string, origin: string) => void;

/** A chain of `source_profile` longer than this is a mistake, and would cost time before it is found. */
const LONGEST_CHAIN = 100;

/**
 * The settings of a profile and of every profile it draws on. A profile without a section is no error, since keys may be stored for
 * it. Throws AppErrors of kind config that name file, line and key (`config-source-loop`, `config-conflict` and those of
 * {@link profileLayers}, {@link findValue} and {@link resolveEndpointUrl}), and `env-value-invalid`.
 */
export function resolveSettings(
  name: string,
  sources: SettingsSources,
  overrides: SettingsOverrides,
  trace?: SettingsTrace,
): ResolvedProfile {
  const chain: ResolvedProfile[] = [];
  for (let next: string | null = name; next !== null;) {
    const profile: string = next;
    const from = new SettingSource(
      profile,
      profileLayers(sources, profile),
      sources.env,
      chain.length === 0,
      trace,
    );
    const source: Found | null = from.find("source_profile");
    chain.push(resolveOne(profile, source, from, sources, overrides, chain.at(-1)?.endpoints.region ?? null));
    // A profile that names itself means its own keys.
    next = source === null || source.value === profile ? null : source.value;
    if (next !== null) refuseLoop(chain, next, source!.property);
  }
  return chain.reduceRight<ResolvedProfile | null>(
    (source, profile) => ({
      ...profile,
      source,
      mfaProcess: profile.mfaProcess ?? source?.mfaProcess ?? null,
      lockAfterSeconds: profile.lockAfterSeconds ?? source?.lockAfterSeconds ?? null,
    }),
    null,
  )!;
}

/** The profile without its source. `consumerRegion` is that of the profile it is the source of, for want of a region of its own. */
function resolveOne(
  name: string,
  sourceProfile: Found | null,
  from: SettingSource,
  sources: SettingsSources,
  overrides: SettingsOverrides,
  consumerRegion: string | null,
): ResolvedProfile {
  const role = resolveRole(from);
  const credentialSource = from.find("credential_source");
  if (role !== null && sourceProfile !== null && credentialSource !== null) {
    throw conflict(
      credentialSource.property,
      `profile ${name} has a source_profile too (${placeOfProperty(sourceProfile.property)})`,
    );
  }
  const tokenFile = from.find("web_identity_token_file")?.value ?? null;
  const tokenProcess = from.find("web_identity_token_process")?.value ?? null;
  return {
    name,
    inConfig: sources.config.read("profile", name) !== null,
    endpoints: resolveEndpoints(from, sources, overrides, consumerRegion),
    mfaSerial: from.text("mfa_serial", ["AWS_MFA_SERIAL"]),
    mfaProcess: from.text("mfa_process"),
    lockAfterSeconds: from.duration("vault_lock_after"),
    role,
    durations: resolveDurations(from, overrides.durationSeconds),
    source: null,
    sso: resolveSso(from, sources),
    webIdentity: tokenFile === null && tokenProcess === null ? null : { tokenFile, tokenProcess },
    credentialProcess: from.text("credential_process"),
    credentialSource: credentialSource?.value ?? null,
    loginSession: from.text("login_session"),
    staticKeys: staticKeysOf(from),
  };
}

function staticKeysOf(from: SettingSource): ResolvedProfile["staticKeys"] {
  const hasId = findValue(from.layers, "aws_access_key_id") !== null;
  const hasSecret = findValue(from.layers, "aws_secret_access_key") !== null;
  return hasId && hasSecret ? "pair" : hasId || hasSecret ? "half" : "none";
}

function resolveRole(from: SettingSource): RoleSettings | null {
  const arn = from.targetText("role_arn", "AWS_ROLE_ARN");
  if (arn === null) return null;
  return {
    arn,
    sessionName: from.targetText("role_session_name", "AWS_ROLE_SESSION_NAME"),
    externalId: from.text("external_id"),
    sourceIdentity: from.targetText("source_identity", "AWS_SOURCE_IDENTITY"),
    sessionTags: from.targetList("session_tags", "AWS_SESSION_TAGS", parseSessionTags, "key=value,key=value"),
    transitiveTagKeys: from.targetList(
      "transitive_session_tags",
      "AWS_TRANSITIVE_TAGS",
      parseList,
      "key,key",
    ),
  };
}

/** The defaults are aws-vault's. */
function resolveDurations(from: SettingSource, flag: number | null): Durations {
  return {
    assumeRoleSeconds: from.seconds("role duration", flag, "AWS_ASSUME_ROLE_TTL", "duration_seconds", 3600),
    sessionTokenSeconds: from.seconds("session duration", flag, "AWS_SESSION_TOKEN_TTL", null, 3600),
    chainedSessionTokenSeconds: from.seconds(
      "session duration as a source",
      flag,
      "AWS_CHAINED_SESSION_TOKEN_TTL",
      null,
      8 * 3600,
    ),
  };
}

function resolveEndpoints(
  from: SettingSource,
  sources: SettingsSources,
  overrides: SettingsOverrides,
  consumerRegion: string | null,
): EndpointSettings {
  const endpointFor = (service: string | null, setting: string) => {
    const found = resolveEndpointUrl(service, sources.env, from.layers, sources.config);
    if (found === null) return null;
    const { url, origin } = found;
    return from.note(setting, url, () => typeof origin === "string" ? origin : placeOfProperty(origin));
  };
  const legacy =
    from.text("sts_regional_endpoints", ["AWS_STS_REGIONAL_ENDPOINTS"])?.toLowerCase() === "legacy";
  const ownRegion = from.text("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], overrides.region);
  return {
    region: ownRegion ?? consumerRegion,
    ...(ownRegion === null && consumerRegion !== null ? { regionInherited: true as const } : {}),
    stsEndpointUrl: endpointFor("sts", "STS endpoint"),
    stsRegionalEndpoints: legacy ? "legacy" : "regional",
    useFips: from.boolean("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT"),
    useDualStack: from.boolean("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT"),
    endpointUrl: endpointFor(null, "endpoint_url"),
  };
}

/** What the sso-session says comes before what stands in the profile itself. */
function resolveSso(from: SettingSource, sources: SettingsSources): SsoSettings | null {
  const named = from.find("sso_session");
  const session = named === null ? null : sources.config.read("sso-session", named.value);
  if (named !== null && session === null) throw missingSection(named.property, "sso-session", named.value);
  const ofSession = (key: string) => session === null ? null : noted(from, session, key);
  const startUrl = ofSession("sso_start_url") ?? from.text("sso_start_url");
  if (startUrl === null && named !== null) {
    throw valueError(named.property, `[sso-session ${named.value}] has no sso_start_url`);
  }
  if (startUrl === null) return null;
  return {
    sessionName: named?.value ?? null,
    startUrl,
    region: ofSession("sso_region") ?? from.text("sso_region"),
    accountId: from.text("sso_account_id"),
    roleName: from.text("sso_role_name"),
    registrationScopes: parseList(ofSession("sso_registration_scopes") ?? ""),
  };
}

function noted(from: SettingSource, section: Section, key: string): string | null {
  const found = ownValue(section, key);
  return found === null ? null : from.note(key, found.value, () => placeOfProperty(found.property));
}

function refuseLoop(chain: readonly ResolvedProfile[], next: string, property: Property): void {
  const names = chain.map((profile) => profile.name);
  const before = names.indexOf(next);
  if (before < 0 && names.length < LONGEST_CHAIN) return;
  const problem = before < 0
    ? `more than ${LONGEST_CHAIN} profiles in a row draw on one another`
    : `profiles draw on each other: ${[...names.slice(before), next].join(" -> ")}`;
  throw configError("config-source-loop", property.file, property.offset, `source_profile: ${problem}`);
}

function conflict(property: Property, problem: string): Error {
  return configError("config-conflict", property.file, property.offset, `${property.name}: ${problem}`, [
    "keep the one that is meant",
  ]);
}
