/** The contract on the secret-service store, with the real addon and a real gnome-keyring on a bus of its own. */
import { createDenoNative } from "../../src/host/deno_native.ts";
import { systemClock } from "../../src/host/system_clock.ts";
import { KeyringStore } from "../../src/vault/stores/keyring_store.ts";
import { type PrivateBus, startPrivateBus } from "./private_bus.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

const ADDRESS = "DBUS_SESSION_BUS_ADDRESS";
let bus: PrivateBus;
let addressBefore: string | undefined;

// The addon takes the address from the environment once per process.
Deno.test.beforeAll(async () => {
  bus = await startPrivateBus();
  await bus.startKeyring();
  addressBefore = Deno.env.get(ADDRESS);
  Deno.env.set(ADDRESS, bus.address);
});

Deno.test.afterAll(async () => {
  if (addressBefore === undefined) Deno.env.delete(ADDRESS);
  else Deno.env.set(ADDRESS, addressBefore);
  await bus.stop();
});

secretStoreContract("KeyringStore on a real gnome-keyring", () => {
  const addon = createDenoNative().keyringAddon();
  const store = new KeyringStore({ backend: "secret-service", addon: () => addon, clock: systemClock });
  return Promise.resolve({
    store,
    async close() {
      for (const name of await store.list()) await store.remove(name);
    },
  });
});
