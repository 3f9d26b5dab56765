/** The contract on the secret-service store with KeePassXC in the place of gnome-keyring: a database is a collection. */
import { type PrivateKeepassxc, startPrivateKeepassxc } from "./private_keepassxc.ts";
import { secretServiceStoreOn } from "./secret_service_store_on.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

let keepassxc: PrivateKeepassxc;

Deno.test.beforeAll(async () => {
  keepassxc = await startPrivateKeepassxc("passwords");
});

Deno.test.afterAll(() => keepassxc.stop());

secretStoreContract("SecretServiceStore in KeePassXC", () => {
  const store = secretServiceStoreOn(keepassxc.bus.address);
  return Promise.resolve({
    store,
    async close() {
      for (const name of await store.list()) await store.remove(name);
    },
  });
}, { asksWhenMadeTwice: true });
