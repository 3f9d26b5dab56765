/** The contract on the file store, with real files. */
import { Secret } from "../../src/secret.ts";
import { fileStore, temporaryFolder } from "../vault/file_store_setup.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

secretStoreContract("FileStore on real files", () => {
  const folder = temporaryFolder();
  const store = fileStore({ directory: `${folder.path}/keys`, givenPassphrase: new Secret("correct horse") });
  return Promise.resolve({ store, close: () => folder.remove() });
});
