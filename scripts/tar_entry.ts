/** Reads one regular file out of a tar archive as npm packs it (ustar, names under 100 bytes). Refuses anything that does not parse. */

const BLOCK = 512;

/** The bytes of the entry called `path`; `null` when the archive has none. Throws when a header is damaged. */
export function tarEntry(archive: Uint8Array, path: string): Uint8Array | null {
  let offset = 0;
  while (offset + BLOCK <= archive.length) {
    const header = archive.subarray(offset, offset + BLOCK);
    if (header.every((byte) => byte === 0)) return null;
    const size = parseInt(text(header.subarray(124, 136)), 8);
    if (!Number.isSafeInteger(size) || size < 0) throw new Error(`damaged tar header at byte ${offset}`);
    const start = offset + BLOCK;
    if (start + size > archive.length) throw new Error(`tar entry at byte ${offset} is cut off`);
    if (entryName(header) === path) return archive.subarray(start, start + size);
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return null;
}

function entryName(header: Uint8Array): string {
  const prefix = text(header.subarray(345, 500));
  const name = text(header.subarray(0, 100));
  return prefix === "" ? name : `${prefix}/${name}`;
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end)).trim();
}
