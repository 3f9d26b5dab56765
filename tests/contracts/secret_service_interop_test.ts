/** Items of other programs on a real gnome-keyring: what aws-vault wrote, put there by secret-tool, and secret-tool as the second reader. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../src/secret.ts";
import { openEnvelope, sealEnvelope } from "../../src/vault/item_envelope.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { SecretService } from "../../src/vault/stores/secret_service.ts";
import { readVectors } from "../config/test_vectors.ts";
import { type PrivateBus, startPrivateBus } from "./private_bus.ts";
import { secretServiceDepsOn, secretServiceStoreOn } from "./secret_service_store_on.ts";
import { AWKWARD_NAMES, item } from "./secret_store_contract.ts";

const LOGIN = "/org/freedesktop/secrets/collection/login";
const OWN = "/org/freedesktop/secrets/collection/awsvault";

async function withKeyring(body: (bus: PrivateBus) => Promise<void>): Promise<void> {
  const bus = await startPrivateBus();
  try {
    await bus.startKeyring();
    await body(bus);
  } finally {
    await bus.stop();
  }
}

/** As aws-vault does, by another program. */
async function storeByTool(bus: PrivateBus, collection: string, name: string, secret: string): Promise<void> {
  const options = [`--label=${name}`, `--collection=${collection}`];
  await bus.run("secret-tool", ["store", ...options, "--", "profile", name], secret);
}

const lookUp = (bus: PrivateBus, name: string) => bus.run("secret-tool", ["lookup", "--", "profile", name]);

/** How many items the collection has, ours or not. */
async function countItems(bus: PrivateBus, collection: string): Promise<number> {
  const service = await SecretService.open(secretServiceDepsOn(bus.address));
  const items = await service.items(collection);
  service.close();
  return items.length;
}

Deno.test("SecretServiceStore reads, updates and removes every item that aws-vault wrote, where it is", () =>
  withKeyring(async (bus) => {
    const { items } = readVectors<{
      items: readonly { attributes: { profile: string }; label: string; secret: string }[];
    }>("vaults/secret-service.json");
    assert.ok(items.length > 0);
    assert.equal(await bus.makeCollection("awsvault"), OWN);
    for (const { attributes, secret } of items) await storeByTool(bus, OWN, attributes.profile, secret);

    const store = secretServiceStoreOn(bus.address);
    assert.deepEqual((await store.list()).sort(), items.map(({ label }) => label).sort());
    for (const { label, secret } of items) {
      const payload = openEnvelope(secret)!.payload.reveal();
      assert.equal((await store.read(label))?.reveal(), payload);
    }
    for (const { label } of items) {
      const written = { ...item(label, "new"), label: "aws-vault (x)", trusted: true };
      await store.write(written);
      assert.equal(await lookUp(bus, label), sealEnvelope(written).reveal());
    }
    assert.equal(await countItems(bus, OWN), items.length);
    for (const { label } of items) assert.equal(await store.remove(label), true);
    assert.equal(await countItems(bus, OWN), 0);
  }));

Deno.test("SecretServiceStore's items are what secret-tool reads, and the other way round, for 60 generated ones", () =>
  withKeyring(async (bus) => {
    const payloads = fc.sample(PAYLOAD, { seed: 20261126, numRuns: 60 });
    const names = [...AWKWARD_NAMES, ...payloads.map((_, i) => `generated ${i}`)].slice(0, payloads.length);
    const store = secretServiceStoreOn(bus.address);
    await Promise.all(names.map(async (name, i) => {
      const written = item(name, payloads[i]!);
      await store.write(written);
      assert.equal(await lookUp(bus, name), sealEnvelope(written).reveal(), name);
      await storeByTool(
        bus,
        LOGIN,
        name,
        sealEnvelope({ ...written, payload: new Secret("other") }).reveal(),
      );
      assert.equal((await store.read(name))?.reveal(), "other", name);
    }));
    assert.deepEqual((await store.list()).sort(), [...names].sort());
  }));

Deno.test("SecretServiceStore takes in the default collection only what is labelled as ours, and damages nothing else there", () =>
  withKeyring(async (bus) => {
    const store = secretServiceStoreOn(bus.address);
    const others = [
      ["store", "--label=A browser's profile", "profile", "work"],
      ["store", "--label=mail", "user", "work"],
    ];
    for (const args of others) await bus.run("secret-tool", args, "theirs");
    assert.equal(await store.read("work"), null);
    assert.equal(await store.remove("work"), false);
    assert.deepEqual(await store.list(), []);
    await store.write(item("work", "ours"));
    assert.equal((await store.read("work"))?.reveal(), "ours");
    assert.deepEqual(await store.list(), ["work"]);
    assert.equal(await store.remove("work"), true);
    assert.equal(await bus.run("secret-tool", ["lookup", "user", "work"]), "theirs");
    assert.equal(await lookUp(bus, "work"), "theirs");
  }));

