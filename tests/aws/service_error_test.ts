import assert from "node:assert/strict";
import { AwsServiceError, isSignerStale, type ServiceFailure } from "../../src/aws/service_error.ts";

function failure(part: Partial<ServiceFailure>): AwsServiceError {
  return new AwsServiceError({
    call: "sts AssumeRole",
    serviceCode: "AccessDenied",
    message: "no",
    httpStatus: 403,
    requestId: null,
    signedWithSession: false,
    secrets: [],
    ...part,
  });
}

const CATEGORIES: readonly [
  serviceCode: string | null,
  status: number,
  message: string,
  code: string,
  kind: string,
][] = [
  ["AccessDenied", 403, "no", "aws-denied", "denied"],
  [null, 401, "", "aws-denied", "denied"],
  ["InvalidClientTokenId", 403, "", "aws-keys-refused", "denied"],
  ["SignatureDoesNotMatch", 403, "The request signature we calculated", "aws-keys-refused", "denied"],
  [
    "SignatureDoesNotMatch",
    403,
    "Signature expired: A is now earlier than B (C - 15 min.)",
    "aws-clock-skew",
    "denied",
  ],
  ["SignatureDoesNotMatch", 403, "Signature not yet current: A is still later", "aws-clock-skew", "denied"],
  ["RequestExpired", 400, "", "aws-clock-skew", "denied"],
  ["RequestTimeTooSkewed", 403, "", "aws-clock-skew", "denied"],
  ["ExpiredToken", 403, "", "aws-session-expired", "denied"],
  ["ExpiredTokenException", 400, "", "aws-session-expired", "denied"],
  ["ValidationError", 400, "", "aws-request-refused", "config"],
  ["LimitExceeded", 409, "", "aws-request-refused", "config"],
  ["Throttling", 400, "Rate exceeded", "aws-throttled", "unavailable"],
  ["RequestLimitExceeded", 503, "", "aws-throttled", "unavailable"],
  [null, 429, "", "aws-throttled", "unavailable"],
  ["InternalFailure", 500, "", "aws-unavailable", "unavailable"],
  ["IDPCommunicationError", 400, "", "aws-unavailable", "unavailable"],
  [null, 503, "", "aws-unavailable", "unavailable"],
  [null, 501, "", "aws-unavailable", "unavailable"],
];
for (const [serviceCode, httpStatus, message, code, kind] of CATEGORIES) {
  Deno.test(`AwsServiceError files ${serviceCode ?? "no code"} with ${httpStatus} and "${message}" under ${code}`, () => {
    const error = failure({ serviceCode, httpStatus, message });
    assert.deepEqual([error.code, error.kind], [code, kind]);
    assert.equal(error.clockSkewed, code === "aws-clock-skew");
    assert.equal(error.throttled, code === "aws-throttled");
  });
}

Deno.test("AwsServiceError does not take an unexplained 501 for something to try again", () => {
  assert.equal(failure({ serviceCode: null, httpStatus: 501 }).transient, false);
  assert.equal(failure({ serviceCode: null, httpStatus: 502 }).transient, true);
});

Deno.test("AwsServiceError shows foreign text on one line, bounded and without control characters", () => {
  const error = failure({
    serviceCode: "A\u001b[2J",
    message: `a\n b\u202e\u001b]0;x\u0007${"y".repeat(1000)}`,
    requestId: "r\u0000",
  });
  assert.ok(
    error.message.startsWith("sts AssumeRole: A\\x1b[2J: a b\\u202e\\x1b]0;x\\x07yyy"),
    error.message,
  );
  assert.ok(error.message.endsWith("… (request r\\x00)"), error.message);
  assert.ok(error.message.length < 520);
});

Deno.test("AwsServiceError never shows the request's secrets, nor the canonical request a service quotes", () => {
  const error = failure({
    serviceCode: "SignatureDoesNotMatch",
    message:
      "hunter2 is wrong.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:TOKEN",
    secrets: ["hunter2"],
  });
  assert.equal(error.message, "sts AssumeRole: SignatureDoesNotMatch: [secret] is wrong");
});

const STALE: readonly [serviceCode: string, signedWithSession: boolean, stale: boolean][] = [
  ["ExpiredToken", true, true],
  ["ExpiredToken", false, false],
  ["InvalidClientTokenId", true, true],
  ["InvalidClientTokenId", false, false],
  ["ExpiredTokenException", true, false],
  ["AccessDenied", true, false],
];
for (const [serviceCode, signedWithSession, stale] of STALE) {
  Deno.test(`isSignerStale is ${stale} for ${serviceCode} signed with ${signedWithSession ? "a session" : "keys"}`, () => {
    assert.equal(isSignerStale(failure({ serviceCode, signedWithSession })), stale);
  });
}

Deno.test("isSignerStale is false for what is no service error", () =>
  assert.equal(isSignerStale(new Error("ExpiredToken")), false));

const HINTS: readonly [part: Partial<ServiceFailure>, hint: RegExp][] = [
  [{ serviceCode: "InvalidClientTokenId" }, /unknown or inactive/],
  [{ serviceCode: "InvalidClientTokenId", signedWithSession: true }, /aws-vault clear/],
  [{ serviceCode: "InvalidClientTokenId", signedWithSession: true, call: "iam ListAccessKeys" }, /MFA/],
  [{ serviceCode: "InvalidClientTokenId", call: "iam ListAccessKeys" }, /unknown or inactive/],
  [{ serviceCode: "ExpiredToken" }, /has ended/],
  [{ serviceCode: "ExpiredTokenException", httpStatus: 400 }, /web identity/],
  [{ message: "MultiFactorAuthentication failed with invalid MFA one time pass code. " }, /next one/],
  [
    { message: "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify" },
    /mfa_serial must be/,
  ],
  [{ message: "explicit deny: MultiFactorAuthentication is required" }, /set mfa_serial/],
  [
    { message: "Cannot call GetSessionToken with session credentials", call: "sts GetSessionToken" },
    /long-lived keys/,
  ],
  [{ message: "User: x is not authorized to perform: sts:AssumeRole on resource: y" }, /trust policy/],
  [
    {
      serviceCode: "ValidationError",
      httpStatus: 400,
      message:
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    },
    /one hour/,
  ],
  [
    {
      serviceCode: "ValidationError",
      httpStatus: 400,
      message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    },
    /maximum session duration/,
  ],
  [{ serviceCode: "SignatureDoesNotMatch", message: "Signature expired: 1 is now earlier than 2" }, /clock/],
  [
    { serviceCode: "SignatureDoesNotMatch", message: "The request signature we calculated" },
    /secret access key is wrong/,
  ],
  [
    { serviceCode: "SignatureDoesNotMatch", message: "Credential should be scoped to a valid region" },
    /another region/,
  ],
  [{ serviceCode: "RegionDisabledException" }, /switched off/],
  [{ serviceCode: "Throttling", httpStatus: 400 }, /wait a little/],
];
for (const [part, hint] of HINTS) {
  const what = [part.call, part.serviceCode, part.message, part.signedWithSession && "with a session"].filter(
    Boolean,
  ).join(", ");
  Deno.test(`errorHints has advice for ${what}`, () => assert.match(failure(part).hints.join("\n"), hint));
}

Deno.test("errorHints has none for what it does not know", () => {
  assert.deepEqual(failure({ serviceCode: "Whatever", httpStatus: 400 }).hints, []);
});
