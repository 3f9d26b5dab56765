/**
 * What a profile means once flags, environment, config file and defaults have been put together:
 * the input of the plan. See docs/compatibility.md for the precedence.
 */

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
