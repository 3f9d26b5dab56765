/** The contract on the secret-service store with a real gnome-keyring on a bus of its own: in the default collection, and in a named one. */
import { type PrivateBus, startPrivateBus } from "./private_bus.ts";
import { secretServiceStoreOn } from "./secret_service_store_on.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

let bus: PrivateBus;

Deno.test.beforeAll(async () => {
  bus = await startPrivateBus();
  await bus.startKeyring();
});

Deno.test.afterAll(() => bus.stop());

secretStoreContract("SecretServiceStore in gnome-keyring's default collection", () => open("awsvault"));
secretStoreContract("SecretServiceStore in a collection by its name", () => open("login"));

function open(collection: string) {
  const store = secretServiceStoreOn(bus.address, { collection });
  return Promise.resolve({
    store,
    async close() {
      for (const name of await store.list()) await store.remove(name);
    },
  });
}
