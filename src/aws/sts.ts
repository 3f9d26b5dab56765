/**
 * AWS Security Token Service: the calls that turn keys into short-lived credentials, and the one that tells whose they are.
 */
import { AppError } from "../errors.ts";
import type { Answer } from "./answer.ts";
import type { Credentials } from "./credentials.ts";
import { partitionOf, resolveEndpoint } from "./endpoints.ts";
import type { AwsHttpClient } from "./http_client.ts";
import { QueryApi, type QueryCall } from "./query_api.ts";
import { Secret } from "../secret.ts";
import {
  type AssumeRoleInput,
  checkAssumeRole,
  checkGetSessionToken,
  type GetSessionTokenInput,
  type MfaCode,
} from "./sts_parameters.ts";
import { parseTimestamp } from "./timestamp.ts";

/** STS of partition `aws` is signed for and asked in this region when nobody names one. */
const DEFAULT_REGION = "us-east-1";

/** Where STS is; the shape of a profile's endpoint settings. */
export interface StsEndpoints {
  readonly region: string | null;
  readonly stsEndpointUrl: string | null;
  readonly stsRegionalEndpoints: "regional" | "legacy";
  readonly useFips: boolean;
  readonly useDualStack: boolean;
}

export interface StsCredentials {
  readonly credentials: Credentials;
  readonly requestId: string | null;
}

export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  readonly requestId: string | null;
}

const MFA_LOST = "the MFA code may have been used: wait for the device to show the next one, then try again";

export class StsClient {
  readonly #http: AwsHttpClient;
  readonly #endpoints: StsEndpoints;

  constructor(http: AwsHttpClient, endpoints: StsEndpoints) {
    this.#http = http;
    this.#endpoints = endpoints;
  }

  /** Only long-lived keys can sign it. */
  async getSessionToken(input: GetSessionTokenInput, signer: Credentials): Promise<StsCredentials> {
    checkGetSessionToken(input);
    const { result, requestId } = await this.#call({
      action: "GetSessionToken",
      parameters: { DurationSeconds: input.durationSeconds, ...mfaParameters(input.mfa) },
      signer,
      ...mfaRetry(input.mfa),
    }, [input.mfa?.serial]);
    return { credentials: readCredentials(result, "GetSessionToken"), requestId };
  }

  async assumeRole(input: AssumeRoleInput, signer: Credentials): Promise<StsCredentials> {
    checkAssumeRole(input);
    const { result, requestId } = await this.#call({
      action: "AssumeRole",
      parameters: {
        RoleArn: input.roleArn,
        RoleSessionName: input.sessionName,
        DurationSeconds: input.durationSeconds,
        Tags: input.tags.map(([Key, Value]) => ({ Key, Value })),
        TransitiveTagKeys: input.transitiveTagKeys,
        ExternalId: input.externalId,
        ...mfaParameters(input.mfa),
        SourceIdentity: input.sourceIdentity,
      },
      signer,
      ...mfaRetry(input.mfa),
    }, [input.roleArn, input.mfa?.serial]);
    return { credentials: readCredentials(result, "AssumeRole"), requestId };
  }

  async getCallerIdentity(signer: Credentials): Promise<CallerIdentity> {
    const { result, requestId } = await this.#call({
      action: "GetCallerIdentity",
      parameters: {},
      signer,
      retry: "safe",
    }, []);
    const [account, arn, userId] = required(result, [], ["Account", "Arn", "UserId"], "GetCallerIdentity");
    return { account: account!, arn: arn!, userId: userId!, requestId };
  }

  async #call(call: QueryCall, arns: readonly (string | undefined)[]) {
    const { region, stsEndpointUrl, stsRegionalEndpoints, useFips, useDualStack } = this.#endpoints;
    const endpoint = resolveEndpoint({
      service: "sts",
      region: stsRegion(region, arns),
      useFips,
      useDualStack,
      legacyGlobalSts: stsRegionalEndpoints === "legacy",
      customUrl: stsEndpointUrl,
    });
    return await new QueryApi(this.#http, {
      name: "sts",
      version: "2011-06-15",
      endpointUrl: endpoint.url,
      signingRegion: endpoint.signingRegion ?? DEFAULT_REGION,
      signingName: endpoint.signingName,
    }).call(call);
  }
}

/**
 * The region to ask STS in: the given one, else us-east-1; but `null` where an ARN in the call belongs to another partition, whose STS
 * can't be guessed.
 */
export function stsRegion(region: string | null, arns: readonly (string | undefined)[]): string | null {
  if (region !== null && region !== "") return region;
  const foreign = arns.some((arn) => {
    const partition = /^arn:([^:]*):/.exec(arn ?? "")?.[1];
    return partition !== undefined && partition !== partitionOf(DEFAULT_REGION).id;
  });
  return foreign ? null : DEFAULT_REGION;
}

function mfaParameters(mfa: MfaCode | null) {
  return { SerialNumber: mfa?.serial ?? null, TokenCode: mfa?.code ?? null };
}

/** STS takes each code once: a call with one is sent once. Without, a second session does no harm. */
function mfaRetry(mfa: MfaCode | null): Pick<QueryCall, "retry" | "lostHint"> {
  return mfa === null ? { retry: "safe" } : { retry: "never", lostHint: MFA_LOST };
}

function readCredentials(result: Answer, action: string): Credentials {
  const [accessKeyId, secret, token, expiration] = required(
    result,
    ["Credentials"],
    ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"],
    action,
  );
  const expiresAt = parseTimestamp(expiration!);
  if (expiresAt === null) throw damaged(action, "Expiration is no time");
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(accessKeyId! + secret!)) {
    throw damaged(action, "the keys hold control characters");
  }
  const arn = result.text("AssumedRoleUser", "Arn");
  return {
    accessKeyId: accessKeyId!,
    secretAccessKey: new Secret(secret!),
    sessionToken: new Secret(token!),
    expiresAt,
    accountId: /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn ?? "")?.[1] ?? null,
  };
}

/** The texts under `path`, all there. Throws `aws-answer-damaged` naming those that are not. */
function required(
  result: Answer,
  path: readonly string[],
  names: readonly string[],
  action: string,
): string[] {
  const missing = names.filter((name) => result.text(...path, name) === null);
  if (missing.length > 0) throw damaged(action, `${missing.join(", ")} missing`);
  return names.map((name) => result.text(...path, name)!);
}

function damaged(action: string, reason: string): AppError {
  return new AppError("aws-answer-damaged", "damaged", `sts ${action}: the answer is incomplete: ${reason}`, {
    hints: ["check that the endpoint URL leads to an STS"],
  });
}
