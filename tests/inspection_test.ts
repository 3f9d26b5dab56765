import { strict as assert } from "node:assert";
import { tryStore } from "../src/inspection.ts";
import { Secret } from "../src/secret.ts";
import { StoreError } from "../src/vault/secret_store.ts";
import { FakeSecretStore } from "./fakes/fake_secret_store.ts";

const random = (length: number) => new Uint8Array(length).fill(7);

Deno.test("tryStore stores, reads and removes an item of its own, and touches no other", async () => {
  const store = new FakeSecretStore();
  await tryStore(store, random);
  const name = "aws-vault-doctor-0707070707070707";
  assert.deepEqual(store.calls, [`write ${name}`, `read ${name}`, `remove ${name}`]);
  assert.equal(store.items.size, 0);
});

Deno.test("tryStore removes its item too when it comes back changed", async () => {
  class Forgetful extends FakeSecretStore {
    override async read(name: string) {
      await super.read(name);
      return new Secret("{}");
    }
  }
  const store = new Forgetful();
  await assert.rejects(tryStore(store, random), { code: "store-damaged" });
  assert.equal(store.items.size, 0);
});

Deno.test("tryStore says what the store says", async () => {
  const store = new FakeSecretStore();
  store.failure = new StoreError("locked", "it is locked");
  await assert.rejects(tryStore(store, random), { code: "store-locked" });
});
