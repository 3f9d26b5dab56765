/** What a source of access keys holds, each key checked for its form. */
import { AppError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { checkAccessKeyId, checkSecretKey } from "./access_key_input.ts";

export interface FoundKey {
  readonly profile: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** Something under a profile's name that is no long-lived key. The reason is a part of a sentence, without secrets. */
export interface UnusableKey {
  readonly profile: string;
  readonly reason: string;
}

export type Finding = FoundKey | UnusableKey;

export function isUsable(finding: Finding): finding is FoundKey {
  return "accessKeyId" in finding;
}

/** Checks what was found under a name; empty parts count as missing. */
export function toFinding(
  profile: string,
  parts: { readonly id: string; readonly secret: string; readonly token: string },
): Finding {
  if (parts.token !== "") return { profile, reason: "it has a session token: temporary credentials" };
  if (parts.id === "") return { profile, reason: "it has no access key id" };
  if (parts.secret === "") return { profile, reason: "it has no secret access key" };
  return attempt(profile, () => ({
    profile,
    accessKeyId: checkAccessKeyId(parts.id),
    secretAccessKey: checkSecretKey(new Secret(parts.secret)),
  }));
}

/** A failure with a message of ours becomes the reason. */
export function attempt(profile: string, find: () => Finding): Finding {
  try {
    return find();
  } catch (failure) {
    if (failure instanceof AppError) return { profile, reason: failure.message };
    throw failure;
  }
}
