import assert from "node:assert/strict";
import { Secret } from "../../src/secret.ts";
import { KDF_ROUNDS, openJwe, sealJwe } from "../../src/vault/stores/jwe.ts";
import {
  ALL_CONTENT_ALGORITHMS,
  ALL_KEY_ALGORITHMS,
  type ContentAlgorithm,
  type KeyAlgorithm,
  openReference,
  sealReference,
} from "./reference_jwe.ts";

const PASSPHRASE = "correct horse – ünïcode";
const PLAINTEXT = '{"Key":"ünïcode"}';
const CREATED = "2026-01-02 03:04:05.123 +0000 UTC";

function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

async function outcomeOf(compact: string, passphrase = PASSPHRASE): Promise<string> {
  const opened = await openJwe(compact, new Secret(passphrase));
  return opened.outcome === "opened" ? new TextDecoder().decode(opened.plaintext) : opened.outcome;
}

async function reasonOf(compact: string): Promise<string> {
  const opened = await openJwe(compact, new Secret(PASSPHRASE));
  return opened.outcome === "damaged" ? opened.reason : opened.outcome;
}

Deno.test("openJwe opens every key and content algorithm that aws-vault's library reads", async () => {
  for (const alg of ALL_KEY_ALGORITHMS) {
    for (const enc of ALL_CONTENT_ALGORITHMS) {
      for (const plaintext of ["", "exactly16 bytes!", PLAINTEXT]) {
        assert.equal(
          await outcomeOf(await sealReference(plaintext, PASSPHRASE, alg, enc, 1000)),
          plaintext,
          `${alg} ${enc}`,
        );
      }
      const sealed = await sealReference(PLAINTEXT, PASSPHRASE, alg, enc, 1000);
      assert.equal(await outcomeOf(sealed, "correct horse"), "wrong-passphrase");
    }
  }
});

Deno.test("sealJwe writes what an independent reader opens, within aws-vault's limit", async () => {
  const sealed = await sealJwe(new TextEncoder().encode(PLAINTEXT), new Secret(PASSPHRASE), CREATED, random);
  const { header, plaintext } = await openReference(sealed, PASSPHRASE);
  assert.equal(plaintext, PLAINTEXT);
  assert.deepEqual(Object.keys(header), ["alg", "created", "enc", "p2c", "p2s"]);
  assert.equal(header.alg, "PBES2-HS256+A128KW");
  assert.equal(header.enc, "A256GCM");
  assert.equal(header.created, CREATED);
  assert.equal(header.p2c, KDF_ROUNDS);
  assert.ok(KDF_ROUNDS >= 600_000 && KDF_ROUNDS <= 1_300_000);
  assert.equal(await outcomeOf(sealed), PLAINTEXT);
});

Deno.test("sealJwe uses new random for each item", async () => {
  const seal = () => sealJwe(new Uint8Array(1), new Secret(PASSPHRASE), CREATED, random);
  const [first, second] = await Promise.all([seal(), seal()]);
  first.split(".").forEach((part, i) => assert.notEqual(part, second.split(".")[i], `part ${i}`));
});

Deno.test("openJwe takes an empty passphrase for one of its own", async () => {
  const sealed = await sealReference(PLAINTEXT, "", "PBES2-HS256+A128KW", "A256GCM", 8192);
  assert.equal(await outcomeOf(sealed, ""), PLAINTEXT);
  assert.equal(await outcomeOf(sealed, "x"), "wrong-passphrase");
});

Deno.test("openJwe forgives a line break at the end", async () => {
  assert.equal(
    await outcomeOf(`${await sealReference(PLAINTEXT, PASSPHRASE, "PBES2-HS256+A128KW", "A256GCM", 10)}\n`),
    PLAINTEXT,
  );
});

Deno.test("openJwe notices every changed part", async () => {
  const kinds: [KeyAlgorithm, ContentAlgorithm][] = [
    ["PBES2-HS256+A128KW", "A256GCM"],
    ["PBES2-HS512+A256KW", "A256CBC-HS512"],
  ];
  for (const [alg, enc] of kinds) {
    const parts = (await sealReference(PLAINTEXT, PASSPHRASE, alg, enc, 100)).split(".");
    for (
      const [i, expected] of [[1, "wrong-passphrase"], [2, "damaged"], [3, "damaged"], [
        4,
        "damaged",
      ]] as const
    ) {
      const flipped = (parts[i]![0] === "A" ? "B" : "A") + parts[i]!.slice(1);
      assert.equal(await outcomeOf(parts.with(i, flipped).join(".")), expected, `${enc} part ${i}`);
      assert.notEqual(await outcomeOf(parts.with(i, "").join(".")), PLAINTEXT);
      assert.notEqual(await outcomeOf(parts.with(i, parts[i]!.slice(0, -4)).join(".")), PLAINTEXT);
    }
    const header = JSON.parse(atob(parts[0]!));
    const touched = btoa(JSON.stringify({ ...header, created: "another day" })).replace(/=+$/, "");
    assert.equal(await outcomeOf(parts.with(0, touched).join(".")), "damaged");
  }
});

Deno.test("openJwe refuses by name what it does not support, and work without end", async () => {
  const limits: [KeyAlgorithm, number][] = [
    ["PBES2-HS256+A128KW", 1_300_000],
    ["PBES2-HS384+A192KW", 950_000],
    ["PBES2-HS512+A256KW", 600_000],
  ];
  for (const [alg, limit] of limits) {
    const reason = `asks for ${limit + 1} key derivation rounds, more than the limit of ${limit}`;
    assert.equal(
      await reasonOf(await sealReference(PLAINTEXT, PASSPHRASE, alg, "A256GCM", 1, { p2c: limit + 1 })),
      reason,
    );
  }
  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ alg: "dir" }, "is encrypted with an unsupported key algorithm"],
    [{ alg: "toString" }, "is encrypted with an unsupported key algorithm"],
    [{ alg: null }, "is encrypted with an unsupported key algorithm"],
    [{ enc: "A256CTR" }, "is encrypted with an unsupported content algorithm"],
    [{ zip: "DEF" }, "uses a JWE extension that is not supported"],
    [{ crit: ["b64"] }, "uses a JWE extension that is not supported"],
    [{ p2c: 0 }, "names no number of key derivation rounds"],
    [{ p2c: -1 }, "names no number of key derivation rounds"],
    [{ p2c: 1.5 }, "names no number of key derivation rounds"],
    [{ p2c: "8192" }, "names no number of key derivation rounds"],
    [{ p2c: null }, "names no number of key derivation rounds"],
    [{ p2s: undefined }, "has no salt"],
    [{ p2s: "!" }, "has no salt"],
  ];
  for (const [overrides, reason] of rows) {
    const sealed = await sealReference(PLAINTEXT, PASSPHRASE, "PBES2-HS256+A128KW", "A256GCM", 1, overrides);
    assert.equal(await reasonOf(sealed), reason, JSON.stringify(overrides));
  }
});

Deno.test("openJwe calls damaged what is no JWE", async () => {
  for (
    const text of [
      "",
      "....",
      "eyJ",
      "a.b.c.d",
      "a.b.c.d.e",
      "a.b.c.d.e.f",
      "e30.AAAA.AAAA.AAAA.AAAA",
      "bnVsbA.AAAA.AAAA.AAAA.AAAA",
      "eyJ!.AAAA.AAAA.AAAA.AAAA",
    ]
  ) {
    assert.equal(await outcomeOf(text), "damaged", text);
  }
});
