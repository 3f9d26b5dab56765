/**
 * The files that `bun build --compile` put into an executable, read from its own table (Bun 1.4): the trailer's text, before it how
 * many bytes the bundle has and where the table stands, and in the table one row for each file.
 */

export interface BundledFile {
  /** Without Bun's own root (`/$bunfs/root/`, `B:/~BUN/root/`). */
  readonly name: string;
  readonly contents: Uint8Array;
}

const TRAILER = new TextEncoder().encode("\n---- Bun! ----\n");
/** u64 length of the bundle, (u32 offset, u32 length) of the table, and what is not read here. */
const SUMMARY = 32;
/** Six (u32 offset, u32 length): name, contents and four more; then four bytes of kinds. */
const ROW = 52;

/** All of them. Throws unless the table parses to its end and every name is below Bun's root. */
export function bunBundle(executable: Uint8Array): readonly BundledFile[] {
  const trailer = lastIndexOf(executable, TRAILER);
  if (trailer < 0) throw new Error("the executable has no Bun bundle");
  const view = new DataView(executable.buffer, executable.byteOffset, executable.length);
  const summary = trailer - SUMMARY;
  const start = summary - Number(view.getBigUint64(summary, true));
  const table = view.getUint32(summary + 8, true);
  const length = view.getUint32(summary + 12, true);
  if (start < 0 || length === 0 || length % ROW !== 0) throw new Error("the Bun bundle has another layout");
  const part = (at: number) => {
    const offset = start + view.getUint32(at, true);
    return executable.subarray(offset, offset + view.getUint32(at + 4, true));
  };
  return Array.from({ length: length / ROW }, (_, index) => {
    const row = start + table + index * ROW;
    const [, name] = /^(?:\/\$bunfs|B:\/~BUN)\/root\/(.+)$/.exec(new TextDecoder().decode(part(row))) ?? [];
    if (name === undefined) throw new Error("the Bun bundle has another layout");
    return { name, contents: part(row + 8) };
  });
}

function lastIndexOf(bytes: Uint8Array, text: Uint8Array): number {
  for (let at = bytes.lastIndexOf(text[0] ?? 0); at >= 0; at = bytes.lastIndexOf(text[0] ?? 0, at - 1)) {
    if (text.every((byte, index) => bytes[at + index] === byte)) return at;
    if (at === 0) break;
  }
  return -1;
}
