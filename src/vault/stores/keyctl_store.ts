/**
 * The `keyctl` store: the kernel keyring `aws-vault` inside the user's keyring, one `user` key per item with its raw payload.
 * It forgets everything at reboot, so it is used only when asked for.
 */
import { Secret } from "../../secret.ts";
import { decodeUtf8 } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import type { KernelKeyring } from "../kernel_keyring.ts";
import { type SecretStore, StoreError, type StoreItem } from "../secret_store.ts";

/** The name of the keyring that holds the items. */
export const KEYCTL_KEYRING = "aws-vault";

/** Every call is one or two system calls that never wait. */
export class KeyctlStore implements SecretStore {
  readonly backend = "keyctl";
  readonly description = "kernel keyring of this user (forgets at reboot)";
  readonly #keyring: KernelKeyring;

  /** `keyring` is the one called {@link KEYCTL_KEYRING}. */
  constructor(keyring: KernelKeyring) {
    this.#keyring = keyring;
  }

  // deno-lint-ignore require-await -- failures have to reject
  async read(name: string): Promise<Secret | null> {
    const bytes = this.#keyring.read(name);
    if (bytes === null) return null;
    const payload = decodeUtf8(bytes);
    if (payload === null) throw new StoreError("damaged", "the item in the kernel keyring is not text");
    return new Secret(payload);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async has(name: string): Promise<boolean> {
    return this.#keyring.has(name);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    this.#keyring.write(item.name, new TextEncoder().encode(item.payload.reveal()), 0);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async remove(name: string): Promise<boolean> {
    return this.#keyring.remove(name);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async list(): Promise<string[]> {
    return this.#keyring.list();
  }
}
