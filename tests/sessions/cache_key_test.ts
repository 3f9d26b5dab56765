import assert from "node:assert/strict";
import { Secret } from "../../src/secret.ts";
import {
  CACHE_KEY_ITEM,
  CacheKeys,
  type CacheKeysDeps,
  type ShortTermMemory,
} from "../../src/sessions/cache_key.ts";
import { encodeAnswer } from "../../src/sessions/remembered_answer.ts";
import { deriveKey } from "../../src/sessions/derive_key.ts";
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
    read: (description, keepSeconds) => {
      const found = kept.get(description);
      if (found !== undefined) found.timeoutSeconds = keepSeconds;
      return found?.bytes ?? null;
    },
    write: (description, bytes, timeoutSeconds) => void kept.set(description, { bytes, timeoutSeconds }),
    remove: (description) => kept.delete(description),
    list: () => [...kept.keys()],
  };
  /** Without the marks that stand beside them. */
  const keys = () => [...kept].filter(([description]) => !description.startsWith(MARK));
  const timeouts = () => keys().map(([, { timeoutSeconds }]) => timeoutSeconds);
  return { memory, kept, keys, timeouts };
}

const MARK = "aws-vault:unlocked:";

let counter = 0;
function cacheKeys(parts: Partial<CacheKeysDeps> & { store: () => Promise<SecretStore> }): CacheKeys {
  return new CacheKeys({
    storeId: "file:/keys",
    memory: () => Promise.resolve(null),
    storeNeverAsks: false,
    lockAfterSeconds: 3600,
    randomBytes: (length) => new Uint8Array(length).fill(++counter),
    exclusively: (_name, work) => work(),
    derive: deriveKey,
    ...parts,
  });
}

Deno.test("CacheKeys makes a key once, keeps it in the store and finds it there again", async () => {
  const { store, items, calls } = tableStore();
  const made = await cacheKeys({ store: () => Promise.resolve(store) }).existingOrNew(null);
  assert.equal(made.bytes.length, 32);
  assert.deepEqual([...items.keys()], [CACHE_KEY_ITEM]);
  assert.deepEqual(await cacheKeys({ store: () => Promise.resolve(store) }).existingOrNew(null), made);
  assert.equal(calls.write, 1);
});

Deno.test("CacheKeys' item is no credential and no expired session to aws-vault's own rules", () => {
  assert.equal(classifyItemName(CACHE_KEY_ITEM), "session");
  assert.match(CACHE_KEY_ITEM, /^[^,]+,[A-Za-z0-9_-]+,,4102444800$/);
});

Deno.test("CacheKeys asks no store while the memory remembers", async () => {
  const { store, calls } = tableStore();
  const { memory, timeouts } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  const made = await cacheKeys(parts).existingOrNew(null);
  const reads = calls.read;
  assert.deepEqual(await cacheKeys(parts).existing(null), made);
  assert.deepEqual(await cacheKeys(parts).unattended(null), made);
  assert.equal(calls.read, reads);
  assert.deepEqual(timeouts(), [3600]);
});

Deno.test("CacheKeys.unattended leaves a store alone that might ask", async () => {
  const { store, calls } = tableStore();
  await cacheKeys({ store: () => Promise.resolve(store) }).existingOrNew(null);
  const reads = calls.read;
  assert.equal(await cacheKeys({ store: () => Promise.resolve(store) }).unattended(null), null);
  assert.equal(calls.read, reads);
  assert.notEqual(
    await cacheKeys({ store: () => Promise.resolve(store), storeNeverAsks: true }).unattended(null),
    null,
  );
});

Deno.test("CacheKeys keeps the keys of two stores apart in one memory", async () => {
  const { memory } = shortMemory();
  const one = tableStore(), two = tableStore();
  const keysOf = (storeId: string, store: SecretStore) =>
    cacheKeys({ storeId, store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) });
  const first = await keysOf("file:/one", one.store).existingOrNew(null);
  const second = await keysOf("file:/two", two.store).existingOrNew(null);
  assert.notEqual(first.id, second.id);
  assert.deepEqual(await keysOf("file:/one", one.store).remembered(null), first);
});

Deno.test("CacheKeys with a lock time of 0 puts nothing into the memory and takes nothing from it", async () => {
  const { store } = tableStore();
  const { memory, kept } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  await cacheKeys({ ...parts, lockAfterSeconds: 0 }).existingOrNew(null);
  assert.equal(kept.size, 0);
  await cacheKeys(parts).existingOrNew(null);
  assert.equal(await cacheKeys({ ...parts, lockAfterSeconds: 0 }).remembered(null), null);
});

