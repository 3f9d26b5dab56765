/**
 * SHA-256 (FIPS 180-4) in plain JavaScript, for Deno, which has none that answers at once: its `node:crypto` takes longer to load than a whole
 * cached answer does, and the web's digest answers later.
 */
import type { HotDigester } from "./host.ts";

const BLOCK_BYTES = 64;
/** At the end of the message: a one bit, and its length in bits as a number of 64 bits. */
const SMALLEST_PADDING = 9;

/** The first 32 bits behind the point of the square roots of the first 8 primes: section 5.3.3. */
// deno-fmt-ignore
const START = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** The same of the cube roots of the first 64: section 4.2.2. */
// deno-fmt-ignore
const ROUNDS = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

export class Sha256 implements HotDigester {
  readonly #parts: Uint8Array[] = [];

  update(bytes: string | Uint8Array): void {
    this.#parts.push(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes.slice());
  }

  digest(_encoding: "hex"): string {
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0);
    const message = new DataView(
      new ArrayBuffer(Math.ceil((length + SMALLEST_PADDING) / BLOCK_BYTES) * BLOCK_BYTES),
    );
    const bytes = new Uint8Array(message.buffer);
    let end = 0;
    for (const part of this.#parts) {
      bytes.set(part, end);
      end += part.length;
    }
    bytes[length] = 0x80;
    message.setUint32(bytes.length - 8, Math.floor(length / 2 ** 29));
    message.setUint32(bytes.length - 4, length << 3);
    const state = Int32Array.from(START), schedule = new Int32Array(64);
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) compress(state, message, at, schedule);
    return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

/** Section 6.2.2. */
function compress(state: Int32Array, message: DataView, at: number, w: Int32Array): void {
  for (let i = 0; i < 16; i++) w[i] = message.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!, y = w[i - 2]!;
    const small0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
    const small1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
    w[i] = w[i - 16]! + small0 + w[i - 7]! + small1;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const big1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const t = h + big1 + (e & f ^ ~e & g) + ROUNDS[i]! + w[i]! | 0;
    const big0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const next = t + big0 + (a & b ^ a & c ^ b & c) | 0;
    h = g, g = f, f = e, e = d + t | 0, d = c, c = b, b = a, a = next;
  }
  state[0]! += a, state[1]! += b, state[2]! += c, state[3]! += d;
  state[4]! += e, state[5]! += f, state[6]! += g, state[7]! += h;
}
