/** The contract, and aws-vault's items, on a real KWallet. */
import assert from "node:assert/strict";
import { busSockets } from "../../src/dbus/bus_address.ts";
import { connectLocal } from "../../src/host/deno_sockets.ts";
import { systemClock } from "../../src/host/system_clock.ts";
import { openEnvelope, sealEnvelope } from "../../src/vault/item_envelope.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { KwalletStore } from "../../src/vault/stores/kwallet_store.ts";
import { readVectors } from "../config/test_vectors.ts";
import { startPrivateBus } from "./private_bus.ts";
import { type PrivateKwallet, startPrivateKwallet } from "./private_kwallet.ts";
import { item, secretStoreContract } from "./secret_store_contract.ts";

const WALLET = "aws-vault", FOLDER = "aws-vault";
let kwallet: PrivateKwallet;

Deno.test.beforeAll(async () => {
  kwallet = await startPrivateKwallet();
  await kwallet.openWallet(WALLET);
});

Deno.test.afterAll(() => kwallet.stop());

function storeOn(address: string, clock = systemClock, service?: string): KwalletStore {
  return new KwalletStore({ connectLocal, clock, sockets: busSockets(address) }, service);
}

async function clear(store: KwalletStore): Promise<void> {
  for (const name of await store.list()) await store.remove(name);
}

secretStoreContract("KwalletStore on a real KWallet", () => {
  const store = storeOn(kwallet.bus.address);
  return Promise.resolve({ store, close: () => clear(store) });
});

Deno.test("KwalletStore reads every item that aws-vault wrote, and writes what aws-vault reads", async () => {
  const { items } = readVectors<{ items: readonly { label: string; secret: string }[] }>(
    "vaults/secret-service.json",
  );
  assert.ok(items.length > 0);
  const store = storeOn(kwallet.bus.address);
  const handle = await kwallet.call("open", "sxs", [WALLET, 0n, "aws-vault"]) as number;
  for (const { label, secret } of items) {
    const value = new TextEncoder().encode(secret);
    assert.equal(await kwallet.call("writeEntry", "issays", [handle, FOLDER, label, value, "aws-vault"]), 0);
  }
  assert.deepEqual((await store.list()).sort(), items.map(({ label }) => label).sort());
  for (const { label, secret } of items) {
    assert.equal((await store.read(label))?.reveal(), openEnvelope(secret)!.payload.reveal());
    const written = item(label, "new");
    await store.write(written);
    const value = await kwallet.call("readEntry", "isss", [handle, FOLDER, label, "aws-vault"]);
    assert.equal(new TextDecoder().decode(value as Uint8Array), sealEnvelope(written).reveal());
  }
  await kwallet.call("writeEntry", "issays", [handle, FOLDER, "odd", Uint8Array.of(0xff), "aws-vault"]);
  await assert.rejects(
    store.read("odd"),
    fails("damaged", /^KWallet has an entry "odd" that can't be understood$/),
  );
  await clear(store);
});

Deno.test("KwalletStore closes the wallet; what is not in it is found missing without opening it", async () => {
  const own = await startPrivateKwallet();
  try {
    const store = storeOn(own.bus.address);
    // There is no wallet yet.
    assert.equal(await store.lock(), null);
    assert.equal(await store.read("work"), null);
    assert.equal(await store.remove("work"), false);
    assert.deepEqual(await store.list(), []);
    await own.openWallet(WALLET);
    await store.write(item("work", "payload"));
    assert.equal(await store.lock(), "wallet aws-vault");
    assert.equal(await own.call("isOpen", "s", [WALLET]), false);
    assert.equal(await store.lock(), null);
    assert.equal(await store.read("nowhere"), null);
    assert.equal(await store.remove("nowhere"), false);
    assert.equal(await own.call("isOpen", "s", [WALLET]), false);
    await own.openWallet(WALLET);
    assert.equal((await store.read("work"))?.reveal(), "payload");
  } finally {
    await own.stop();
  }
});

Deno.test("KwalletStore reads another tool's wallet, and makes none", async () => {
  const service = "granted-aws-iam-credentials";
  const store = storeOn(kwallet.bus.address, systemClock, service);
  assert.deepEqual(await store.list(), []);
  assert.equal(await store.read("prod"), null);
  const wallets = await kwallet.call("wallets", "", []) as string[];
  assert.ok(!wallets.includes(service), "reading made a wallet");
  await kwallet.openWallet(service);
  const handle = await kwallet.call("open", "sxs", [service, 0n, service]) as number;
  const value = new TextEncoder().encode(sealEnvelope(item("prod", "granted's")).reveal());
  assert.equal(await kwallet.call("writeEntry", "issays", [handle, service, "prod", value, service]), 0);
  assert.deepEqual(await store.list(), ["prod"]);
  assert.equal((await store.read("prod"))?.reveal(), "granted's");
  assert.deepEqual(await storeOn(kwallet.bus.address).list(), []);
});

Deno.test("KwalletStore says that it was refused, that KWallet is off, hangs, or is not there", async () => {
  const denying = await startPrivateKwallet({
    settings: "[Wallet]\nEnabled=true\nFirst Use=false\n\n[Auto Deny]\naws-vault=aws-vault\n",
  });
  try {
    await denying.openWallet(WALLET);
    await assert.rejects(
      storeOn(denying.bus.address).list(),
      fails("denied", /^KWallet did not open the wallet aws-vault$/),
    );
    Deno.kill(denying.pid, "SIGSTOP");
    const soon = {
      ...systemClock,
      sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(300, signal),
    };
    await assert.rejects(
      storeOn(denying.bus.address, soon).list(),
      fails("unavailable", /^KWallet does not answer$/),
    );
  } finally {
    await denying.stop();
  }
  const bus = await startPrivateBus({ bare: true });
  try {
    await assert.rejects(
      storeOn(bus.address).read("work"),
      fails("unavailable", /^KWallet does not run on the session bus$/),
    );
  } finally {
    await bus.stop();
  }
  await assert.rejects(storeOn("").list(), fails("unavailable", /^KWallet can't be reached: /));
});

function fails(outcome: string, message: RegExp) {
  return (failure: unknown) => {
    assert.ok(failure instanceof StoreError, String(failure));
    assert.equal(failure.outcome, outcome);
    assert.match(failure.message, message);
    assert.ok(failure.hints.length > 0);
    return true;
  };
}