Deno.test("CacheKeys.lock makes the memory forget, not the store", async () => {
  const { store, items } = tableStore();
  const { memory } = shortMemory();
  const keys = cacheKeys({ store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) });
  await keys.existingOrNew(null);
  assert.equal(await keys.lock(), true);
  assert.equal(await keys.remembered(null), null);
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
    list: () => {
      throw new StoreError("denied", "no");
    },
  };
  const { store, refuse } = tableStore();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(failing) };
  const made = await cacheKeys(parts).existingOrNew(null);
  assert.deepEqual(await cacheKeys(parts).existing(null), made);
  refuse(new StoreError("locked", "the store is locked"));
  await assert.rejects(() => cacheKeys(parts).existingOrNew(null), { code: "store-locked" });
});

Deno.test("CacheKeys replaces an item it can't understand, without showing what was in it", async () => {
  for (const payload of ["", "{}", '{"key":"xyz"}', '{"key":"abcd"}', "no json at all"]) {
    const { store, items } = tableStore();
    items.set(CACHE_KEY_ITEM, new Secret(payload));
    const made = await cacheKeys({ store: () => Promise.resolve(store) }).existingOrNew(null);
    assert.deepEqual(await cacheKeys({ store: () => Promise.resolve(store) }).existing(null), made, payload);
  }
});

Deno.test("CacheKeys counts each use: the time to live begins anew, with what the caller wants", async () => {
  const { store } = tableStore();
  const { memory, keys, timeouts } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  await cacheKeys(parts).existingOrNew(null);
  keys()[0]![1].timeoutSeconds = 1;
  await cacheKeys({ ...parts, lockAfterSeconds: 900 }).remembered(null);
  assert.deepEqual(timeouts(), [900]);
});

Deno.test("CacheKeys has a key of its own for each time that profiles name, and the memory none that opens another's", async () => {
  const { store, calls } = tableStore();
  const { memory, kept, timeouts } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  const keys = cacheKeys(parts);
  const usual = await keys.existingOrNew(null);
  const soon = await keys.existingOrNew(300);
  const never = await keys.existingOrNew(0);
  assert.equal(calls.read, 2, "one look for the root before it was made, one with the lock held");
  const all = [usual, soon, never];
  assert.equal(new Set(all.map(({ id }) => id)).size, 3);
  assert.equal(new Set(all.map(({ bytes }) => bytes.join())).size, 3);
  assert.deepEqual(timeouts(), [3600, 300]);
  const root = JSON.parse((await store.read(CACHE_KEY_ITEM))!.reveal()).key;
  for (const { bytes } of kept.values()) {
    assert.ok(!Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("").includes(root));
  }
  const later = cacheKeys(parts);
  assert.deepEqual(await later.remembered(null), usual);
  assert.deepEqual(await later.remembered(300), soon);
  assert.equal(await later.remembered(0), null);
  assert.equal(await later.remembered(301), null);
  assert.deepEqual(await later.existing(0), never);
  assert.deepEqual(await cacheKeys({ ...parts, lockAfterSeconds: 0 }).remembered(300), soon);
});

Deno.test("CacheKeys.lock takes the keys of all times, of its own store alone, and none of other programs", async () => {
  const { memory, kept, keys: inMemory } = shortMemory();
  const remember = async (storeId: string) => {
    const { store } = tableStore();
    const keys = cacheKeys({
      storeId,
      store: () => Promise.resolve(store),
      memory: () => Promise.resolve(memory),
    });
    for (const lockAfter of [null, 60, 300]) await keys.existingOrNew(lockAfter);
    return keys;
  };
  await remember("file:/other");
  memory.write("somebody else's", new Uint8Array(3), 60);
  const others = [...kept.keys()];
  const keys = await remember("file:/keys");
  assert.equal(inMemory().length, 7);
  assert.equal(await keys.lock(), true);
  assert.deepEqual([...kept.keys()], others);
});

