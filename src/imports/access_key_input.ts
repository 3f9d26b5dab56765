/** Checks what a user typed or pasted as a new access key. The reasons never quote the answer: it may be the secret in the wrong place. */
import { AppError } from "../errors.ts";
import { Secret } from "../secret.ts";

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
const otherIds: Readonly<Record<string, string>> = {
  AIDA: "an IAM user",
  AROA: "a role",
  AGPA: "a user group",
  AIPA: "an instance profile",
  ANPA: "a managed policy",
  ANVA: "a version of a managed policy",
  ASCA: "a certificate",
  APKA: "a public key",
};

/** SecretAccessKey in the examples of https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
const AWS_SECRET_LENGTH = 40;

/** The id, trimmed. Throws AppError `access-key-id-malformed`. */
export function checkAccessKeyId(answer: string): string {
  const id = answer.trim();
  const wrong = (reason: string, ...hints: string[]) =>
    new AppError("access-key-id-malformed", "usage", `that is no access key id: ${reason}`, { hints });
  if (id === "") throw wrong("it is empty");
  if (looksLikeSecretKey(id)) {
    throw wrong("it looks like a secret access key", "the access key id comes first; it begins with AKIA");
  }
  if (/\s/.test(id)) throw wrong("it has a blank in it");
  if (!/^[A-Z0-9]+$/.test(id)) throw wrong("it has characters other than A-Z and 0-9");
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
  if (id.length < 16 || id.length > 128) throw wrong(`it has ${id.length} characters, not 16 to 128`);
  if (id.startsWith("ASIA")) {
    throw wrong(
      "it belongs to temporary credentials, which expire and need a session token",
      "store the long-lived key of an IAM user; it begins with AKIA",
    );
  }
  const owner = otherIds[id.slice(0, 4)];
  if (owner !== undefined) {
    throw wrong(`it is the id of ${owner}`, "the id of an access key begins with AKIA");
  }
  return id;
}

/** The secret, trimmed. Throws AppError `secret-key-malformed`. */
export function checkSecretKey(answer: Secret): Secret {
  const secret = answer.reveal().trim();
  const wrong = (reason: string, ...hints: string[]) =>
    new AppError("secret-key-malformed", "usage", `that is no secret access key: ${reason}`, { hints });
  if (secret === "") throw wrong("it is empty");
  if (/^A[KS]IA[A-Z0-9]{12,}$/.test(secret)) {
    throw wrong(
      "it looks like an access key id",
      "the access key id comes first, then the secret access key",
    );
  }
  if (/\s/.test(secret)) throw wrong("it has a blank in it");
  if (!/^[A-Za-z0-9/+=]+$/.test(secret)) throw wrong("it has characters other than A-Z, a-z, 0-9, / + =");
  return new Secret(secret);
}

/**
 * What to tell of a secret that is taken and yet none that AWS gives out, a paste that was cut off perhaps; `null` for nothing. It is not
 * refused: stand-ins for AWS have secrets of other lengths. The value is not in it.
 */
export function oddSecretKey(secret: Secret): string | null {
  const { length } = secret.reveal();
  return length === AWS_SECRET_LENGTH
    ? null
    : `the secret access key has ${length} characters, those of AWS have ${AWS_SECRET_LENGTH}: was it cut off?`;
}

/** The device's ARN or serial number, trimmed; `null` for a blank answer. Throws AppError `mfa-serial-malformed`. */
export function checkMfaSerial(answer: string): string | null {
  const serial = answer.trim();
  const wrong = (reason: string) =>
    new AppError("mfa-serial-malformed", "usage", `that is no MFA device: ${reason}`, {
      hints: ["it looks like arn:aws:iam::123456789012:mfa/NAME, or is the serial number on the device"],
    });
  if (serial === "") return null;
  if (/^\d{6,8}$/.test(serial)) throw wrong("it looks like an MFA code");
  if (serial.startsWith("arn:") && !/^arn:[^:]+:iam::\d*:mfa\/./.test(serial)) {
    throw wrong("its ARN is not that of an MFA device");
  }
  // SerialNumber in https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
  if (!/^[\w+=/:,.@-]*$/.test(serial)) throw wrong("it has characters that no device name has");
  if (serial.length < 9 || serial.length > 256) {
    throw wrong(`it has ${serial.length} characters, not 9 to 256`);
  }
  return serial;
}

/** 40 characters of base64 with something that no id has. */
function looksLikeSecretKey(text: string): boolean {
  return text.length === AWS_SECRET_LENGTH && /^[A-Za-z0-9/+]+$/.test(text) && /[a-z/+]/.test(text);
}
