/** The contract on stores without a real part on this machine: the fake that other tests use, and stores over doubles. */
import { secureRandom, systemClock } from "../../src/host/system_clock.ts";
import { KeychainStore } from "../../src/vault/stores/keychain_store.ts";
import { WinhelloStore } from "../../src/vault/stores/winhello_store.ts";
import { WincredStore } from "../../src/vault/stores/wincred_store.ts";
import { FakeCredentialManager } from "../fakes/fake_credential_manager.ts";
import { FakeKeychain, FakeKeychains } from "../fakes/fake_keychains.ts";
import { FakeWindowsHello } from "../fakes/fake_windows_hello.ts";
import { FakeSecretStore } from "../fakes/fake_secret_store.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

secretStoreContract("FakeSecretStore", () => Promise.resolve({ store: new FakeSecretStore(), close() {} }));

secretStoreContract("KeychainStore on a double", () => {
  const native = new FakeKeychains();
  native.files.set("aws-vault.keychain", new FakeKeychain());
  return Promise.resolve({
    store: new KeychainStore({ native, clock: systemClock, keychain: "aws-vault" }),
    close() {
      if (native.leaked.length > 0) throw new Error("what macOS has handed out was not given back");
    },
  });
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

/** Its key is made once: that takes a while. */
const hello = new FakeWindowsHello();
secretStoreContract("WinhelloStore on a double", () => {
  hello.manager.credentials.clear();
  return Promise.resolve({
    store: new WinhelloStore({ native: hello, clock: systemClock, random: secureRandom }),
    close() {
      if (hello.handles.size > 0 || hello.manager.unfreed.size > 0) {
        throw new Error("what Windows has handed out was not given back");
      }
    },
  });
}, { tellsCase: false, longestPayload: 1000 });
