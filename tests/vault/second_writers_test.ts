/** 50 generated items per format, many of them written by something else than the store: a second JWE implementation, and the tool keyctl. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createDenoHost } from "../../src/host/deno.ts";
import { Secret } from "../../src/secret.ts";
import { openEnvelope, sealEnvelope } from "../../src/vault/item_envelope.ts";
import { KernelKeyring } from "../../src/vault/kernel_keyring.ts";
import { itemFileName } from "../../src/vault/stores/item_file_names.ts";
import { KeyctlStore } from "../../src/vault/stores/keyctl_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { fileStore, temporaryFolder } from "./file_store_setup.ts";
import { findKey, keyctl, removeKeyring } from "./keyctl_tool.ts";
import { openReference, sealReference } from "./reference_jwe.ts";

const host = createDenoHost();
const PASSPHRASE = "correct horse";
/** aws-vault's own figure, so that 50 items take no minutes. */
const ROUNDS = 8192;

/** Names that differ in more than case, without control characters, and payloads; neither ends in a line break, which keyctl takes away. */
function generated(seed: number): [name: string, payload: string][] {
  const text = (maxLength: number) =>
    fc.string({ unit: "grapheme", minLength: 1, maxLength })
      // deno-lint-ignore no-control-regex
      .filter((value) => !/[\u0000-\u001f\u007f-\u009f]|^\s|\s$/.test(value));
  const sample = fc.sample(fc.tuple(text(12), text(200)), { seed, numRuns: 90 });
  const items = [...new Map(sample.map(([name, payload]) => [name.toLowerCase(), payload]))]
    .filter(([name]) => !/^[-.:]/.test(name)).slice(0, 50);
  assert.equal(items.length, 50);
  return items;
}

Deno.test("FileStore and a second implementation of its format bring 50 generated items to each other", async () => {
  const folder = temporaryFolder();
  try {
    const store = fileStore({ directory: folder.path, givenPassphrase: new Secret(PASSPHRASE) });
    const path = (name: string) => `${folder.path}/${itemFileName(name, "linux")}`;
    const items = generated(1);
    for (const [i, [name, payload]] of items.entries()) {
      if (i % 5 === 0) { // 600,000 rounds each
        await store.write(item(name, payload));
        continue;
      }
      const plaintext = sealEnvelope(item(name, payload)).reveal();
      const jwe = await sealReference(plaintext, PASSPHRASE, "PBES2-HS256+A128KW", "A256GCM", ROUNDS);
      Deno.writeTextFileSync(path(name), jwe, { mode: 0o600 });
    }
    for (const [i, [name, payload]] of items.entries()) {
      if (i % 5 > 0) assert.equal((await store.read(name))?.reveal(), payload, name);
      else {
        const opened = await openReference(Deno.readTextFileSync(path(name)), PASSPHRASE);
        assert.equal(openEnvelope(opened.plaintext)?.payload.reveal(), payload, name);
      }
    }
    assert.deepEqual((await store.list()).sort(), items.map(([name]) => name).sort());
  } finally {
    folder.remove();
  }
});

Deno.test("KeyctlStore and keyctl bring 50 generated items to each other", async () => {
  const ring = `aws-vault-test-${host.pid}-second`;
  const store = new KeyctlStore(new KernelKeyring(await host.native(), host.arch, ring));
  try {
    await store.write(item("first", "x"));
    const id = findKey("keyring", ring)!;
    const items = generated(2);
    for (const [i, [name, payload]] of items.entries()) {
      if (i % 2 === 0) await store.write(item(name, payload));
      else keyctl("add", "user", name, payload, id);
    }
    for (const [i, [name, payload]] of items.entries()) {
      if (i % 2 === 1) assert.equal((await store.read(name))?.reveal(), payload, name);
      else assert.equal(keyctl("pipe", keyctl("search", id, "user", name)), payload, name);
    }
    assert.deepEqual((await store.list()).sort(), ["first", ...items.map(([name]) => name)].sort());
  } finally {
    removeKeyring(ring);
  }
});
