/**
 * What to do about the refusals that users meet, from the service's code and the words of its message. Unknown ones get no hint.
 */

export interface Refusal {
  /** The service and operation, such as `sts AssumeRole`. */
  readonly call: string;
  readonly serviceCode: string;
  readonly message: string;
  readonly clockSkewed: boolean;
  readonly throttled: boolean;
  /** Whether the call was signed with temporary credentials. */
  readonly signedWithSession: boolean;
}

interface Rule {
  readonly applies: (refusal: Refusal) => boolean;
  readonly hints: (refusal: Refusal) => readonly string[];
}

const code = (...codes: string[]) => (refusal: Refusal) => codes.includes(refusal.serviceCode);
const words = (pattern: RegExp) => (refusal: Refusal) => pattern.test(refusal.message);
const both = (a: Rule["applies"], b: Rule["applies"]) => (refusal: Refusal) => a(refusal) && b(refusal);

/** The first that applies is taken. */
const RULES: readonly Rule[] = [
  {
    applies: (refusal) => refusal.clockSkewed,
    hints: () => ["this machine's clock is wrong by more than AWS tolerates: set it, then try again"],
  },
  {
    applies: (refusal) => refusal.throttled,
    hints: () => ["AWS is asked too often with this account's credentials: wait a little, then try again"],
  },
  {
    applies: both(code("InvalidClientTokenId"), (refusal) => refusal.call.startsWith("iam ")),
    hints: ({ signedWithSession }) =>
      signedWithSession
        ? [
          "IAM takes a session only when it was made with MFA: set mfa_serial, or leave the session out with --no-session",
        ]
        : KEY_UNKNOWN,
  },
  {
    applies: code("InvalidClientTokenId", "UnrecognizedClientException"),
    hints: ({ signedWithSession }) =>
      signedWithSession
        ? ["the session was revoked, or is not valid in this region: make a new one after aws-vault clear"]
        : KEY_UNKNOWN,
  },
  {
    applies: code("SignatureDoesNotMatch", "InvalidSignatureException"),
    hints: ({ message }) =>
      /credential should be scoped/i.test(message)
        ? ["the endpoint belongs to another region: check region and the endpoint URL"]
        : ["the stored secret access key is wrong: store the pair again with aws-vault add"],
  },
  {
    applies: code("ExpiredToken"),
    hints: () => ["the session that signed this call has ended: aws-vault clear, then try again"],
  },
  {
    applies: code("ExpiredTokenException"),
    hints: () => ["the web identity token has expired: get a new one"],
  },
  {
    applies: both(code("AccessDenied"), words(/invalid MFA one time pass code/i)),
    hints: () => [
      "the code was mistyped, belongs to another device, or was used before: wait for the next one",
      "check that mfa_serial is the device that shows the codes, and that its clock is right",
    ],
  },
  {
    applies: both(
      code("AccessDenied"),
      words(/unable to validate MFA code|must provide both MFA serial|MFA serial number/i),
    ),
    hints: () => ["mfa_serial must be the ARN of an MFA device of the user whose keys sign the call"],
  },
  {
    applies: both(code("AccessDenied"), words(/multi-?factor ?authentication|\bMFA\b/i)),
    hints: () => ["this call wants MFA: set mfa_serial = arn:aws:iam::ACCOUNT:mfa/NAME in the profile"],
  },
  {
    applies: both(code("AccessDenied"), words(/session credentials|with session|federated/i)),
    hints:
      () => ["only long-lived keys can make this call: store them with aws-vault add, or use --no-session"],
  },
  {
    applies: both(code("AccessDenied"), (refusal) => refusal.call === "sts AssumeRole"),
    hints: () => [
      "check role_arn, that the role's trust policy names this user, and that it may call sts:AssumeRole",
      "if the trust policy asks for MFA or an external id, set mfa_serial or external_id in the profile",
    ],
  },
  {
    applies: words(/role chaining/i),
    hints: () => [
      "AWS allows at most one hour to a role assumed with temporary credentials",
      "ask for 1h or less, or let the stored keys assume the role directly with --no-session",
    ],
  },
  {
    applies: words(/MaxSessionDuration/i),
    hints: () => ["ask for less, or raise the role's maximum session duration"],
  },
  {
    applies: code("RegionDisabledException"),
    hints: () => [
      "STS is switched off in this region for the account: use another region, or activate it in the account settings",
    ],
  },
  {
    applies: code("PackedPolicyTooLarge"),
    hints: () => ["the session tags are too many or too long"],
  },
  {
    applies: code("OptInRequired"),
    hints: () => ["the account is not signed up for the service or the region"],
  },
];

const KEY_UNKNOWN: readonly string[] = [
  "the access key is unknown or inactive: check it in the IAM console, then aws-vault add it again",
  "a key made a moment ago takes some seconds to work; a key of another partition needs its own region",
];

/** Whole lines, most useful first; empty for a refusal nobody can say more about. */
export function errorHints(refusal: Refusal): readonly string[] {
  return RULES.find((rule) => rule.applies(refusal))?.hints(refusal) ?? [];
}