Deno.test("SecretServiceStore calls an item that is none of aws-vault's damaged", () =>
  withKeyring(async (bus) => {
    await storeByTool(bus, LOGIN, "work", "no JSON");
    await assert.rejects(secretServiceStoreOn(bus.address).read("work"), (failure) => {
      assert.ok(failure instanceof StoreError);
      assert.equal(failure.outcome, "damaged");
      return true;
    });
  }));

Deno.test("SecretServiceStore writes where aws-vault looks once its collection is there, and finds what it wrote before", () =>
  withKeyring(async (bus) => {
    const store = secretServiceStoreOn(bus.address);
    for (const name of ["early", "moved", "gone"]) await store.write(item(name, "in the default collection"));
    assert.equal(await countItems(bus, LOGIN), 3);

    await bus.makeCollection("awsvault");
    await store.write(item("late", "in its own"));
    await store.write(item("moved", "in its own"));
    assert.deepEqual([await countItems(bus, LOGIN), await countItems(bus, OWN)], [2, 2]);
    assert.deepEqual((await store.list()).sort(), ["early", "gone", "late", "moved"]);
    assert.equal((await store.read("early"))?.reveal(), "in the default collection");
    assert.equal((await store.read("moved"))?.reveal(), "in its own");
    assert.equal(await store.remove("gone"), true);
    assert.deepEqual([await countItems(bus, LOGIN), await countItems(bus, OWN)], [1, 2]);
  }));

Deno.test("SecretServiceStore uses a collection that the user names, by path or by label, and no other", () =>
  withKeyring(async (bus) => {
    await secretServiceStoreOn(bus.address).write(item("in the default", "x"));
    // A second one of the same label gets another path.
    const paths = [await bus.makeCollection("Work keys"), await bus.makeCollection("Work keys")];
    assert.deepEqual(paths.map((path) => path.slice(path.lastIndexOf("/"))), [
      "/Work_5fkeys",
      "/Work_5fkeys_5f1",
    ]);
    const byLabel = secretServiceStoreOn(bus.address, { collection: "Work keys" });
    await byLabel.write(item("work", "x"));
    assert.deepEqual(await byLabel.list(), ["work"]);
    assert.equal(await countItems(bus, paths[0]!), 1);
    const byPath = secretServiceStoreOn(bus.address, { collection: "Work_keys_1" });
    assert.deepEqual(await byPath.list(), []);

    const absent = secretServiceStoreOn(bus.address, { collection: "nowhere" });
    assert.equal(await absent.read("in the default"), null);
    assert.deepEqual(await absent.list(), []);
    await assert.rejects(
      absent.write(item("work", "x")),
      /^StoreError: the Secret Service is locked, and its prompt/,
    );
  }));

Deno.test("SecretServiceStore.lock locks where it reads and writes, and nothing else", () =>
  withKeyring(async (bus) => {
    const work = await bus.makeCollection("Work keys"), other = await bus.makeCollection("Work keys");
    const locked = async () => {
      const service = await SecretService.open(secretServiceDepsOn(bus.address));
      const all = await service.collections();
      const states = await Promise.all(all.map((path) => service.isLocked(path)));
      service.close();
      return all.filter((_, i) => states[i]).sort();
    };
    const named = (collection: string) => secretServiceStoreOn(bus.address, { collection });
    const store = secretServiceStoreOn(bus.address);

    // The default collection is not where keys of a named one are, though that one is not there.
    await store.write(item("work", "x"));
    assert.equal(await named("nowhere").lock(), null);
    assert.deepEqual(await locked(), []);
    // It goes by label as reading does, and by path.
    assert.equal(await named("Work keys").lock(), "keyring Work keys");
    assert.deepEqual(await locked(), [work]);
    assert.equal(await named("Work keys").lock(), null);
    assert.equal(await named("Work_keys_1").lock(), "keyring Work keys");
    assert.deepEqual(await locked(), [work, other].sort());

    // The default one is left alone as long as nothing of ours is in it.
    await store.remove("work");
    const own = await bus.makeCollection("awsvault");
    assert.equal(await store.lock(), "keyring awsvault");
    assert.deepEqual(await locked(), [work, other, own].sort());
    await storeByTool(bus, LOGIN, "work", "x");
    assert.equal(await store.lock(), "keyring Login");
    assert.deepEqual(await locked(), [work, other, own, LOGIN].sort());
    assert.equal(await store.lock(), null);
  }));

/** Text with anything but NUL and halves of surrogate pairs. */
const PAYLOAD = fc.string({ unit: "binary", minLength: 1, maxLength: 300 })
  .filter((text) => text.isWellFormed());
