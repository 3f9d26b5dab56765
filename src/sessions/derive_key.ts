/** Keys that follow from another one, and from which it can't be found out: HKDF with SHA-256, RFC 5869. */

/** `length` bytes; other purposes give unrelated ones. */
export async function deriveKey(root: Uint8Array, purpose: string, length: number): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey("raw", root as BufferSource, "HKDF", false, ["deriveBits"]);
  const info = new TextEncoder().encode(purpose);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, imported, 8 * length));
}
