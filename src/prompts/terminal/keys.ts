/**
 * Turns the bytes of a raw terminal into keys. A pure decoder: it keeps half a character or half an escape sequence in its state,
 * and drops what is no key of ours (arrows to the side, function keys, paste markers, NUL, other controls, broken UTF-8).
 */
import { escapeControls } from "../../errors.ts";

export type NamedKey =
  | "enter"
  | "backspace"
  | "erase-word"
  | "erase-line"
  | "cancel"
  | "end-of-input"
  | "up"
  | "down";

/** A named key, or one printable character. */
export type Key = NamedKey | { readonly text: string };

export interface KeyDecoder {
  /** Where in an escape sequence the input stands. */
  readonly inside: "text" | "escape" | "csi" | "ss3";
  /** The bytes of a UTF-8 character that is not complete. */
  readonly partial: readonly number[];
  /** The last byte was CR: an LF right after it belongs to the same line end. */
  readonly afterReturn: boolean;
}

export const newKeyDecoder: KeyDecoder = { inside: "text", partial: [], afterReturn: false };

const CONTROL_KEYS: ReadonlyMap<number, NamedKey> = new Map<number, NamedKey>([
  [0x03, "cancel"], // Ctrl-C
  [0x04, "end-of-input"], // Ctrl-D
  [0x08, "backspace"],
  [0x0a, "enter"],
  [0x0d, "enter"],
  [0x0e, "down"], // Ctrl-N
  [0x10, "up"], // Ctrl-P
  [0x15, "erase-line"], // Ctrl-U
  [0x17, "erase-word"], // Ctrl-W
  [0x7f, "backspace"],
]);

const ESCAPE = 0x1b, RETURN = 0x0d, NEWLINE = 0x0a;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The keys in `bytes`, and the decoder for the bytes that follow. */
export function decodeKeys(decoder: KeyDecoder, bytes: Uint8Array): { decoder: KeyDecoder; keys: Key[] } {
  const keys: Key[] = [];
  for (const byte of bytes) {
    const step = decodeByte(decoder, byte);
    decoder = step.decoder;
    if (step.key !== null) keys.push(step.key);
  }
  return { decoder, keys };
}

interface Step {
  readonly decoder: KeyDecoder;
  readonly key: Key | null;
}

function decodeByte(decoder: KeyDecoder, byte: number): Step {
  if (byte === ESCAPE) return { decoder: { ...newKeyDecoder, inside: "escape" }, key: null };
  // A control byte is never part of a sequence we skip, so a cut-off sequence can't swallow Enter or Ctrl-C.
  if (byte < 0x20 || byte === 0x7f) return control(decoder, byte);
  if (decoder.inside !== "text") return insideEscape(decoder, byte);
  return character(decoder.partial, byte);
}

function control(decoder: KeyDecoder, byte: number): Step {
  const next = { ...newKeyDecoder, afterReturn: byte === RETURN };
  if (byte === NEWLINE && decoder.afterReturn) return { decoder: next, key: null };
  return { decoder: next, key: CONTROL_KEYS.get(byte) ?? null };
}

/** ECMA-48, 5.4: CSI sequences end with a byte from 0x40 to 0x7e. SS3 is followed by one byte, and so is Alt. */
function insideEscape(decoder: KeyDecoder, byte: number): Step {
  if (decoder.inside === "escape") {
    if (byte === 0x5b) return { decoder: { ...newKeyDecoder, inside: "csi" }, key: null };
    if (byte === 0x4f) return { decoder: { ...newKeyDecoder, inside: "ss3" }, key: null };
    return { decoder: newKeyDecoder, key: null };
  }
  if (decoder.inside === "csi" && (byte < 0x40 || byte > 0x7e)) return { decoder, key: null };
  const key = byte === 0x41 ? "up" : byte === 0x42 ? "down" : null;
  return { decoder: newKeyDecoder, key };
}

function character(partial: readonly number[], byte: number): Step {
  // A byte that can't continue the character drops what came before and starts anew.
  const bytes = isContinuation(byte) ? [...partial, byte] : [byte];
  if (bytes.length < characterLength(bytes[0]!)) {
    return { decoder: { ...newKeyDecoder, partial: bytes }, key: null };
  }
  return { decoder: newKeyDecoder, key: printable(Uint8Array.from(bytes)) };
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** RFC 3629, section 3. Bytes that begin no character count as 1 and are refused by the decoder. */
function characterLength(first: number): number {
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

/** `null` for broken UTF-8, and for characters that act on the terminal rather than show. */
function printable(bytes: Uint8Array): Key | null {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return null;
  }
  return escapeControls(text) === text ? { text } : null;
}
