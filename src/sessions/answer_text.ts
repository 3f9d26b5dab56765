import type { Credentials } from "../aws/credentials.ts";
import { isoSeconds } from "./iso_seconds.ts";

/**
 * What SDKs read from a `credential_process`, and what is sealed on disk. Exactly the members that aws-vault prints, no account id:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function answerText(c: Credentials): string {
  const members = {
    Version: 1,
    AccessKeyId: c.accessKeyId,
    SecretAccessKey: c.secretAccessKey.reveal(),
    ...c.sessionToken === null || c.sessionToken.isEmpty ? {} : { SessionToken: c.sessionToken.reveal() },
    ...c.expiresAt === null ? {} : { Expiration: isoSeconds(c.expiresAt) },
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}
