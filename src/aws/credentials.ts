import type { Secret } from "../secret.ts";

/** A set of AWS credentials, long-lived or temporary. */
export interface Credentials {
  /** `AKIA…` (long-lived) or `ASIA…` (temporary). Not secret, but shown masked. */
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** `null` for long-lived keys. */
  readonly sessionToken: Secret | null;
  /** Epoch milliseconds; `null` for keys that do not expire. */
  readonly expiresAt: number | null;
  /** Twelve digits, when the answer that made the credentials named the account. */
  readonly accountId: string | null;
}
