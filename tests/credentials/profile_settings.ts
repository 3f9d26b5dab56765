import type {
  Durations,
  EndpointSettings,
  ProfileSettings,
  RoleSettings,
} from "../../src/config/settings.ts";

export interface ProfileSketch extends Partial<Omit<ProfileSettings, "role" | "durations" | "endpoints">> {
  name: string;
  /** The role's ARN alone, or all of it. */
  role?: string | RoleSettings;
  durations?: Partial<Durations>;
  endpoints?: Partial<EndpointSettings>;
}

/** Settings of a profile as the resolver would give them, with its defaults for all that a test does not mention. */
export function profileSettings(sketch: ProfileSketch): ProfileSettings {
  const { role, durations, endpoints, ...rest } = sketch;
  return {
    inConfig: true,
    mfaSerial: null,
    mfaProcess: null,
    lockAfterSeconds: null,
    source: null,
    sso: null,
    webIdentity: null,
    credentialProcess: null,
    ...rest,
    role: role === undefined ? null : typeof role === "string" ? roleSettings(role) : role,
    durations: {
      assumeRoleSeconds: 3600,
      sessionTokenSeconds: 3600,
      chainedSessionTokenSeconds: 28800,
      ...durations,
    },
    endpoints: {
      region: "us-east-1",
      stsEndpointUrl: null,
      stsRegionalEndpoints: "regional",
      useFips: false,
      useDualStack: false,
      endpointUrl: null,
      ...endpoints,
    },
  };
}

function roleSettings(arn: string): RoleSettings {
  return {
    arn,
    sessionName: null,
    externalId: null,
    sourceIdentity: null,
    sessionTags: [],
    transitiveTagKeys: [],
  };
}
