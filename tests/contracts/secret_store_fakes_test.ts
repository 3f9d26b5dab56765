/** The contract on stores without a real part on this machine: the fake that other tests use, and stores over doubles. */
import { systemClock } from "../../src/host/system_clock.ts";
import { KeyringStore } from "../../src/vault/stores/keyring_store.ts";
import { WincredStore } from "../../src/vault/stores/wincred_store.ts";
import { FakeCredentialManager } from "../fakes/fake_credential_manager.ts";
import { FakeKeyringAddon } from "../fakes/fake_keyring_addon.ts";
import { FakeSecretStore } from "../fakes/fake_secret_store.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

secretStoreContract("FakeSecretStore", () => Promise.resolve({ store: new FakeSecretStore(), close() {} }));

secretStoreContract("KeyringStore keychain on a double", () => {
  const addon = new FakeKeyringAddon();
  const store = new KeyringStore({ backend: "keychain", addon: () => addon, clock: systemClock });
  return Promise.resolve({ store, close() {} });
});

secretStoreContract("WincredStore on a double", () => {
  const manager = new FakeCredentialManager();
  return Promise.resolve({
    store: new WincredStore(manager),
    close() {
      if (manager.unfreed.size > 0) throw new Error("credentials were not given back to Windows");
    },
  });
}, { tellsCase: false });
