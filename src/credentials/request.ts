import type { Credentials } from "../aws/credentials.ts";
import type { ProfileSettings, SettingsOverrides } from "../config/settings.ts";
import type { Secret } from "../secret.ts";

/** What a command asks the credentials room for. */
export interface CredentialsRequest {
  readonly profile: string;
  /** `--no-session`: never call GetSessionToken. */
  readonly noSession: boolean;
  /** `-t`: the code for the one MFA-bearing call of this run; `null` to ask. */
  readonly mfaToken: Secret | null;
  readonly overrides: SettingsOverrides;
}

export interface CredentialsAnswer {
  readonly credentials: Credentials;
  readonly settings: ProfileSettings;
}
