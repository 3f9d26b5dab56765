/**
 * The JSON envelope of `winhello` items, as aws-vault writes it: the payload under a key of its own (AES-256-GCM), that key wrapped by
 * Windows Hello's. What the envelope says of itself is authenticated with it, so that one can't take another item's place.
 */
import { Secret } from "../secret.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { decodeUtf8 } from "./item_envelope.ts";
import { PROVIDER } from "./native/hello_key.ts";
import { StoreError } from "./secret_store.ts";

export interface SealDeps {
  /** The wrapping key's name. */
  readonly keyName: string;
  readonly wrap: (key: Uint8Array) => Promise<Uint8Array>;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface OpenDeps {
  /** The wrapping key's name. */
  readonly keyName: string;
  readonly unwrap: (wrapped: Uint8Array) => Promise<Uint8Array>;
}

const CONTENT_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const CONTENT_ALGORITHM = "AES-256-GCM";
const WRAP_ALGORITHM = "RSAES-PKCS1-v1_5";

export async function sealHelloEnvelope(
  name: string,
  payload: Uint8Array<ArrayBuffer>,
  { keyName, wrap, randomBytes }: SealDeps,
): Promise<string> {
  const contentKey = Uint8Array.from(randomBytes(CONTENT_KEY_BYTES));
  const nonce = Uint8Array.from(randomBytes(NONCE_BYTES));
  const additionalData = additionalDataOf(name);
  const key = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, payload);
  const wrapped = await wrap(contentKey);
  contentKey.fill(0);
  return JSON.stringify({
    version: 1,
    provider: PROVIDER,
    key_name: keyName,
    content_alg: CONTENT_ALGORITHM,
    wrap_alg: WRAP_ALGORITHM,
    nonce: toBase64(nonce),
    wrapped_cek: toBase64(wrapped),
    ciphertext: toBase64(new Uint8Array(sealed)),
    aad: toBase64(additionalData),
  });
}

/** Throws `damaged`, before anybody is asked where that can be told, and what unwrapping throws. */
export async function openHelloEnvelope(
  name: string,
  text: string,
  { keyName, unwrap }: OpenDeps,
): Promise<Secret> {
  const { nonce, wrapped, ciphertext } = parse(name, text, keyName);
  const contentKey = Uint8Array.from(await unwrap(wrapped));
  try {
    if (contentKey.length !== CONTENT_KEY_BYTES) throw damaged("its key has the wrong length");
    const key = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["decrypt"]);
    const additionalData = additionalDataOf(name);
    const opened = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: nonce, additionalData },
      key,
      ciphertext,
    )
      .catch((cause) => {
        throw damaged("it was changed, or belongs to another key", cause);
      });
    const payload = decodeUtf8(new Uint8Array(opened));
    if (payload === null) throw damaged("its payload is not text");
    return new Secret(payload);
  } finally {
    contentKey.fill(0);
  }
}

/** Exactly these bytes: the other program compares them. */
function additionalDataOf(name: string): Uint8Array<ArrayBuffer> {
  const parts = { backend: "winhello", version: 1, service_name: "aws-vault", item_key: name };
  return new TextEncoder().encode(JSON.stringify(parts));
}

function parse(name: string, text: string, keyName: string) {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(text);
  } catch (cause) {
    throw damaged("it is not JSON", cause);
  }
  if (typeof fields !== "object" || fields === null) throw damaged("it is no JSON object");
  const expected = {
    version: 1,
    provider: PROVIDER,
    key_name: keyName,
    content_alg: CONTENT_ALGORITHM,
    wrap_alg: WRAP_ALGORITHM,
  };
  for (const [field, value] of Object.entries(expected)) {
    if (fields[field] !== value) throw damaged(`its ${field} is not the one of this user and version`);
  }
  const bytes = (field: string) => {
    const value = fields[field];
    const decoded = typeof value === "string" ? fromBase64(value) : null;
    if (decoded === null) throw damaged(`its ${field} is not base64`);
    return decoded;
  };
  if (toBase64(bytes("aad")) !== toBase64(additionalDataOf(name))) throw damaged("it is another item's");
  const nonce = bytes("nonce");
  if (nonce.length !== NONCE_BYTES) throw damaged("its nonce has the wrong length");
  return { nonce, wrapped: bytes("wrapped_cek"), ciphertext: bytes("ciphertext") };
}

function damaged(why: string, cause?: unknown): StoreError {
  return new StoreError("damaged", `the Windows Hello item makes no sense: ${why}`, { cause });
}
