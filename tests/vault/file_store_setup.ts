/** A file store on real files in a folder of its own, for tests. */
import { replaceFile } from "../../src/host/atomic_file.ts";
import { createDenoHost } from "../../src/host/deno.ts";
import type { Files } from "../../src/host/host.ts";
import { silentLog } from "../../src/log.ts";
import { FileStore, type FileStoreDeps } from "../../src/vault/stores/file_store.ts";

const host = createDenoHost();

export const realFiles: Files = host.files;

/** Removes itself with everything in it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = Deno.makeTempDirSync({ prefix: "aws-vault-test-" });
  return { path, remove: () => Deno.removeSync(path, { recursive: true }) };
}

/** Asking for a passphrase fails unless the test says what is answered. */
export function fileStore(deps: Partial<FileStoreDeps> & Pick<FileStoreDeps, "directory">): FileStore {
  return new FileStore({
    os: "linux",
    files: realFiles,
    random: host.random,
    clock: host.clock,
    log: silentLog,
    replaceFile,
    passphraseVariable: "AWS_VAULT_FILE_PASSPHRASE",
    givenPassphrase: null,
    askPassphrase: (label) => Promise.reject(new Error(`unexpected question: ${label}`)),
    ...deps,
  });
}
