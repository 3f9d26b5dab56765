/**
 * One cached session as a file: a line of clear JSON (who, what, until when), then nonce, ciphertext and tag of AES-256-GCM.
 * The file's name and its clear line are authenticated with the ciphertext, so neither can be swapped or edited unnoticed. What is sealed
 * begins with the very bytes that a program which asks for the credentials is given.
 */
import type { Credentials } from "../aws/credentials.ts";
import { Secret } from "../secret.ts";
import { answerText } from "./answer_text.ts";
import type { SessionKind, SessionSummary } from "./session_summary.ts";

/** What can be read without the key. Times in epoch milliseconds by this machine's clock, however wrong it was then. */
export interface SessionHeader extends SessionSummary {
  /** All profiles that had a part in the answer: clearing any of them clears this. */
  readonly involved: readonly string[];
  readonly issuedAt: number;
  /** Identifies the key, so that a record of a replaced key is a miss and not damage. */
  readonly keyId: string;
}

/** The key under which sessions are sealed, with its public name. */
export interface CacheKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

const FORMAT = "aws-vault session 1";
/** NIST SP 800-38D: 96-bit nonces, random here; a key seals far fewer than the 2^32 records that allows. */
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
/** Longest clear line that is looked at; a header is a few hundred bytes. */
const MAX_HEADER_LENGTH = 16_384;

const encoder = new TextEncoder();

/** The file's bytes. `nonce` must be 12 fresh random bytes. */
export async function sealSession(
  name: string,
  header: SessionHeader,
  credentials: Credentials,
  key: CacheKey,
  nonce: Uint8Array,
): Promise<Uint8Array> {
  const line = JSON.stringify({
    format: FORMAT,
    kind: header.kind,
    profile: header.profile,
    involved: header.involved,
    issuedAt: header.issuedAt,
    expiresAt: header.expiresAt,
    keyId: header.keyId,
  });
  const rest = JSON.stringify([credentials.expiresAt, credentials.accountId]);
  const plain = encoder.encode(answerText(credentials) + rest);
  const imported = await crypto.subtle.importKey("raw", key.bytes as BufferSource, "AES-GCM", false, [
    "encrypt",
  ]);
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(
      {
        name: "AES-GCM",
        iv: nonce as BufferSource,
        additionalData: authenticated(name, line) as BufferSource,
      },
      imported,
      plain,
    ),
  );
  const head = encoder.encode(line + "\n");
  const file = new Uint8Array(head.length + nonce.length + sealed.length);
  file.set(head);
  file.set(nonce, head.length);
  file.set(sealed, head.length + nonce.length);
  return file;
}

/** The clear line; `null` when the bytes are no session file of this format. */
export function readHeader(
  file: Uint8Array,
): { header: SessionHeader; line: string; bodyStart: number } | null {
  const end = file.indexOf(10);
  if (end <= 0 || end > MAX_HEADER_LENGTH) return null;
  try {
    const line = new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(0, end));
    const value = JSON.parse(line);
    const complete = value?.format === FORMAT && typeof value.kind === "string" &&
      typeof value.profile === "string" &&
      Number.isFinite(value.issuedAt) && Number.isFinite(value.expiresAt) &&
      typeof value.keyId === "string" &&
      Array.isArray(value.involved) && value.involved.every((name: unknown) => typeof name === "string");
    if (!complete) return null;
    const { kind, profile, involved, issuedAt, expiresAt, keyId } = value;
    return {
      header: { kind: kind as SessionKind, profile, involved, issuedAt, expiresAt, keyId },
      line,
      bodyStart: end + 1,
    };
  } catch {
    return null;
  }
}

/** Where in a session file the sealed bytes begin. */
export function sealedStart(file: Uint8Array): number {
  return file.indexOf(10) + 1 + NONCE_LENGTH;
}

/** The credentials; `null` when name, header, body or key do not belong together. */
export async function openSession(
  name: string,
  file: Uint8Array,
  parsed: { line: string; bodyStart: number },
  key: CacheKey,
): Promise<Credentials | null> {
  const body = file.subarray(parsed.bodyStart);
  if (body.length < NONCE_LENGTH + TAG_LENGTH) return null;
  try {
    const imported = await crypto.subtle.importKey("raw", key.bytes as BufferSource, "AES-GCM", false, [
      "decrypt",
    ]);
    const plain = await crypto.subtle.decrypt(
      {
        name: "AES-GCM",
        iv: body.subarray(0, NONCE_LENGTH) as BufferSource,
        additionalData: authenticated(name, parsed.line) as BufferSource,
      },
      imported,
      body.subarray(NONCE_LENGTH) as BufferSource,
    );
    const text = new TextDecoder().decode(plain), rest = text.lastIndexOf("\n");
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(text.slice(0, rest));
    const [expiresAt, accountId] = JSON.parse(text.slice(rest));
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: new Secret(SecretAccessKey),
      sessionToken: SessionToken === undefined ? null : new Secret(SessionToken),
      expiresAt,
      accountId,
    };
  } catch {
    return null;
  }
}

function authenticated(name: string, line: string): Uint8Array {
  return encoder.encode(`${FORMAT}\n${name}\n${line}`);
}
