/**
 * Checks what goes into STS calls against the service's own limits, before anything is sent: a code or a round trip spent on a request
 * that can only be refused helps nobody. Limits: STS API reference, version 2011-06-15.
 */
import { AppError } from "../errors.ts";
import type { Secret } from "../secret.ts";

export interface MfaCode {
  /** Serial number of a hardware device, or ARN of a virtual one. */
  readonly serial: string;
  readonly code: Secret;
}

export interface GetSessionTokenInput {
  readonly durationSeconds: number;
  readonly mfa: MfaCode | null;
}

export interface AssumeRoleInput {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly externalId: string | null;
  readonly sourceIdentity: string | null;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly transitiveTagKeys: readonly string[];
  readonly mfa: MfaCode | null;
}

interface TextRule {
  /** What the user calls it: the configuration key. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly pattern: RegExp;
  readonly allowed: string;
}

const ROLE_ARN: TextRule = {
  name: "role_arn",
  min: 20,
  max: 2048,
  // The model allows blanks and most of Unicode; control characters never.
  pattern: /^[\u0020-\u007e\u00a0-\u{10ffff}]*$/u,
  allowed: "no control characters",
};
const SERIAL: TextRule = {
  name: "mfa_serial",
  min: 9,
  max: 256,
  pattern: /^[A-Za-z0-9_+=/:,.@-]*$/,
  allowed: "letters, digits and _+=/:,.@-",
};
const SESSION_NAME: TextRule = {
  name: "role_session_name",
  min: 2,
  max: 64,
  pattern: /^[A-Za-z0-9_+=,.@-]*$/,
  allowed: "letters, digits and _+=,.@-",
};
const SOURCE_IDENTITY: TextRule = { ...SESSION_NAME, name: "source_identity" };
const EXTERNAL_ID: TextRule = {
  name: "external_id",
  min: 2,
  max: 1224,
  pattern: /^[A-Za-z0-9_+=,.@:/-]*$/,
  allowed: "letters, digits and _+=,.@:/-",
};
const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const TAG_ALLOWED = "letters, digits, blanks and _.:/=+-@";
const TAG_KEY: TextRule = {
  name: "session_tags: key",
  min: 1,
  max: 128,
  pattern: TAG_CHARACTERS,
  allowed: TAG_ALLOWED,
};
const TAG_VALUE: TextRule = { ...TAG_KEY, name: "session_tags: value", min: 0, max: 256 };
const TRANSITIVE_KEY: TextRule = { ...TAG_KEY, name: "transitive_session_tags: key" };
const MAX_TAGS = 50;

const LEAST_SECONDS = 900;
const MOST_SESSION_SECONDS = 129_600;
const MOST_ROLE_SECONDS = 43_200;

/** Throws AppError `sts-parameter-invalid` (kind config) or `mfa-code-invalid` (kind usage). */
export function checkGetSessionToken(input: GetSessionTokenInput): void {
  checkSeconds(input.durationSeconds, MOST_SESSION_SECONDS, "GetSessionToken");
  checkMfa(input.mfa);
}

/** Throws AppError `sts-parameter-invalid` (kind config) or `mfa-code-invalid` (kind usage). */
export function checkAssumeRole(input: AssumeRoleInput): void {
  checkText(ROLE_ARN, input.roleArn);
  checkText(SESSION_NAME, input.sessionName);
  checkSeconds(input.durationSeconds, MOST_ROLE_SECONDS, "AssumeRole");
  if (input.externalId !== null) checkText(EXTERNAL_ID, input.externalId);
  if (input.sourceIdentity !== null) {
    checkText(SOURCE_IDENTITY, input.sourceIdentity);
    if (input.sourceIdentity.startsWith("aws:")) {
      throw invalid(SOURCE_IDENTITY.name, "must not begin with aws:");
    }
  }
  checkTags(input.tags);
  if (input.transitiveTagKeys.length > MAX_TAGS) {
    throw invalid("transitive_session_tags", `more than ${MAX_TAGS} keys`);
  }
  for (const key of input.transitiveTagKeys) checkText(TRANSITIVE_KEY, key);
  checkMfa(input.mfa);
}

function checkTags(tags: AssumeRoleInput["tags"]): void {
  if (tags.length > MAX_TAGS) throw invalid("session_tags", `more than ${MAX_TAGS} tags`);
  const seen = new Set<string>();
  for (const [key, value] of tags) {
    checkText(TAG_KEY, key);
    checkText(TAG_VALUE, value);
    const plain = key.toLowerCase();
    if (seen.has(plain)) throw invalid("session_tags", "a key comes twice; keys are compared without case");
    seen.add(plain);
  }
}

function checkMfa(mfa: MfaCode | null): void {
  if (mfa === null) return;
  checkText(SERIAL, mfa.serial);
  if (!/^[0-9]{6}$/.test(mfa.code.reveal())) {
    throw new AppError("mfa-code-invalid", "usage", "the MFA code must be exactly 6 digits");
  }
}

function checkSeconds(seconds: number, most: number, call: string): void {
  if (Number.isInteger(seconds) && seconds >= LEAST_SECONDS && seconds <= most) return;
  throw invalid("duration", `${call} takes ${LEAST_SECONDS} to ${most} seconds, not ${seconds}`, [
    `it may be ${LEAST_SECONDS / 60}m to ${most / 3600}h, see --duration`,
  ]);
}

/** The value is not shown: an external id is as good as a secret to some. */
function checkText(rule: TextRule, value: string): void {
  const length = [...value].length;
  if (length < rule.min || length > rule.max) {
    throw invalid(rule.name, `must have ${rule.min} to ${rule.max} characters, not ${length}`);
  }
  if (!rule.pattern.test(value)) {
    throw invalid(rule.name, `has a character that AWS does not allow (${rule.allowed})`);
  }
}

function invalid(name: string, reason: string, hints: readonly string[] = []): AppError {
  return new AppError("sts-parameter-invalid", "config", `${name}: ${reason}`, { hints });
}
