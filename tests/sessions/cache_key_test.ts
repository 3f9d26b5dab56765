import assert from "node:assert/strict";
import { Secret } from "../../src/secret.ts";
import {
  CACHE_KEY_ITEM,
  CacheKeys,
  type CacheKeysDeps,
  type ShortTermMemory,
} from "../../src/sessions/cache_key.ts";
import { classifyItemName } from "../../src/vault/item_names.ts";
import { type SecretStore, StoreError, type StoreItem } from "../../src/vault/secret_store.ts";

/** A store of one table, that counts how often it is asked. */
function tableStore() {
  const items = new Map<string, Secret>();
  const calls = { read: 0, write: 0 };
  let refuses: StoreError | null = null;
  const store: SecretStore = {
    backend: "file",
    description: "a table",
    read(name: string) {
      calls.read++;
      return refuses === null ? Promise.resolve(items.get(name) ?? null) : Promise.reject(refuses);
    },
    write(item: StoreItem) {
      calls.write++;
      items.set(item.name, item.payload);
      return Promise.resolve();
    },
    remove: (name: string) => Promise.resolve(items.delete(name)),
    list: () => Promise.resolve([...items.keys()]),
  };
  return { store, items, calls, refuse: (error: StoreError) => void (refuses = error) };
}

function shortMemory() {
  const kept = new Map<string, { bytes: Uint8Array; timeoutSeconds: number }>();
  const memory: ShortTermMemory = {
    read: (description) => kept.get(description)?.bytes ?? null,
    write: (description, bytes, timeoutSeconds) => void kept.set(description, { bytes, timeoutSeconds }),
    remove: (description) => kept.delete(description),
  };
  return { memory, kept };
}

let counter = 0;
function cacheKeys(parts: Partial<CacheKeysDeps> & { store: () => Promise<SecretStore> }): CacheKeys {
  return new CacheKeys({
    storeId: "file:/keys",
    memory: () => Promise.resolve(null),
    storeNeverAsks: false,
    lockAfterSeconds: 3600,
    randomBytes: (length) => new Uint8Array(length).fill(++counter),
    exclusively: (_name, work) => work(),
    ...parts,
  });
}

Deno.test("CacheKeys makes a key once, keeps it in the store and finds it there again", async () => {
  const { store, items, calls } = tableStore();
  const made = await cacheKeys({ store: () => Promise.resolve(store) }).existingOrNew();
  assert.equal(made.bytes.length, 32);
  assert.deepEqual([...items.keys()], [CACHE_KEY_ITEM]);
  assert.deepEqual(await cacheKeys({ store: () => Promise.resolve(store) }).existingOrNew(), made);
  assert.equal(calls.write, 1);
});

Deno.test("CacheKeys' item is no credential and no expired session to aws-vault's own rules", () => {
  assert.equal(classifyItemName(CACHE_KEY_ITEM), "session");
  assert.match(CACHE_KEY_ITEM, /^[^,]+,[A-Za-z0-9_-]+,,4102444800$/);
});

Deno.test("CacheKeys asks no store while the memory remembers", async () => {
  const { store, calls } = tableStore();
  const { memory, kept } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  const made = await cacheKeys(parts).existingOrNew();
  const reads = calls.read;
  assert.deepEqual(await cacheKeys(parts).existing(), made);
  assert.deepEqual(await cacheKeys(parts).unattended(), made);
  assert.equal(calls.read, reads);
  assert.deepEqual([...kept.values()].map(({ timeoutSeconds }) => timeoutSeconds), [3600]);
});

Deno.test("CacheKeys.unattended leaves a store alone that might ask", async () => {
  const { store, calls } = tableStore();
  await cacheKeys({ store: () => Promise.resolve(store) }).existingOrNew();
  const reads = calls.read;
  assert.equal(await cacheKeys({ store: () => Promise.resolve(store) }).unattended(), null);
  assert.equal(calls.read, reads);
  assert.notEqual(
    await cacheKeys({ store: () => Promise.resolve(store), storeNeverAsks: true }).unattended(),
    null,
  );
});

Deno.test("CacheKeys keeps the keys of two stores apart in one memory", async () => {
  const { memory } = shortMemory();
  const one = tableStore(), two = tableStore();
  const keysOf = (storeId: string, store: SecretStore) =>
    cacheKeys({ storeId, store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) });
  const first = await keysOf("file:/one", one.store).existingOrNew();
  const second = await keysOf("file:/two", two.store).existingOrNew();
  assert.notEqual(first.id, second.id);
  assert.deepEqual(await keysOf("file:/one", one.store).remembered(), first);
});

Deno.test("CacheKeys with a lock time of 0 puts nothing into the memory and takes nothing from it", async () => {
  const { store } = tableStore();
  const { memory, kept } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  await cacheKeys({ ...parts, lockAfterSeconds: 0 }).existingOrNew();
  assert.equal(kept.size, 0);
  await cacheKeys(parts).existingOrNew();
  assert.equal(await cacheKeys({ ...parts, lockAfterSeconds: 0 }).remembered(), null);
});

Deno.test("CacheKeys.lock makes the memory forget, not the store", async () => {
  const { store, items } = tableStore();
  const { memory } = shortMemory();
  const keys = cacheKeys({ store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) });
  await keys.existingOrNew();
  assert.equal(await keys.lock(), true);
  assert.equal(await keys.remembered(), null);
  assert.equal(await keys.lock(), false);
  assert.equal(items.size, 1);
});

Deno.test("CacheKeys: a memory that fails counts as one that has forgotten; a store that fails does not", async () => {
  const failing: ShortTermMemory = {
    read: () => {
      throw new StoreError("denied", "no");
    },
    write: () => {
      throw new StoreError("unavailable", "full");
    },
    remove: () => false,
  };
  const { store, refuse } = tableStore();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(failing) };
  const made = await cacheKeys(parts).existingOrNew();
  assert.deepEqual(await cacheKeys(parts).existing(), made);
  refuse(new StoreError("locked", "the store is locked"));
  await assert.rejects(() => cacheKeys(parts).existingOrNew(), { code: "store-locked" });
});

Deno.test("CacheKeys replaces an item it can't understand, without showing what was in it", async () => {
  for (const payload of ["", "{}", '{"key":"xyz"}', '{"key":"abcd"}', "no json at all"]) {
    const { store, items } = tableStore();
    items.set(CACHE_KEY_ITEM, new Secret(payload));
    const made = await cacheKeys({ store: () => Promise.resolve(store) }).existingOrNew();
    assert.deepEqual(await cacheKeys({ store: () => Promise.resolve(store) }).existing(), made, payload);
  }
});
