/** Looks for secrets where they were not asked for: as they are, and in the encodings in which they would slip through. */

export interface Place {
  /** For the report: `stderr`, `arguments of a process`, a file's path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One line per find; it names the place and which secret by its number, never the secret. */
export function huntSecrets(secrets: readonly string[], places: readonly Place[]): string[] {
  const decoder = new TextDecoder("latin1");
  return places.flatMap(({ name, bytes }) => {
    const text = decoder.decode(bytes);
    return secrets.flatMap((secret, index) =>
      disguises(secret).some((form) => text.includes(form)) ? [`secret ${index + 1} is in ${name}`] : []
    );
  });
}

function disguises(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  // Of base64 only what does not depend on the neighbours: the secret at each of the three offsets, without its edges.
  const inner = [0, 1, 2].map((offset) => {
    const padded = btoa("\0".repeat(offset) + String.fromCharCode(...bytes));
    return padded.slice(offset === 0 ? 0 : 4, padded.length - 4);
  }).filter((form) => form.length >= 12);
  return [decode(bytes), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), hex, ...inner];
}

/** The same letters that the places are read in. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
