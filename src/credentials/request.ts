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
  /**
   * `sdk`: the answer goes to a program that asks again by itself (JSON output), so it should last beyond that program's own refresh window,
   * and a refusal of the last seconds is not tried again; `person`: somebody waits for it.
   */
  readonly answerFor: "sdk" | "person";
}

export interface CredentialsAnswer {
  readonly credentials: Credentials;
  readonly settings: ProfileSettings;
}
