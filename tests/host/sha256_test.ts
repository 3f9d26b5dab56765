import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Sha256 } from "../../src/host/sha256.ts";

/** FIPS 180-2, appendix B. */
const examples = {
  "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  abc: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq:
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
};

for (const [text, digest] of Object.entries(examples)) {
  Deno.test(`Sha256 of the standard's example "${text}"`, () => {
    const hash = new Sha256();
    hash.update(text);
    assert.equal(hash.digest("hex"), digest);
  });
}

Deno.test("Sha256 agrees with OpenSSL's on every length around a block's edges, in any pieces", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length);
    const hash = new Sha256();
    hash.update(bytes.subarray(0, length % 67));
    hash.update(bytes.subarray(length % 67));
    assert.equal(hash.digest("hex"), createHash("sha256").update(bytes).digest("hex"), String(length));
  }
});
