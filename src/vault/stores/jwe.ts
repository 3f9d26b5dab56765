/**
 * JWE compact serialisation with a passphrase, the format of the `file` store (RFC 7516, RFC 7518 §4.8 and §5).
 *
 * Supported: PBES2 key wrapping in its three strengths with AES-GCM or AES-CBC-HMAC in theirs, which is what the
 * library behind aws-vault reads. Refused by name: any other algorithm, compression, critical extensions.
 */
import type { Secret } from "../../secret.ts";
import { fromBase64Url, toBase64Url } from "../base64.ts";

export type OpenedJwe =
  | { readonly outcome: "opened"; readonly plaintext: Uint8Array }
  /** The wrapped key does not open: another passphrase, or the part that holds the key is damaged. */
  | { readonly outcome: "wrong-passphrase" }
  /** `reason` completes "the item …" and quotes nothing of the content. */
  | { readonly outcome: "damaged"; readonly reason: string };

/**
 * Rounds of PBKDF2-HMAC-SHA256 for new items: the figure of OWASP's Password Storage Cheat Sheet
 * (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html). About 0.1 s on a current CPU,
 * and less than half of what aws-vault is willing to spend on opening one.
 */
export const KDF_ROUNDS = 600_000;

interface KeyAlgorithm {
  readonly hash: "SHA-256" | "SHA-384" | "SHA-512";
  readonly keyBytes: number;
  /** More rounds are refused, so that a planted file can't keep us busy for hours. The ceilings of jose2go 1.10. */
  readonly maxRounds: number;
}

const KEY_ALGORITHMS: Readonly<Record<string, KeyAlgorithm>> = {
  "PBES2-HS256+A128KW": { hash: "SHA-256", keyBytes: 16, maxRounds: 1_300_000 },
  "PBES2-HS384+A192KW": { hash: "SHA-384", keyBytes: 24, maxRounds: 950_000 },
  "PBES2-HS512+A256KW": { hash: "SHA-512", keyBytes: 32, maxRounds: 600_000 },
};

interface ContentAlgorithm {
  /** Length of the content key, the MAC half included. */
  readonly keyBytes: number;
  /** `null`: AES-GCM, which authenticates by itself. */
  readonly macHash: "SHA-256" | "SHA-384" | "SHA-512" | null;
}

const CONTENT_ALGORITHMS: Readonly<Record<string, ContentAlgorithm>> = {
  A128GCM: { keyBytes: 16, macHash: null },
  A192GCM: { keyBytes: 24, macHash: null },
  A256GCM: { keyBytes: 32, macHash: null },
  "A128CBC-HS256": { keyBytes: 32, macHash: "SHA-256" },
  "A192CBC-HS384": { keyBytes: 48, macHash: "SHA-384" },
  "A256CBC-HS512": { keyBytes: 64, macHash: "SHA-512" },
};

const WRITTEN_ALG = "PBES2-HS256+A128KW";
const WRITTEN_ENC = "A256GCM";
const GCM_TAG_BYTES = 16;
const GCM_IV_BYTES = 12;
const CBC_IV_BYTES = 16;
const SALT_BYTES = 16;

type Bytes = Uint8Array<ArrayBuffer>;

/** `created` goes into the header as it is; nothing reads it. `randomBytes` has to be cryptographically secure. */
export async function sealJwe(
  plaintext: Uint8Array,
  passphrase: Secret,
  created: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const header = { alg: WRITTEN_ALG, created, enc: WRITTEN_ENC, p2c: KDF_ROUNDS, p2s: toBase64Url(salt) };
  const encodedHeader = toBase64Url(ascii(JSON.stringify(header)));
  const wrappingKey = await deriveWrappingKey(
    WRITTEN_ALG,
    KEY_ALGORITHMS[WRITTEN_ALG]!,
    passphrase,
    salt,
    KDF_ROUNDS,
  );
  const contentKey = new Uint8Array(randomBytes(CONTENT_ALGORITHMS[WRITTEN_ENC]!.keyBytes));
  const wrapped = await crypto.subtle.wrapKey("raw", await asWrappable(contentKey), wrappingKey, "AES-KW");
  const iv = new Uint8Array(randomBytes(GCM_IV_BYTES));
  const key = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["encrypt"]);
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: ascii(encodedHeader) },
      key,
      new Uint8Array(plaintext),
    ),
  );
  const tagAt = sealed.length - GCM_TAG_BYTES;
  const parts = [new Uint8Array(wrapped), iv, sealed.subarray(0, tagAt), sealed.subarray(tagAt)];
  return [encodedHeader, ...parts.map(toBase64Url)].join(".");
}

/** Never throws for what the text holds. The caller bounds its length. */
export async function openJwe(compact: string, passphrase: Secret): Promise<OpenedJwe> {
  const fields = compact.trim().split(".");
  if (fields.length !== 5) return damaged("is not in JWE format");
  const [encodedHeader = "", ...rest] = fields;
  const [wrapped, iv, ciphertext, tag] = rest.map(fromBase64Url);
  if (!wrapped || !iv || !ciphertext || !tag) return damaged("is not in JWE format");

  const header = readHeader(encodedHeader);
  if (typeof header === "string") return damaged(header);

  const wrappingKey = await deriveWrappingKey(header.alg, header.key, passphrase, header.salt, header.rounds);
  let contentKey: Bytes;
  try {
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const unwrapped = await crypto.subtle.unwrapKey("raw", wrapped, wrappingKey, "AES-KW", hmac, true, [
      "sign",
    ]);
    contentKey = new Uint8Array(await crypto.subtle.exportKey("raw", unwrapped));
  } catch {
    return { outcome: "wrong-passphrase" };
  }
  if (contentKey.length !== header.content.keyBytes) return damaged("has a content key of the wrong length");

  const open = header.content.macHash === null ? openGcm : openCbc;
  const plaintext = await open(header.content, contentKey, {
    iv,
    ciphertext,
    tag,
    aad: ascii(encodedHeader),
  });
  return plaintext === null ? damaged("fails its integrity check") : { outcome: "opened", plaintext };
}

