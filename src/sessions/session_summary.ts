/** The call that made a session, named as aws-vault names its session items. */
export type SessionKind =
  | "sts.GetSessionToken"
  | "sts.AssumeRole"
  | "sts.AssumeRoleWithWebIdentity"
  | "sso.GetRoleCredentials"
  | "credential_process";

/** What can be known of a cached session without unlocking anything. */
export interface SessionSummary {
  readonly kind: SessionKind;
  readonly profile: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}
