import assert from "node:assert/strict";
import fc from "fast-check";
import { appleScriptString } from "../../src/prompts/dialogs/osascript.ts";
import { zenityCommand } from "../../src/prompts/dialogs/zenity.ts";
import { decodeKeys, newKeyDecoder } from "../../src/prompts/terminal/keys.ts";
import type { Key } from "../../src/prompts/terminal/keys.ts";
import { editLine, emptyLine } from "../../src/prompts/terminal/line_editor.ts";

/** Bytes as terminals send them: mostly keys, some noise. */
const input = fc.array(
  fc.oneof(
    fc.constantFrom(0x1b, 0x5b, 0x4f, 0x41, 0x0d, 0x0a, 0x7f, 0x03, 0x15, 0x17, 0xe2, 0x82, 0xac),
    fc.integer({ min: 0, max: 255 }),
  ),
  { maxLength: 40 },
);

Deno.test("decodeKeys reads the same keys wherever the input is cut", () => {
  fc.assert(fc.property(input, fc.nat(40), (bytes, cut) => {
    const whole = decodeKeys(newKeyDecoder, Uint8Array.from(bytes)).keys;
    const first = decodeKeys(newKeyDecoder, Uint8Array.from(bytes.slice(0, cut)));
    const second = decodeKeys(first.decoder, Uint8Array.from(bytes.slice(cut)));
    assert.deepEqual([...first.keys, ...second.keys], whole);
  }));
});

Deno.test("decodeKeys never lets noise swallow Ctrl-C", () => {
  fc.assert(fc.property(input, (bytes) => {
    const { decoder } = decodeKeys(newKeyDecoder, Uint8Array.from(bytes));
    assert.deepEqual(decodeKeys(decoder, Uint8Array.of(0x03)).keys, ["cancel"]);
  }));
});

Deno.test("decodeKeys gives back printable text unchanged", () => {
  const printable = fc.string({ unit: "grapheme" }).filter((text) =>
    /^[\p{L}\p{N}\p{P}\p{S}\p{M} ]*$/u.test(text)
  );
  fc.assert(fc.property(printable, (text) => {
    const { keys } = decodeKeys(newKeyDecoder, new TextEncoder().encode(text));
    assert.equal(keys.map((key: Key) => typeof key === "string" ? "" : key.text).join(""), text);
  }));
});

Deno.test("editLine writes nothing at all while a secret is typed", () => {
  fc.assert(fc.property(input, (bytes) => {
    let state = emptyLine;
    for (const key of decodeKeys(newKeyDecoder, Uint8Array.from(bytes)).keys) {
      const step = editLine(state, key, { prompt: "Secret: ", kind: "secret" });
      assert.equal(step.output, "");
      state = step.state;
    }
  }));
});

Deno.test("appleScriptString stays one literal that reads back as the text", () => {
  const text = fc.string({ unit: fc.constantFrom("a", '"', "\\", "&", "(", " ", "é") });
  fc.assert(fc.property(text, (original) => {
    const literal = appleScriptString(original);
    const inside = /^"((?:[^"\\]|\\["\\])*)"$/.exec(literal);
    assert.equal(inside?.[1]?.replace(/\\(.)/g, "$1"), original);
  }));
});

Deno.test("zenityCommand's text reads back as the label once zenity and GTK have read it", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "_", "\\", "n", "x", " ") }).filter((label) =>
    label !== ""
  );
  fc.assert(fc.property(text, (label) => {
    const shown = zenityCommand({ label, kind: "code" }).args.at(-1)!
      .replace(/\\(.)/g, (_, c) => c === "\\" ? "\\" : assert.fail("an escape"))
      .replace(/_(.?)/g, (_, c) => c === "_" ? "_" : assert.fail("a shortcut"));
    assert.equal(shown, `${label}: `);
  }));
});
