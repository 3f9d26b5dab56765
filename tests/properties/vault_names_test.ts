import assert from "node:assert/strict";
import fc from "fast-check";
import type { OperatingSystem } from "../../src/host/host.ts";
import { Secret } from "../../src/secret.ts";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "../../src/vault/base64.ts";
import { openEnvelope, sealEnvelope } from "../../src/vault/item_envelope.ts";
import {
  classifyItemName,
  formatSessionItemName,
  oidcItemName,
  parseOidcItemName,
  parseSessionItemName,
} from "../../src/vault/item_names.ts";
import { itemFileName, itemOfFileName } from "../../src/vault/stores/item_file_names.ts";
import { openJwe } from "../../src/vault/stores/jwe.ts";

const text = fc.string({ unit: "binary" }).filter((value) => !/\p{Surrogate}/u.test(value));
const name = text.filter((value) => value !== "");
/** Names made of what file systems and encodings treat specially. */
const nastyName = fc.string({
  unit: fc.constantFrom(
    ".",
    "/",
    "%",
    "2",
    "F",
    "f",
    " ",
    ":",
    "\\",
    "*",
    "c",
    "o",
    "n",
    "N",
    "U",
    "L",
    "ü",
    "🔑",
  ),
  minLength: 1,
  maxLength: 8,
});

Deno.test("session item names: parse inverts format", () => {
  const session = fc.record({
    type: name.filter((type) => !type.includes(",") && type !== "session" && !type.startsWith("oidc:")),
    profile: name,
    mfa: text,
    expiresAtSeconds: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  }, { noNullPrototype: true });
  fc.assert(fc.property(session, (value) => {
    const itemName = formatSessionItemName(value);
    assert.deepEqual(parseSessionItemName(itemName), value);
    assert.equal(classifyItemName(itemName), "session");
  }));
});

Deno.test("session item names: format inverts parse wherever parse succeeds", () => {
  const field = fc.uint8Array({ maxLength: 20 }).map((bytes) => toBase64Url(bytes));
  const candidate = fc.tuple(fc.constantFrom("sts.AssumeRole", "x y", "z"), field, field, fc.nat()).map((
    parts,
  ) => parts.join(","));
  fc.assert(fc.property(candidate, (itemName) => {
    const parsed = parseSessionItemName(itemName);
    // Bytes that are no UTF-8 are shown, not kept.
    fc.pre(parsed !== null && !(parsed.profile + parsed.mfa).includes("\ufffd"));
    assert.equal(formatSessionItemName(parsed), itemName);
  }));
});

Deno.test("item names: every name is of one kind, and SSO tokens never pass for anything else", () => {
  fc.assert(fc.property(text, (value) => {
    assert.equal(parseOidcItemName(oidcItemName(value)), value);
    assert.equal(classifyItemName(oidcItemName(value)), "oidc-token");
    assert.equal(
      classifyItemName(value) === "session",
      parseSessionItemName(value) !== null && !value.startsWith("oidc:"),
    );
  }));
});

Deno.test("item file names: decoding inverts encoding, and two items never share a file", () => {
  const os = fc.constantFrom<OperatingSystem>("linux", "darwin", "windows");
  for (const names of [name, nastyName]) {
    fc.assert(fc.property(names, names, os, (a, b, system) => {
      const fileName = itemFileName(a, system);
      assert.equal(itemOfFileName(fileName, system), a);
      assert.ok(!fileName.includes("/") && fileName !== "." && fileName !== "..");
      if (a !== b) assert.notEqual(itemFileName(b, system), fileName);
      if (system === "windows") {
        // deno-lint-ignore no-control-regex
        assert.doesNotMatch(fileName, /[\u0000-\u001f<>:"\\|?*]|[. ]$|^(?:con|nul)(?:\.|$)/i);
      }
    }));
  }
});

Deno.test("item envelopes: opening inverts sealing", () => {
  const item = fc.record({
    name,
    payload: text.map((value) => new Secret(value)),
    label: text,
    description: text,
    trusted: fc.boolean(),
  });
  fc.assert(fc.property(item, (value) => {
    const opened = openEnvelope(sealEnvelope(value).reveal())!;
    assert.equal(opened.name, value.name);
    assert.equal(opened.payload.reveal(), value.payload.reveal());
  }));
});

Deno.test("base64: decoding inverts encoding, and garbage is null", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
    assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
  }));
  fc.assert(fc.property(text, (value) => {
    for (const decode of [fromBase64, fromBase64Url]) {
      assert.ok(decode(value) === null || /^[\w+/=\r\n-]*$/.test(value));
    }
  }));
});

Deno.test("openJwe never throws, whatever it is given", async () => {
  const header = fc.record({
    alg: fc.constantFrom("PBES2-HS256+A128KW", "PBES2-HS512+A256KW", "dir", 7, null),
    enc: fc.constantFrom("A256GCM", "A128CBC-HS256", "none", null),
    p2c: fc.oneof(fc.integer({ max: 50 }), fc.double(), fc.constantFrom(1e9, "1", null)),
    p2s: fc.oneof(fc.base64String(), fc.integer()),
  }, { requiredKeys: [] }).map((members) => toBase64Url(new TextEncoder().encode(JSON.stringify(members))));
  const part = fc.oneof(fc.uint8Array({ maxLength: 80 }).map(toBase64Url), fc.string());
  const jwe = fc.tuple(fc.oneof(header, part), part, part, part, part).map((parts) => parts.join("."));
  await fc.assert(fc.asyncProperty(fc.oneof(jwe, fc.string()), async (compact) => {
    assert.notEqual((await openJwe(compact, new Secret("x"))).outcome, "opened");
  }));
});

Deno.test("openEnvelope never throws, whatever it is given", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.dictionary(fc.constantFrom("Key", "data", "DATA"), fc.jsonValue()).map((value) =>
          JSON.stringify(value)
        ),
      ),
      (value) => {
        const opened = openEnvelope(value);
        assert.ok(opened === null || opened.payload instanceof Secret);
      },
    ),
  );
});
