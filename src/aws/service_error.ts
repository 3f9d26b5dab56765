/**
 * What an AWS service refused or failed at, in its own words and with what support asks for: service code, HTTP status, request id.
 */
import { AppError, type ErrorKind, escapeControls } from "../errors.ts";
import { errorHints } from "./error_hints.ts";

/** Longest part of a service's message that is shown. */
const MAX_MESSAGE_LENGTH = 400;

export interface ServiceFailure {
  /** The service and operation, such as `sts AssumeRole`. */
  readonly call: string;
  /** The code the service gave; `null` when the answer held none, as gateways' error pages do. */
  readonly serviceCode: string | null;
  /** As sent, any length. */
  readonly message: string | null;
  readonly httpStatus: number;
  readonly requestId: string | null;
  /** Whether the call was signed with temporary credentials. */
  readonly signedWithSession: boolean;
  /** Texts that may not be shown even where a service echoes them. */
  readonly secrets: readonly string[];
}

/** P§4: an overloaded server asks for patience with these. IAM's quota code `LimitExceeded` is not one of them. */
const THROTTLING_CODES: ReadonlySet<string> = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestThrottled",
  "RequestThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "BandwidthLimitExceeded",
  "LimitExceededException",
  "SlowDown",
  "PriorRequestNotComplete",
  "EC2ThrottledException",
  "ProvisionedThroughputExceededException",
  "TransactionInProgressException",
]);

const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  "RequestTimeout",
  "RequestTimeoutException",
  "InternalFailure",
  "InternalError",
  "ServiceUnavailable",
  "IDPCommunicationError",
]);

const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** These say by themselves that the clocks differ. */
const SKEW_CODES: ReadonlySet<string> = new Set([
  "RequestTimeTooSkewed",
  "RequestExpired",
  "RequestInTheFuture",
]);
/** These have many reasons; only their text tells when it was the clock. */
const SIGNATURE_CODES: ReadonlySet<string> = new Set(["SignatureDoesNotMatch", "InvalidSignatureException"]);
const SKEW_TEXT = /signature (expired|not yet current)/i;

/** The code and kind under which users find a failure in the reference of errors. */
type Category =
  | "aws-throttled"
  | "aws-unavailable"
  | "aws-clock-skew"
  | "aws-session-expired"
  | "aws-keys-refused"
  | "aws-denied"
  | "aws-request-refused";

const KINDS: Readonly<Record<Category, ErrorKind>> = {
  "aws-throttled": "unavailable",
  "aws-unavailable": "unavailable",
  "aws-clock-skew": "denied",
  "aws-session-expired": "denied",
  "aws-keys-refused": "denied",
  "aws-denied": "denied",
  "aws-request-refused": "config",
};

/** An answer that says no. `code` is the category; `serviceCode` is the service's own. */
export class AwsServiceError extends AppError {
  override readonly name = "AwsServiceError";
  readonly serviceCode: string;
  readonly httpStatus: number;
  /** `null` when the answer named none. */
  readonly requestId: string | null;
  /** The server is too busy, whatever the call was. */
  readonly throttled: boolean;
  /** Trying the same again may work. */
  readonly transient: boolean;
  /** The signature was refused because of its date: before anything else in the request was looked at. */
  readonly clockSkewed: boolean;
  /** The temporary credentials that signed the call are no longer taken. */
  readonly signerStale: boolean;

  constructor(failure: ServiceFailure) {
    const serviceCode = clean(failure.serviceCode ?? `HTTP ${failure.httpStatus}`, failure.secrets, 128);
    const message = clean(shownMessage(failure), failure.secrets, MAX_MESSAGE_LENGTH);
    const requestId = failure.requestId === null ? null : clean(failure.requestId, failure.secrets, 128);
    const throttled = failure.httpStatus === 429 || THROTTLING_CODES.has(serviceCode);
    const transient = TRANSIENT_STATUSES.has(failure.httpStatus) || TRANSIENT_CODES.has(serviceCode);
    const clockSkewed = SKEW_CODES.has(serviceCode) ||
      (SIGNATURE_CODES.has(serviceCode) && SKEW_TEXT.test(failure.message ?? ""));
    const category = categorize(serviceCode, failure.httpStatus, { throttled, transient, clockSkewed });
    const text = [`${failure.call}: ${serviceCode}`, ...(message === "" ? [] : [message])].join(": ");
    super(category, KINDS[category], requestId === null ? text : `${text} (request ${requestId})`, {
      hints: errorHints({
        call: failure.call,
        serviceCode,
        message: failure.message ?? "",
        clockSkewed,
        throttled,
        signedWithSession: failure.signedWithSession,
      }),
    });
    this.serviceCode = serviceCode;
    this.httpStatus = failure.httpStatus;
    this.requestId = requestId;
    this.throttled = throttled;
    this.transient = transient;
    this.clockSkewed = clockSkewed;
    this.signerStale = failure.signedWithSession &&
      (serviceCode === "ExpiredToken" || serviceCode === "InvalidClientTokenId");
  }
}

/**
 * Whether new credentials for the signer may help: the service no longer takes the session that signed the call.
 */
export function isSignerStale(error: unknown): boolean {
  return error instanceof AwsServiceError && error.signerStale;
}

function categorize(
  code: string,
  status: number,
  found: { throttled: boolean; transient: boolean; clockSkewed: boolean },
): Category {
  if (found.throttled) return "aws-throttled";
  if (found.transient || status >= 500) return "aws-unavailable";
  if (found.clockSkewed) return "aws-clock-skew";
  if (code === "ExpiredToken" || code === "ExpiredTokenException") return "aws-session-expired";
  if (code === "InvalidClientTokenId" || SIGNATURE_CODES.has(code)) return "aws-keys-refused";
  return status === 401 || status === 403 ? "aws-denied" : "aws-request-refused";
}

/** Without the canonical request that a service quotes after a wrong signature: the session token stands in it. */
function shownMessage(failure: ServiceFailure): string {
  const message = failure.message ?? "";
  const quoted = message.search(/the canonical string for this request/i);
  return (quoted < 0 ? message : message.slice(0, quoted)).trim();
}

/** Foreign text made fit for a terminal: one line, no control characters, none of the secrets, bounded. */
function clean(text: string, secrets: readonly string[], maxLength: number): string {
  let shown = text;
  for (const secret of secrets) {
    if (secret !== "") shown = shown.replaceAll(secret, "[secret]");
  }
  shown = escapeControls(shown.replace(/\s+/g, " ")).replace(/\.$/, "");
  return shown.length <= maxLength ? shown : `${shown.slice(0, maxLength)}…`;
}
