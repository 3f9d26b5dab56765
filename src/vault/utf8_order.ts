/** Compares two names by their UTF-8 bytes, the order in which Go and the file systems' own tools list them. */
export function byUtf8(a: string, b: string): number {
  const [x, y] = [utf8Order(a), utf8Order(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function utf8Order(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
