import assert from "node:assert/strict";
import { Secret } from "../../src/secret.ts";
import { isSamePlace, migrateProfile, planMigration } from "../../src/vault/migration.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { FakeSecretStore } from "../fakes/fake_secret_store.ts";

const key = payload({ AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "s/<&>" });
const sameInOtherWords = new Secret(
  '{"accesskeyid":"AKIAIOSFODNN7EXAMPLE","secretaccesskey":"s/\\u003c\\u0026\\u003e","Future":1}',
);
const otherKey = payload({ AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "another" });
const noOptions = { overwrite: false, deleteSource: false };

Deno.test("planMigration takes credentials only, in byte order, and says what is there already", () => {
  const here = [
    "b",
    "\u{1f511}",
    "\uffee",
    "a",
    "oidc:https://x/start",
    "sts.GetSessionToken,YQ,,1767225600",
    "a b",
  ];
  const there = ["b", "elsewhere"];
  assert.deepEqual(planMigration(here, there, { overwrite: false }).map((s) => `${s.action} ${s.profile}`), [
    "copy a",
    "copy a b",
    "skip b",
    "copy \uffee",
    "copy \u{1f511}",
  ]);
  assert.deepEqual(planMigration(["b"], there, { overwrite: true }), [{ profile: "b", action: "overwrite" }]);
  assert.deepEqual(planMigration([], there, { overwrite: true }), []);
});

interface Row {
  readonly name: string;
  readonly there: Secret | null;
  readonly options?: Partial<typeof noOptions>;
  readonly outcome: string;
  readonly left: boolean;
  readonly payload: Secret;
}

const rows: Row[] = [
  { name: "copies", there: null, outcome: "copied", left: true, payload: key },
  {
    name: "copies and deletes the source",
    there: null,
    options: { deleteSource: true },
    outcome: "copied",
    left: false,
    payload: key,
  },
  { name: "keeps another key", there: otherKey, outcome: "kept", left: true, payload: otherKey },
  {
    name: "keeps another key, and never deletes the source for it",
    there: otherKey,
    options: { deleteSource: true },
    outcome: "kept",
    left: true,
    payload: otherKey,
  },
  {
    name: "keeps what makes no sense",
    there: new Secret("x"),
    options: { deleteSource: true },
    outcome: "kept",
    left: true,
    payload: new Secret("x"),
  },
  {
    name: "overwrites another key",
    there: otherKey,
    options: { overwrite: true, deleteSource: true },
    outcome: "overwritten",
    left: false,
    payload: key,
  },
  {
    name: "overwrites what makes no sense",
    there: new Secret("x"),
    options: { overwrite: true },
    outcome: "overwritten",
    left: true,
    payload: key,
  },
  { name: "finds the same key", there: key, outcome: "there-already", left: true, payload: key },
  {
    name: "finds the same key in other words, and then may delete the source",
    there: sameInOtherWords,
    options: { overwrite: true, deleteSource: true },
    outcome: "there-already",
    left: false,
    payload: sameInOtherWords,
  },
];

for (const row of rows) {
  Deno.test(`migrateProfile ${row.name}`, async () => {
    const { source, destination } = stores(row.there);
    const outcome = await migrateProfile("work", { source, destination }, { ...noOptions, ...row.options });
    assert.deepEqual(outcome, { destination: row.outcome, removedFromSource: !row.left });
    assert.equal(source.items.has("work"), row.left);
    assert.equal(destination.items.get("work")!.payload.reveal(), row.payload.reveal());
  });
}

