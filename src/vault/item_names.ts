/**
 * What the name of a stored item says: access keys of a profile, a session, or an SSO token. All of them share
 * one flat space of names, so that a name alone decides.
 */
import { AppError, escapeControls } from "../errors.ts";
import { fromBase64Url, toBase64Url } from "./base64.ts";

/** A session item's name taken apart. */
export interface SessionItemName {
  /** The call that made it, for example `sts.GetSessionToken`. Any text: readers don't check it. */
  readonly type: string;
  readonly profile: string;
  /** MFA serial or SSO start URL; may be empty. */
  readonly mfa: string;
  /** Unix seconds. */
  readonly expiresAtSeconds: number;
}

/** `old-session`: one of the three forms that earlier versions wrote; nothing reads those any more. */
export type ItemKind = "access-key" | "session" | "old-session" | "oidc-token";

const CURRENT_SESSION = /^([^,]+),([^,]+),([^,]*),([0-9]+)$/;
const OLD_SESSIONS: readonly RegExp[] = [
  /^session,([^,]+),([^,]*),([0-9]{2,})$/,
  /^session:([^ ]+):([^ ]*):([^:]+)$/,
  /^([^\n]+?) session \((\d+)\)$/,
];
const OIDC_PREFIX = "oidc:";
/** The expiry has to fit Go's native int. */
const LAST_EXPIRY = 2n ** 63n - 1n;

export function classifyItemName(name: string): ItemKind {
  if (name.startsWith(OIDC_PREFIX)) return "oidc-token";
  if (OLD_SESSIONS.some((form) => form.test(name))) return "old-session";
  return parseSessionItemName(name) === null ? "access-key" : "session";
}

/** `null` when the name is no session's of the current form. */
export function parseSessionItemName(name: string): SessionItemName | null {
  if (OLD_SESSIONS.some((form) => form.test(name))) return null;
  const parts = CURRENT_SESSION.exec(name);
  if (parts === null) return null;
  const [, type = "", profileField = "", mfaField = "", expiry = ""] = parts;
  const profile = decodeField(profileField);
  const mfa = decodeField(mfaField);
  if (profile === null || mfa === null || BigInt(expiry) > LAST_EXPIRY) return null;
  return { type, profile, mfa, expiresAtSeconds: Number(expiry) };
}

/** The inverse of {@link parseSessionItemName}, for names without stray bits in their fields. */
export function formatSessionItemName(session: SessionItemName): string {
  const { type, profile, mfa, expiresAtSeconds } = session;
  return `${type},${encodeField(profile)},${encodeField(mfa)},${BigInt(expiresAtSeconds)}`;
}

/** The item that holds the token of an SSO start URL, taken verbatim. */
export function oidcItemName(startUrl: string): string {
  return OIDC_PREFIX + startUrl;
}

/** The start URL; `null` when the name is no SSO token's. */
export function parseOidcItemName(name: string): string | null {
  return name.startsWith(OIDC_PREFIX) ? name.slice(OIDC_PREFIX.length) : null;
}

/**
 * Refuses names that no store should be given: empty ones, control characters, halves of surrogate pairs. Only writing
 * refuses; an item that somehow has such a name can still be read and removed.
 */
export function requireWritableItemName(name: string): void {
  const reason = name === ""
    ? "an empty name"
    // deno-lint-ignore no-control-regex
    : /[\u0000-\u001f\u007f-\u009f]/.test(name)
    ? "a name with control characters"
    : /\p{Surrogate}/u.test(name)
    ? "a name that is not valid Unicode"
    : null;
  if (reason === null) return;
  throw new AppError(
    "item-name-invalid",
    "usage",
    `cannot store an item under ${reason}: "${escapeControls(name)}"`,
  );
}

/** Go keeps whatever bytes are in a field; those that are no UTF-8 show as U+FFFD. */
function decodeField(field: string): string | null {
  const bytes = fromBase64Url(field);
  return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function encodeField(text: string): string {
  return toBase64Url(new TextEncoder().encode(text));
}
