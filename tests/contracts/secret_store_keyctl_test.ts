/** The contract on the keyctl store, with the real kernel keyring. Needs Debian's package keyutils to clean up. */
import { createDenoHost } from "../../src/host/deno.ts";
import { KernelKeyring } from "../../src/vault/kernel_keyring.ts";
import { KeyctlStore } from "../../src/vault/stores/keyctl_store.ts";
import { removeKeyring } from "../vault/keyctl_tool.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

const host = createDenoHost();
let count = 0;

secretStoreContract("KeyctlStore on the real kernel keyring", async () => {
  const ring = `aws-vault-test-${host.pid}-${count++}`;
  const store = new KeyctlStore(new KernelKeyring(await host.native(), host.arch, ring));
  return { store, close: () => removeKeyring(ring) };
});