Deno.test("CacheKeys.lock takes the answers that need its keys, and those of other versions", async () => {
  const { memory, kept } = shortMemory();
  const remember = (description: string, keyDescription: string) => {
    const answer = { from: 0, until: 1, keepSeconds: 60, keyDescription, recordPath: "/r", recordLength: 1 };
    const rest = { recordStart: 0, proof: "p", configPath: "/c", configIsLarge: false, sights: [] };
    memory.write(description, encodeAnswer({ ...answer, ...rest, share: new Uint8Array(1) })!, 60);
  };
  remember("aws-vault:answer:ours", "aws-vault:session-cache-key:file:/keys");
  remember("aws-vault:answer:ours, with a time", "aws-vault:session-cache-key:60s:file:/keys");
  remember("aws-vault:answer:another's", "aws-vault:session-cache-key:file:/other");
  memory.write("aws-vault:answer:of another version", new Uint8Array(3), 60);
  const { store } = tableStore();
  const keys = cacheKeys({
    storeId: "file:/keys",
    store: () => Promise.resolve(store),
    memory: () => Promise.resolve(memory),
  });
  await keys.lock();
  assert.deepEqual([...kept.keys()], ["aws-vault:answer:another's"]);
});

Deno.test("CacheKeys.lock: no memory has nothing to forget; one that refuses is a failure, for it may still know", async () => {
  const { store } = tableStore();
  const failing = (outcome: "unavailable" | "denied") =>
    cacheKeys({
      store: () => Promise.resolve(store),
      memory: () => Promise.reject(new StoreError(outcome, "no")),
    });
  assert.equal(await failing("unavailable").lock(), false);
  await assert.rejects(() => failing("denied").lock(), { code: "store-denied" });
});

Deno.test("CacheKeys: what was unlocked before a lock leaves no key in the memory after it", async () => {
  const moments: Record<string, boolean> = {
    "before the store is opened": true,
    "after something else of the store was": false,
    "while the root is read": false,
    "just before the key is written": false,
    "just after it": false,
  };
  for (const [moment, stays] of Object.entries(moments)) {
    const { store } = tableStore();
    const { memory, keys } = shortMemory();
    const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
    await cacheKeys({ ...parts, lockAfterSeconds: 0 }).existingOrNew(null);
    const lock = () => cacheKeys(parts).lock();
    const running = cacheKeys({
      ...parts,
      store: async () => {
        if (moment === "while the root is read") await lock();
        return store;
      },
      memory: () =>
        Promise.resolve({
          ...memory,
          write: (description, bytes, seconds) => {
            // What lock does, in its order, for there is no waiting here.
            const lockNow = () => [...memory.list()].sort(byMark).forEach((name) => memory.remove(name));
            const isKey = !description.startsWith(MARK);
            if (isKey && moment === "just before the key is written") lockNow();
            memory.write(description, bytes, seconds);
            if (isKey && moment === "just after it") lockNow();
          },
        }),
    });
    if (moment === "before the store is opened") await lock();
    await running.beforeUnlocking(null);
    if (moment === "after something else of the store was") await lock();
    assert.notEqual(await running.existing(null), null, moment);
    assert.equal(keys().length > 0, stays, moment);
    // It keeps what it knows, and goes on not to hand it over.
    await running.existing(300);
    assert.equal(keys().length > 0, stays, moment);
    assert.notEqual(await cacheKeys(parts).existing(null), null);
    assert.equal(keys().length > 0, true, `${moment}: and nobody could unlock again`);
  }
});

function byMark(a: string, b: string): number {
  return Number(b.startsWith(MARK)) - Number(a.startsWith(MARK));
}

Deno.test("CacheKeys.lock: one process that locks again and again, as with the screen, holds off a call each time", async () => {
  const { store } = tableStore();
  const { memory, keys } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  const watcher = cacheKeys(parts);
  await cacheKeys(parts).existingOrNew(null);
  for (let round = 0; round < 3; round++) {
    const running = cacheKeys(parts);
    await running.beforeUnlocking(null);
    await watcher.lock();
    await running.existing(null);
    assert.equal(keys().length, 0);
    await cacheKeys(parts).existing(null);
    assert.equal(keys().length, 1);
  }
});

Deno.test("CacheKeys: two who unlock at the same time both leave their key", async () => {
  const { store } = tableStore();
  const { memory, keys } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  await cacheKeys({ ...parts, lockAfterSeconds: 0 }).existingOrNew(null);
  await Promise.all([60, 300].map((lockAfter) => cacheKeys(parts).existing(lockAfter)));
  assert.equal(keys().length, 2);
});

Deno.test("CacheKeys with a store that was opened for a profile that keeps nothing in the memory notes no mark later", async () => {
  const { store } = tableStore();
  const { memory, keys } = shortMemory();
  const parts = { store: () => Promise.resolve(store), memory: () => Promise.resolve(memory) };
  const running = cacheKeys(parts);
  await running.existingOrNew(0);
  await cacheKeys(parts).lock();
  await running.beforeUnlocking(null);
  await running.existingOrNew(null);
  assert.equal(keys().length, 0);
});
