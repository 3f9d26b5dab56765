/** Makes the STS call that a step of the plan stands for. */
import type { Credentials } from "../aws/credentials.ts";
import type { AwsHttpClient } from "../aws/http_client.ts";
import { StsClient } from "../aws/sts.ts";
import type { Clock, Random } from "../host/host.ts";
import type { Secret } from "../secret.ts";
import type { PlanStep } from "./plan.ts";

export interface CallStsDeps {
  readonly http: AwsHttpClient;
  readonly clock: Pick<Clock, "now">;
  readonly random: Random;
}

/** The credentials that AWS answers with. Throws what {@link StsClient} throws. */
export async function callSts(
  step: PlanStep,
  signer: Credentials,
  mfa: { serial: string; code: Secret } | null,
  deps: CallStsDeps,
): Promise<Credentials> {
  const sts = new StsClient(deps.http, step.endpoints);
  const { durationSeconds } = step;
  if (step.kind === "GetSessionToken") {
    return (await sts.getSessionToken({ durationSeconds, mfa }, signer)).credentials;
  }
  const { arn, sessionName, externalId, sourceIdentity, sessionTags, transitiveTagKeys } = step.role;
  return (await sts.assumeRole({
    roleArn: arn,
    sessionName: sessionName ?? newSessionName(deps),
    durationSeconds,
    externalId,
    sourceIdentity,
    tags: sessionTags,
    transitiveTagKeys,
    mfa,
  }, signer)).credentials;
}

/** As aws-vault makes them: the time in nanoseconds, of which this clock gives the milliseconds. */
function newSessionName({ clock, random }: CallStsDeps): string {
  const [a, b, c] = random.bytes(3);
  const fraction = ((a! << 16 | b! << 8 | c!) % 1_000_000).toString().padStart(6, "0");
  return `${clock.now()}${fraction}`;
}
