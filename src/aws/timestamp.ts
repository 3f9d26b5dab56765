const ISO_8601 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|z|[+-]\d\d:?\d\d)?$/;

/**
 * Epoch milliseconds of a time as services write it: ISO 8601 with or without fractions and offset (none means UTC), or epoch seconds, as
 * JSON answers give them. `null` for anything else.
 */
export function parseTimestamp(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d{1,11}(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * 1000);
  const iso = ISO_8601.exec(trimmed);
  if (iso === null) return null;
  // Some runtimes take an offset without its colon or a blank for the `T`, some don't: write it the one way all take.
  const plain = trimmed.replace(/[t ]/, "T").replace(/z$/, "Z").replace(/([+-]\d\d)(\d\d)$/, "$1:$2")
    .replace(/(\.\d{3})\d+/, "$1");
  const time = Date.parse(iso[1] === undefined ? `${plain}Z` : plain);
  return Number.isNaN(time) ? null : time;
}
