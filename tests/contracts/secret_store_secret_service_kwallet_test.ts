/** The contract on the secret-service store with KWallet in the place of gnome-keyring: a wallet is a collection. */
import { type PrivateKwallet, startPrivateKwallet } from "./private_kwallet.ts";
import { secretServiceStoreOn } from "./secret_service_store_on.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

let kwallet: PrivateKwallet;

Deno.test.beforeAll(async () => {
  kwallet = await startPrivateKwallet({ wallets: ["kdewallet"] });
});

Deno.test.afterAll(() => kwallet.stop());

secretStoreContract("SecretServiceStore in KWallet's default wallet", open);

function open() {
  const store = secretServiceStoreOn(kwallet.bus.address);
  return Promise.resolve({
    store,
    async close() {
      for (const name of await store.list()) await store.remove(name);
    },
  });
}
