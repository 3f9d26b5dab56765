import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type BusValue,
  splitSignature,
  Variant,
  WireError,
  WireReader,
  WireWriter,
} from "../../src/dbus/bus_values.ts";

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const write = (signature: string, values: readonly BusValue[]) =>
  new WireWriter().write(signature, values).bytes;

/** Worked out by hand from the specification's table of types, little-endian. */
const ROWS: readonly (readonly [string, readonly BusValue[], string])[] = [
  ["y", [7], "07"],
  ["b", [true], "01000000"],
  ["yn", [1, -2], "0100feff"],
  ["q", [0xfedc], "dcfe"],
  ["yi", [1, -2], "01000000feffffff"],
  ["u", [0xffffffff], "ffffffff"],
  ["yx", [1, -2n], "0100000000000000feffffffffffffff"],
  ["t", [2n ** 64n - 1n], "ffffffffffffffff"],
  ["d", [1.5], "000000000000f83f"],
  ["s", ["foo"], "03000000666f6f00"],
  ["ss", ["+", "bar"], "010000002b0000000300000062617200"],
  ["g", ["ai"], "02616900"],
  ["v", [new Variant("u", 3)], "0175000003000000"],
  ["ay", [Uint8Array.of(1, 2)], "020000000102"],
  ["as", [["a", "b"]], "0e000000010000006100000001000000" + "6200"],
  // Padding before the first element does not count, and is there without any.
  ["at", [[]], "0000000000000000"],
  ["ax", [[5n]], "08000000000000000500000000000000"],
  ["(ys)", [[1, "a"]], "01000000010000006100"],
  ["a{ss}", [new Map([["k", "v"]])], "0e00000000000000010000006b0000000100000076" + "00"],
  ["aay", [[Uint8Array.of(9)]], "050000000100000009"],
];

Deno.test("values have the specification's form", () => {
  for (const [signature, values, bytes] of ROWS) {
    assert.equal(hex(write(signature, values)), bytes, signature);
    assert.deepEqual(new WireReader(unhex(bytes), true).read(signature), values, signature);
  }
  assert.deepEqual(new WireReader(unhex("00000001000000016100000000000002"), false).read("usu"), [
    1,
    "a",
    2,
  ]);
});

Deno.test("splitSignature tells complete types apart, and refuses what is none", () => {
  assert.deepEqual(splitSignature(""), []);
  assert.deepEqual(splitSignature("sa{sv}(iu)aayv"), ["s", "a{sv}", "(iu)", "aay", "v"]);
  const wrong = [
    "a",
    "(",
    "()",
    "(i",
    ")",
    "{sv}",
    "a{s}",
    "a{svs}",
    "a{vs}",
    "a{(s)s}",
    "h",
    "z",
    "a".repeat(70) + "y",
  ];
  for (const signature of wrong) {
    assert.throws(() => splitSignature(signature), WireError, signature);
  }
});

Deno.test("values that are not of their type are refused", () => {
  const rows: readonly (readonly [string, readonly BusValue[]])[] = [
    ["s", [1]],
    ["u", ["1"]],
    ["b", [1]],
    ["s", []],
    ["v", ["s"]],
    ["as", ["s"]],
    ["a{ss}", [[["a", "b"]]]],
    ["(ss)", [["a"]]],
    ["s", ["a\0b"]],
  ];
  for (const [signature, values] of rows) assert.throws(() => write(signature, values), WireError, signature);
});

const TEXT = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
const BASIC: readonly (readonly [string, fc.Arbitrary<BusValue>])[] = [
  ["y", fc.integer({ min: 0, max: 255 })],
  ["b", fc.boolean()],
  ["n", fc.integer({ min: -32768, max: 32767 })],
  ["q", fc.integer({ min: 0, max: 65535 })],
  ["i", fc.integer()],
  ["u", fc.integer({ min: 0, max: 0xffffffff })],
  ["x", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ["t", fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
  ["d", fc.double({ noNaN: true })],
  ["s", TEXT],
];

/** A type with a value of it. */
type Typed = readonly [signature: string, value: BusValue];
const basic: fc.Arbitrary<Typed> = fc.oneof(
  ...BASIC.map(([type, value]) => value.map((v): Typed => [type, v])),
);
const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 4 },
    basic,
    fc.uint8Array().map((bytes): Typed => ["ay", bytes]),
    tie("typed").map(([type, value]): Typed => ["v", new Variant(type, value)]),
    tie("typed").map(([type, value]): Typed => [`a(${type})`, [[value], [value]]]),
    fc.array(tie("typed"), { minLength: 1, maxLength: 3 })
      .map((parts): Typed => [`(${parts.map(([type]) => type).join("")})`, parts.map(([, value]) => value)]),
    fc.tuple(TEXT, tie("typed")).map((
      [key, [type, value]],
    ): Typed => [`a{s${type}}`, new Map([[key, value]])]),
  ),
}));

Deno.test("reading gives back what was written, wherever it begins", () => {
  fc.assert(
    fc.property(fc.array(typed, { maxLength: 4 }), (parts) => {
      const signature = parts.map(([type]) => type).join("");
      const values = parts.map(([, value]) => value);
      assert.deepEqual(new WireReader(write(signature, values), true).read(signature), values);
    }),
    { numRuns: 300 },
  );
});

Deno.test("whatever the bytes, reading ends, and throws nothing but WireError", () => {
  const signatures = ["a{sv}", "v", "av", "a(susso)", "s", "ay", "aax", "a{oa{sa{sv}}}"];
  fc.assert(
    fc.property(
      fc.constantFrom(...signatures),
      fc.uint8Array({ maxLength: 200 }),
      fc.boolean(),
      (type, bytes, little) => {
        try {
          new WireReader(bytes, little).read(type);
        } catch (failure) {
          assert(failure instanceof WireError, String(failure));
        }
      },
    ),
    { numRuns: 1000 },
  );
  // A variant in a variant in a variant …
  const nested = unhex("017600".repeat(100));
  assert.throws(() => new WireReader(nested, true).read("v"), WireError);
});
