/** RFC 6238 with SHA-1, 30 seconds and six digits: what AWS's virtual MFA devices show. */

const STEP_MS = 30_000;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code that a device with this base32 secret shows at `time` (epoch milliseconds), or `steps` time steps later. */
export async function totpCode(secret: string, time: number, steps = 0): Promise<string> {
  const key = await crypto.subtle.importKey("raw", base32(secret), { name: "HMAC", hash: "SHA-1" }, false, [
    "sign",
  ]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(time / STEP_MS) + steps));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
  const offset = mac.getUint8(19) & 0xf;
  return String((mac.getUint32(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

function base32(text: string): Uint8Array<ArrayBuffer> {
  let bits = "";
  for (const character of text.toUpperCase().replace(/[\s=]/g, "")) {
    const value = BASE32.indexOf(character);
    if (value < 0) throw new Error("an MFA secret is not base32");
    bits += value.toString(2).padStart(5, "0");
  }
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
}
