/**
 * How secrets travel between us and a Secret Service: encrypted under a key that both sides agree on for one session, or as they are.
 *
 * https://specifications.freedesktop.org/secret-service/latest/transfer-secrets.html
 */
import type { Random } from "../../host/host.ts";

/** The two parts of a secret on the bus. */
export interface Sealed {
  /** Empty, or the initialisation vector. */
  readonly parameters: Uint8Array;
  readonly value: Uint8Array;
}

export interface SecretTransport {
  seal(secret: Uint8Array): Promise<Sealed>;
  /** `null` when it can't be what was agreed on. */
  open(sealed: Sealed): Promise<Uint8Array | null>;
}

export const PLAIN_ALGORITHM = "plain";
export const ENCRYPTED_ALGORITHM = "dh-ietf1024-sha256-aes128-cbc-pkcs7";

export const plainTransport: SecretTransport = {
  seal: (secret) => Promise.resolve({ parameters: new Uint8Array(), value: secret }),
  open: ({ value }) => Promise.resolve(value),
};

/** The 1024-bit group that the algorithm's name means: https://www.rfc-editor.org/rfc/rfc2409#section-6.2 */
const PRIME = BigInt(
  "0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
);
const GENERATOR = 2n;
const PRIME_LENGTH = 128;
/** Twice the strength of the cipher's key: https://www.rfc-editor.org/rfc/rfc7919#section-5.2 */
const EXPONENT_LENGTH = 32;
const BLOCK_LENGTH = 16;

/** Our half of an agreement. */
export interface KeyOffer {
  readonly publicKey: Uint8Array;
  /**
   * `null` when the other side's half is no number that could have come from an honest one. `ambiguous`: try again with another offer. One in
   * 256 shared numbers is a byte shorter than the others; some services (gnome-keyring) then put a zero before it, others (KWallet) don't,
   * and a secret sent under the wrong key would be kept as garbage.
   */
  accept(otherPublicKey: Uint8Array): Promise<SecretTransport | "ambiguous" | null>;
}

export function offerKey(random: Random): KeyOffer {
  const exponent = toNumber(random.bytes(EXPONENT_LENGTH));
  const publicKey = toBytes(power(GENERATOR, exponent));
  if (publicKey[0] === 0) return offerKey(random); // as ambiguous as a shared number
  return {
    publicKey,
    async accept(otherPublicKey) {
      const other = toNumber(otherPublicKey);
      if (other <= 1n || other >= PRIME - 1n) return null;
      const shared = toBytes(power(other, exponent));
      if (shared[0] === 0) return "ambiguous";
      return encryptedTransport(await deriveKey(shared), random);
    },
  };
}

/** HKDF with SHA-256, no salt and no info. */
async function deriveKey(shared: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const none = new Uint8Array();
  return await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: none, info: none },
    material,
    { name: "AES-CBC", length: 128 },
    false,
    ["encrypt", "decrypt"],
  );
}

function encryptedTransport(key: CryptoKey, random: Random): SecretTransport {
  return {
    async seal(secret) {
      const iv = random.bytes(BLOCK_LENGTH).slice();
      const value = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, secret.slice());
      return { parameters: iv, value: new Uint8Array(value) };
    },
    async open({ parameters, value }) {
      if (parameters.length !== BLOCK_LENGTH) return null;
      try {
        const algorithm = { name: "AES-CBC", iv: parameters.slice() };
        return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, value.slice()));
      } catch {
        return null;
      }
    },
  };
}

/** `base` to the power of `exponent`, modulo the prime. Not in constant time: the exponent serves once. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = result * result % PRIME;
    if (bit === "1") result = result * base % PRIME;
  }
  return result;
}

/** Big-endian. */
function toNumber(bytes: Uint8Array): bigint {
  let digits = "0x0";
  for (const byte of bytes) digits += byte.toString(16).padStart(2, "0");
  return BigInt(digits);
}

/** Big-endian, as long as the prime. */
function toBytes(number: bigint): Uint8Array<ArrayBuffer> {
  const digits = number.toString(16).padStart(2 * PRIME_LENGTH, "0");
  return Uint8Array.from({ length: PRIME_LENGTH }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
