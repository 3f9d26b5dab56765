const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/** One entry per byte value: the character itself when unreserved, else `%XX`. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/**
 * Percent-encodes everything but RFC 3986's unreserved characters (`A-Z a-z 0-9 - . _ ~`), as SigV4 wants it: upper-case hex, a space as
 * `%20`, and `!'()*` too, which `encodeURIComponent` leaves alone. Text is taken as UTF-8. Never throws.
 */
export function percentEncode(text: string | Uint8Array): string {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  let encoded = "";
  for (const byte of bytes) encoded += ENCODED[byte];
  return encoded;
}
