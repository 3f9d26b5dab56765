/** The contract on the pass and passage stores: real pass with gpg-agent, and real age under passage's stand-in (or passage itself). */
import { passPlace } from "../../src/vault/stores/pass_entries.ts";
import { realAgeStore, realPassStore } from "../vault/password_store_setup.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

/** Other names have no path of their own; tests/vault/pass_store_test.ts says what becomes of them. */
const takesName = (name: string) => passPlace(name)?.exact === true;

secretStoreContract("PassStore on real pass and gpg-agent", async () => {
  const passwordStore = await realPassStore();
  return { store: passwordStore.store(), close: () => passwordStore.remove() };
}, { takesName });

secretStoreContract("PassStore passage on real age", async () => {
  const passwordStore = await realAgeStore();
  return { store: passwordStore.store(), close: () => passwordStore.remove() };
}, { takesName });
