/** What the secret-service store says when a real gnome-keyring is locked, hung, restarted, gone, or was never there. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/host/system_clock.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import type { SecretServiceStore } from "../../src/vault/stores/secret_service_store.ts";
import { type PrivateBus, startPrivateBus } from "./private_bus.ts";
import { secretServiceStoreOn } from "./secret_service_store_on.ts";
import { item } from "./secret_store_contract.ts";

async function withBus(options: { bare?: boolean }, body: (bus: PrivateBus) => Promise<void>): Promise<void> {
  const bus = await startPrivateBus(options);
  try {
    await body(bus);
  } finally {
    await bus.stop();
  }
}

const OPERATIONS = {
  "read": async (store: SecretServiceStore) => (await store.read("work"))?.reveal() ?? null,
  "write": async (store: SecretServiceStore) => void await store.write(item("work", "payload")),
  "remove": (store: SecretServiceStore) => store.remove("work"),
  "list": (store: SecretServiceStore) => store.list(),
};
type Operation = keyof typeof OPERATIONS;
const ALL = Object.keys(OPERATIONS) as Operation[];

/** Every operation ends in this failure, with advice. */
async function allFail(
  store: SecretServiceStore,
  outcome: string,
  message: RegExp,
  operations: readonly Operation[] = ALL,
): Promise<void> {
  for (const operation of operations) {
    await assert.rejects(async () => await OPERATIONS[operation](store), (failure) => {
      assert.ok(failure instanceof StoreError, String(failure));
      assert.equal(failure.outcome, outcome, operation);
      assert.match(failure.message, message);
      assert.ok(failure.hints.length > 0);
      return true;
    }, operation);
  }
}

const LOCKED = /^the Secret Service is locked, and its prompt was dismissed or could not be shown$/;

Deno.test("SecretServiceStore tells a locked keyring from one without the item, with nobody to show a prompt", () =>
  withBus({}, async (bus) => {
    await bus.startKeyring();
    const store = secretServiceStoreOn(bus.address);
    await store.write(item("work", "payload"));
    await bus.lock();
    await allFail(store, "locked", LOCKED, ["read", "write", "remove"]);
    assert.equal(await store.read("nowhere"), null);
    assert.equal(await store.remove("nowhere"), false);
    assert.deepEqual(await store.list(), ["work"]);
  }));

Deno.test("SecretServiceStore finds out whether there is an item in a keyring that nobody has unlocked since it started", () =>
  withBus({}, async (bus) => {
    await bus.startKeyring();
    const store = secretServiceStoreOn(bus.address);
    await store.write(item("work", "payload"));
    await bus.restartKeyringLocked();
    await allFail(store, "locked", LOCKED);
    assert.equal(await store.read("nowhere"), null);
    assert.equal(await store.remove("nowhere"), false);
  }));

Deno.test("SecretServiceStore goes on after the service was started anew", () =>
  withBus({}, async (bus) => {
    await bus.startKeyring();
    const store = secretServiceStoreOn(bus.address);
    await store.write(item("work", "payload"));
    await bus.signalKeyring("SIGKILL");
    await bus.startKeyring();
    assert.equal((await store.read("work"))?.reveal(), "payload");
  }));

Deno.test("SecretServiceStore gives up on a Secret Service that hangs", () =>
  withBus({}, async (bus) => {
    await bus.startKeyring();
    const waits: number[] = [];
    const clock = {
      sleep(ms: number, signal?: AbortSignal) {
        waits.push(ms);
        return systemClock.sleep(300, signal);
      },
    };
    await bus.signalKeyring("SIGSTOP");
    try {
      const store = secretServiceStoreOn(bus.address, { clock });
      await allFail(store, "unavailable", /^the Secret Service does not answer$/);
      assert.ok(Math.max(...waits) <= 25_000);
    } finally {
      await bus.signalKeyring("SIGKILL");
    }
  }));

Deno.test("SecretServiceStore says that there is no Secret Service, or no bus", async () => {
  await withBus({ bare: true }, async (bus) => {
    const store = secretServiceStoreOn(bus.address);
    await allFail(store, "unavailable", /^the Secret Service does not run on the session bus$/);
  });
  const dead = secretServiceStoreOn("unix:path=/nonexistent/bus");
  await allFail(
    dead,
    "unavailable",
    /^the Secret Service can't be reached: .*\/nonexistent\/bus: there is no such socket$/,
  );
  await allFail(secretServiceStoreOn(""), "unavailable", /no address of a local socket is known$/);
});

Deno.test("SecretServiceStore has the service make a default keyring where there is none", () =>
  withBus({}, async (bus) => {
    // The bus starts a gnome-keyring for the first call; nobody has made a keyring in it yet.
    const store = secretServiceStoreOn(bus.address);
    assert.deepEqual(await store.list(), []);
    assert.equal(await store.read("work"), null);
    await allFail(store, "locked", LOCKED, ["write"]);
  }));