Deno.test("migrateProfile goes on to nothing after any failure, and the source still has the key", async () => {
  for (let calls = 0;; calls++) {
    const { source, destination } = stores(otherKey);
    let left = calls;
    for (const store of [source, destination]) {
      for (const name of ["read", "write", "remove"] as const) {
        const original = store[name].bind(store) as (argument: never) => Promise<never>;
        store[name] = (argument: never) => {
          if (left-- === 0) throw new StoreError("unavailable", "gone");
          return original(argument);
        };
      }
    }
    try {
      await migrateProfile("work", { source, destination }, { overwrite: true, deleteSource: true });
    } catch (failure) {
      assert.ok(failure instanceof StoreError);
      assert.ok(source.items.has("work"), `lost after ${calls} calls`);
      continue;
    }
    assert.equal(calls, 6); // read here, read there, write, read back, read here again, remove
    return;
  }
});

Deno.test("migrateProfile keeps the source when the copy does not come back as it was written", async () => {
  for (const lies of [otherKey, sameInOtherWords, null]) {
    const { source, destination } = stores(null);
    destination.read = () => Promise.resolve(destination.items.has("work") ? lies : null);
    await assert.rejects(
      migrateProfile("work", { source, destination }, { overwrite: false, deleteSource: true }),
      { code: "migration-failed" },
    );
    assert.ok(source.items.has("work"));
  }
});

Deno.test("migrateProfile keeps a key that was stored in the source while the old one was copied", async () => {
  for (const there of [null, key]) {
    const { source, destination } = stores(there);
    const read = destination.read.bind(destination);
    destination.read = (name) => {
      source.items.set(name, { ...source.items.get(name)!, payload: otherKey });
      return read(name);
    };
    await assert.rejects(
      migrateProfile("work", { source, destination }, { overwrite: false, deleteSource: true }),
      { code: "migration-failed", message: /was replaced in the store in memory while it was copied$/ },
    );
    assert.equal(source.items.get("work")!.payload.reveal(), otherKey.reveal());
  }
});

Deno.test("migrateProfile refuses a source item that makes no sense before it writes anything", async () => {
  const { source, destination } = stores(null);
  source.items.set("work", { ...source.items.get("work")!, payload: new Secret('{"AccessKeyID":"A"}') });
  await assert.rejects(
    migrateProfile("work", { source, destination }, { overwrite: true, deleteSource: true }),
    { code: "store-damaged" },
  );
  assert.equal(destination.items.size, 0);
  assert.ok(source.items.has("work"));
});

Deno.test("isSamePlace sees one place behind two stores, and leaves nothing behind", async () => {
  const { source, destination } = stores(null);
  assert.equal(await isSamePlace({ source, destination }), false);
  assert.deepEqual([...destination.items.keys()], []);
  assert.equal(await isSamePlace({ source, destination: source }), true);
  assert.deepEqual([...source.items.keys()], ["work"]);
});

Deno.test("isSamePlace sees a destination that also looks where the source is", async () => {
  const { source, destination } = stores(null);
  destination.list = async () => [...destination.items.keys(), ...await source.list()];
  assert.equal(await isSamePlace({ source, destination }), true);
  assert.deepEqual([...source.items.keys()], ["work"]);
});

Deno.test("isSamePlace is not misled by what a killed run has left", async () => {
  for (const which of ["source", "destination"] as const) {
    const ends = stores(null);
    ends[which].remove = () => Promise.reject(new StoreError("unavailable", "killed"));
    await assert.rejects(isSamePlace(ends));
    const again = stores(null);
    again[which].items.set("session,bWlncmF0aW9u,,10", again.source.items.get("work")!);
    assert.equal(await isSamePlace(again), false);
    assert.deepEqual([...again.source.items.keys()], ["work"]);
    assert.deepEqual([...again.destination.items.keys()], []);
  }
});

function stores(there: Secret | null) {
  const source = new FakeSecretStore(), destination = new FakeSecretStore("keyctl");
  const item = (payload: Secret) => ({ name: "work", payload, label: "", description: "", trusted: false });
  source.items.set("work", item(key));
  if (there !== null) destination.items.set("work", item(there));
  return { source, destination };
}

function payload(members: Record<string, string>): Secret {
  return new Secret(JSON.stringify(members));
}