interface Header {
  readonly alg: string;
  readonly key: KeyAlgorithm;
  readonly content: ContentAlgorithm;
  readonly rounds: number;
  readonly salt: Bytes;
}

/** The header, or what is wrong with it. */
function readHeader(encoded: string): Header | string {
  const bytes = fromBase64Url(encoded);
  if (bytes === null) return "has an unreadable header";
  let members: Record<string, unknown>;
  try {
    members = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return "has an unreadable header";
  }
  if (typeof members !== "object" || members === null) return "has an unreadable header";
  const { alg, enc, p2c, p2s, zip, crit } = members;
  const key = typeof alg === "string" && Object.hasOwn(KEY_ALGORITHMS, alg) ? KEY_ALGORITHMS[alg] : undefined;
  const content = typeof enc === "string" && Object.hasOwn(CONTENT_ALGORITHMS, enc)
    ? CONTENT_ALGORITHMS[enc]
    : undefined;
  if (typeof alg !== "string" || key === undefined) return "is encrypted with an unsupported key algorithm";
  if (content === undefined) return "is encrypted with an unsupported content algorithm";
  if (zip !== undefined || crit !== undefined) return "uses a JWE extension that is not supported";
  if (typeof p2c !== "number" || !Number.isInteger(p2c) || p2c < 1) {
    return "names no number of key derivation rounds";
  }
  if (p2c > key.maxRounds) {
    return `asks for ${p2c} key derivation rounds, more than the limit of ${key.maxRounds}`;
  }
  const salt = typeof p2s === "string" ? fromBase64Url(p2s) : null;
  if (salt === null) return "has no salt";
  return { alg, key, content, rounds: p2c, salt };
}

/** RFC 7518 §4.8.1: the salt is the algorithm's name, a zero byte, and `p2s`. */
async function deriveWrappingKey(
  alg: string,
  { hash, keyBytes }: KeyAlgorithm,
  passphrase: Secret,
  p2s: Uint8Array,
  rounds: number,
): Promise<CryptoKey> {
  const salt = concat(ascii(alg), new Uint8Array(1), p2s);
  const password = new TextEncoder().encode(passphrase.reveal());
  const base = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash, salt, iterations: rounds },
    base,
    keyBytes * 8,
  );
  return crypto.subtle.importKey("raw", bits, "AES-KW", false, ["wrapKey", "unwrapKey"]);
}

/** AES-KW only moves keys; the type HMAC takes any length. */
function asWrappable(key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
}

interface Sealed {
  readonly iv: Bytes;
  readonly ciphertext: Bytes;
  readonly tag: Bytes;
  readonly aad: Bytes;
}

async function openGcm(_: ContentAlgorithm, contentKey: Bytes, sealed: Sealed): Promise<Uint8Array | null> {
  if (sealed.tag.length !== GCM_TAG_BYTES || sealed.iv.length !== GCM_IV_BYTES) return null;
  const key = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["decrypt"]);
  const parameters = { name: "AES-GCM", iv: sealed.iv, additionalData: sealed.aad };
  return decrypt(parameters, key, concat(sealed.ciphertext, sealed.tag));
}

/** RFC 7518 §5.2.2: the first half of the key authenticates, the second decrypts; the tag is half a MAC. */
async function openCbc(
  content: ContentAlgorithm,
  contentKey: Bytes,
  sealed: Sealed,
): Promise<Uint8Array | null> {
  if (sealed.iv.length !== CBC_IV_BYTES) return null;
  const half = contentKey.length / 2;
  const aadBits = new Uint8Array(8);
  new DataView(aadBits.buffer).setBigUint64(0, BigInt(sealed.aad.length) * 8n);
  const macParameters = { name: "HMAC", hash: content.macHash! };
  const macKey = await crypto.subtle.importKey("raw", contentKey.slice(0, half), macParameters, false, [
    "sign",
  ]);
  const authenticated = concat(sealed.aad, sealed.iv, sealed.ciphertext, aadBits);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", macKey, authenticated));
  if (!equalBytes(mac.subarray(0, half), sealed.tag)) return null;
  const key = await crypto.subtle.importKey("raw", contentKey.slice(half), "AES-CBC", false, ["decrypt"]);
  return decrypt({ name: "AES-CBC", iv: sealed.iv }, key, sealed.ciphertext);
}

async function decrypt(
  parameters: AesGcmParams | AesCbcParams,
  key: CryptoKey,
  data: Bytes,
): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, data));
  } catch {
    return null;
  }
}

/** Without an early exit. */
function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}

function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function ascii(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function damaged(reason: string): OpenedJwe {
  return { outcome: "damaged", reason };
}
