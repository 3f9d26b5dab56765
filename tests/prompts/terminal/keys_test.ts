import assert from "node:assert/strict";
import { decodeKeys, newKeyDecoder } from "../../../src/prompts/terminal/keys.ts";
import type { Key } from "../../../src/prompts/terminal/keys.ts";
import { bytes } from "../doubles.ts";

/** Keys as text: named keys in angle brackets, characters as they are. */
function show(keys: readonly Key[]): string {
  return keys.map((key) => typeof key === "string" ? `<${key}>` : key.text).join("");
}

const rows: readonly (readonly [name: string, typed: string | number[], keys: string])[] = [
  ["letters and blanks", "a b", "a b"],
  ["characters of two, three and four bytes", "é€😀", "é€😀"],
  ["CR", "a\r", "a<enter>"],
  ["LF", "a\n", "a<enter>"],
  ["CRLF as one line end", "a\r\nb", "a<enter>b"],
  ["two CRs as two line ends", "\r\r", "<enter><enter>"],
  ["LF CR as two line ends", "\n\r", "<enter><enter>"],
  ["DEL and BS", "\x7f\b", "<backspace><backspace>"],
  ["Ctrl-U, Ctrl-W", "\x15\x17", "<erase-line><erase-word>"],
  ["Ctrl-C, Ctrl-D", "\x03\x04", "<cancel><end-of-input>"],
  ["arrows up and down, both forms", "\x1b[A\x1bOB", "<up><down>"],
  ["Ctrl-P, Ctrl-N", "\x10\x0e", "<up><down>"],
  ["no other arrows", "a\x1b[C\x1b[D\x1bOHb", "ab"],
  ["no function keys", "\x1b[15~\x1b[1;5C\x1bOPx", "x"],
  ["no paste markers, but what is pasted", "\x1b[200~AKIA\x1b[201~", "AKIA"],
  ["nothing for Alt and a letter", "\x1bbx", "x"],
  ["nothing for Escape twice", "\x1b\x1b[Cx", "x"],
  ["no NUL, Tab, Ctrl-Z, Ctrl-\\", "\0a\t\x1a\x1cb", "ab"],
  ["no C1 controls and no direction overrides", "a\u009bb\u202ec", "abc"],
  ["Enter inside a cut-off sequence", "\x1b[\r", "<enter>"],
  ["Ctrl-C right after Escape", "\x1b\x03", "<cancel>"],
  ["the character after a broken one", [0xe2, 0x82, 0x41], "A"],
  ["no lone continuation byte, no 0xFF", [0x80, 0xff, 0x41], "A"],
  ["no overlong form and no surrogate", [0xc0, 0xaf, 0xed, 0xa0, 0x80, 0x42], "B"],
  ["Enter inside a character", [0xe2, 0x0d], "<enter>"],
];

for (const [name, typed, keys] of rows) {
  Deno.test(`decodeKeys reads ${name}`, () => {
    const input = typeof typed === "string" ? bytes(typed) : Uint8Array.from(typed);
    assert.equal(show(decodeKeys(newKeyDecoder, input).keys), keys);
  });

  Deno.test(`decodeKeys reads ${name}, byte by byte`, () => {
    const input = typeof typed === "string" ? bytes(typed) : Uint8Array.from(typed);
    let decoder = newKeyDecoder;
    const all: Key[] = [];
    for (const byte of input) {
      const step = decodeKeys(decoder, Uint8Array.of(byte));
      decoder = step.decoder;
      all.push(...step.keys);
    }
    assert.equal(show(all), keys);
  });
}
