/**
 * Makes a Bun runtime deaf to the environment variables it would act on by itself, by overwriting one byte of each name,
 * same length. It works on the runtime before our program is put into it, so our own text, which mentions some of the
 * names, is never touched. It throws unless everything is found exactly as often as it was counted on this version.
 */
import type { BunTarget } from "./bun_targets.ts";
import { BUN_PREFIX, NOT_VARIABLES, RUNTIME_NAMES } from "./bun_runtime_names.ts";
import { silenceComparedPrefixes } from "./silence_compared_prefixes.ts";

/** Bytes looked at in one go: the whole file as one string would take twice its size in memory. */
const WINDOW = 1 << 24;
/** Longer than any name, so that one across the edge of two windows is seen whole by the first. */
const OVERLAP = 128;
const UNDERSCORE = 0x5f;

/** A changed copy. Throws with every count that differs. */
export function hardenBunBinary(runtime: Uint8Array, target: BunTarget): Uint8Array {
  const hardened = runtime.slice();
  const found = silenceNames(hardened);
  const complaints = [BUN_PREFIX, ...RUNTIME_NAMES].flatMap(({ name, occurrences }) => {
    const count = found.get(name) ?? 0;
    const expected = occurrences[target];
    return count === expected ? [] : [`${name}: expected ${expected} times, found ${count}`];
  });
  complaints.push(...silenceComparedPrefixes(hardened, target));
  if (complaints.length > 0) {
    throw new Error(
      `the runtime for ${target} is not the one that was examined:\n  ${complaints.join("\n  ")}`,
    );
  }
  return hardened;
}

/** Overwrites in place; answers how often each name stood there. */
function silenceNames(bytes: Uint8Array): Map<string, number> {
  const names = RUNTIME_NAMES.map(({ name }) => name);
  const exceptions = NOT_VARIABLES.map((word) => word.slice(BUN_PREFIX.name.length)).join("|");
  // Two letters after the prefix: in machine code the four bytes may stand before anything.
  const pattern = new RegExp(`BUN_(?!${exceptions})(?=[A-Z][A-Za-z])|${names.join("|")}`, "g");
  const decoder = new TextDecoder("latin1");
  const hits: { at: number; name: string }[] = [];
  for (let start = 0; start < bytes.length; start += WINDOW) {
    const text = decoder.decode(bytes.subarray(start, start + WINDOW + OVERLAP));
    for (const match of text.matchAll(pattern)) {
      if (match.index < WINDOW) hits.push({ at: start + match.index, name: match[0] });
    }
  }
  const found = new Map<string, number>();
  for (const { at, name } of hits) {
    found.set(name, (found.get(name) ?? 0) + 1);
    bytes[at] = isCString(bytes, at) ? 0 : UNDERSCORE;
  }
  return found;
}

/**
 * Whether the name stands alone between NULs, as `getenv` takes it. Such a name becomes the empty one, which nothing in an
 * environment has. Inside longer text (tables, JavaScript) the length must stay, so another letter takes the place of the first.
 */
function isCString(bytes: Uint8Array, at: number): boolean {
  if (bytes[at - 1] !== 0) return false;
  let end = at;
  while (isNameByte(bytes[end] ?? 0)) end++;
  return bytes[end] === 0;
}

function isNameByte(byte: number): boolean {
  return byte === UNDERSCORE || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a);
}
