/** JWE with PBES2 a second time, step by step from the primitives of `node:crypto` (Deno's lacks
 * some with 192 bits, so sealing takes AES itself from the web's): what the store's own code is compared with. */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

const KEY_ALGORITHMS = {
  "PBES2-HS256+A128KW": { digest: "sha256", bits: 128 },
  "PBES2-HS384+A192KW": { digest: "sha384", bits: 192 },
  "PBES2-HS512+A256KW": { digest: "sha512", bits: 256 },
} as const;
const CONTENT_ALGORITHMS = {
  A128GCM: { bits: 128, digest: null },
  A192GCM: { bits: 192, digest: null },
  A256GCM: { bits: 256, digest: null },
  "A128CBC-HS256": { bits: 128, digest: "sha256" },
  "A192CBC-HS384": { bits: 192, digest: "sha384" },
  "A256CBC-HS512": { bits: 256, digest: "sha512" },
} as const;

export type KeyAlgorithm = keyof typeof KEY_ALGORITHMS;
export type ContentAlgorithm = keyof typeof CONTENT_ALGORITHMS;
export const ALL_KEY_ALGORITHMS = Object.keys(KEY_ALGORITHMS) as KeyAlgorithm[];
export const ALL_CONTENT_ALGORITHMS = Object.keys(CONTENT_ALGORITHMS) as ContentAlgorithm[];

/** `overrides` replaces members of the header after the key has been made. */
export async function sealReference(
  plaintext: string,
  passphrase: string,
  alg: KeyAlgorithm,
  enc: ContentAlgorithm,
  rounds: number,
  overrides: Record<string, unknown> = {},
): Promise<string> {
  const p2s = randomBytes(12);
  const encodedHeader = b64(
    JSON.stringify({ alg, created: "now", enc, p2c: rounds, p2s: b64(p2s), ...overrides }),
  );
  const content = CONTENT_ALGORITHMS[enc];
  const cek = randomBytes(content.bits / 8 * (content.digest === null ? 1 : 2));
  const wrapped = wrap(await wrappingKey(alg, passphrase, p2s, rounds), cek);
  if (content.digest === null) {
    const iv = randomBytes(12);
    const key = await crypto.subtle.importKey("raw", new Uint8Array(cek), "AES-GCM", false, ["encrypt"]);
    const parameters = {
      name: "AES-GCM",
      iv: new Uint8Array(iv),
      additionalData: new TextEncoder().encode(encodedHeader),
    };
    const sealed = new Uint8Array(
      await crypto.subtle.encrypt(parameters, key, new TextEncoder().encode(plaintext)),
    );
    return [encodedHeader, b64(wrapped), b64(iv), b64(sealed.subarray(0, -16)), b64(sealed.subarray(-16))]
      .join(".");
  }
  const iv = randomBytes(16);
  const half = cek.length / 2;
  const key = await crypto.subtle.importKey("raw", new Uint8Array(cek.subarray(half)), "AES-CBC", false, [
    "encrypt",
  ]);
  const parameters = { name: "AES-CBC", iv: new Uint8Array(iv) };
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(parameters, key, new TextEncoder().encode(plaintext)),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(encodedHeader.length) * 8n);
  const mac = createHmac(content.digest, cek.subarray(0, half))
    .update(encodedHeader).update(iv).update(sealed).update(length).digest();
  return [encodedHeader, b64(wrapped), b64(iv), b64(sealed), b64(mac.subarray(0, half))].join(".");
}

/** What a reader of the one form that aws-vault writes finds in it. Throws when anything does not fit. */
export async function openReference(
  compact: string,
  passphrase: string,
): Promise<{ header: Record<string, unknown>; plaintext: string }> {
  const [encodedHeader, wrapped, iv, sealed, tag] = compact.split(".") as [
    string,
    string,
    string,
    string,
    string,
  ];
  const header = JSON.parse(Buffer.from(encodedHeader, "base64url").toString());
  const kek = await wrappingKey(header.alg, passphrase, Buffer.from(header.p2s, "base64url"), header.p2c);
  const cek = unwrap(kek, Buffer.from(wrapped, "base64url"));
  const decipher = createDecipheriv("aes-256-gcm", cek, Buffer.from(iv, "base64url"));
  decipher.setAAD(Buffer.from(encodedHeader));
  decipher.setAuthTag(Buffer.from(tag, "base64url"));
  const plaintext = Buffer.concat([decipher.update(Buffer.from(sealed, "base64url")), decipher.final()]);
  return { header, plaintext: plaintext.toString() };
}

/** The web's PBKDF2: Deno's `pbkdf2Sync` takes three times as long. */
async function wrappingKey(
  alg: KeyAlgorithm,
  passphrase: string,
  p2s: Uint8Array,
  iterations: number,
): Promise<Buffer> {
  const { digest, bits } = KEY_ALGORITHMS[alg];
  const raw = new TextEncoder().encode(passphrase);
  const key = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveBits"]);
  const salt = new Uint8Array(Buffer.concat([Buffer.from(`${alg}\0`), p2s]));
  const hash = digest.replace("sha", "SHA-");
  return Buffer.from(await crypto.subtle.deriveBits({ name: "PBKDF2", hash, salt, iterations }, key, bits));
}

/** RFC 3394 §2.2.1. */
function wrap(kek: Buffer, key: Buffer): Buffer {
  const blocks = Array.from({ length: key.length / 8 }, (_, i) => key.subarray(i * 8, i * 8 + 8));
  let a = Buffer.alloc(8, 0xa6);
  for (let step = 0; step < 6 * blocks.length; step++) {
    const i = step % blocks.length;
    const b = aesBlock(kek, Buffer.concat([a, blocks[i]!]), true);
    a = counted(b.subarray(0, 8), step + 1);
    blocks[i] = b.subarray(8);
  }
  return Buffer.concat([a, ...blocks]);
}

/** RFC 3394 §2.2.2. */
function unwrap(kek: Buffer, wrapped: Buffer): Buffer {
  const blocks = Array.from(
    { length: wrapped.length / 8 - 1 },
    (_, i) => wrapped.subarray(i * 8 + 8, i * 8 + 16),
  );
  let a = wrapped.subarray(0, 8);
  for (let step = 6 * blocks.length - 1; step >= 0; step--) {
    const i = step % blocks.length;
    const b = aesBlock(kek, Buffer.concat([counted(a, step + 1), blocks[i]!]), false);
    a = b.subarray(0, 8);
    blocks[i] = b.subarray(8);
  }
  if (!a.equals(Buffer.alloc(8, 0xa6))) throw new Error("the key does not unwrap");
  return Buffer.concat(blocks);
}

function counted(a: Uint8Array, step: number): Buffer<ArrayBuffer> {
  const result = Buffer.from(a);
  result.writeUInt32BE((result.readUInt32BE(4) ^ step) >>> 0, 4);
  return result;
}

function aesBlock(key: Buffer, block: Buffer, encrypt: boolean): Buffer {
  const cipher = (encrypt ? createCipheriv : createDecipheriv)(`aes-${key.length * 8}-ecb`, key, null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

function b64(data: string | Uint8Array): string {
  return Buffer.from(data).toString("base64url");
}
