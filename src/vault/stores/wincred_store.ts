/**
 * The `wincred` store: one generic credential of the Windows Credential Manager per item, target
 * `aws-vault:aws-vault:<name>`, the raw payload as its blob, as aws-vault writes them. Tools built on the same library have their own
 * service in both places.
 */
import type { NativeLoader } from "../../host/host.ts";
import { Secret } from "../../secret.ts";
import { CredentialManager } from "../credential_manager.ts";
import { decodeUtf8 } from "../item_envelope.ts";
import { ITEM_SERVICE } from "../item_service.ts";
import { type SecretStore, StoreError, type StoreItem } from "../secret_store.ts";

export class WincredStore implements SecretStore {
  readonly backend = "wincred";
  readonly description = "Windows Credential Manager";
  readonly #manager: CredentialManager;

  constructor(native: NativeLoader, service = ITEM_SERVICE) {
    this.#manager = new CredentialManager(native, `${service}:${service}:`);
  }

  /** For what is not text. The caller may wipe it; `null` when there is none. */
  readBytes(name: string): Uint8Array | null {
    return this.#manager.read(name);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async read(name: string): Promise<Secret | null> {
    const blob = this.readBytes(name);
    if (blob === null) return null;
    const payload = decodeUtf8(blob);
    if (payload === null) throw new StoreError("damaged", "the item in the Credential Manager is not text");
    return new Secret(payload);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async write(item: StoreItem): Promise<void> {
    this.#manager.write(item.name, new TextEncoder().encode(item.payload.reveal()));
  }

  // deno-lint-ignore require-await -- failures have to reject
  async remove(name: string): Promise<boolean> {
    return this.#manager.remove(name);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async list(): Promise<string[]> {
    return this.#manager.list();
  }
}
