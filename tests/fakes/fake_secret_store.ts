/** A secret store in memory that behaves: the same contract suite runs on it and on the real ones. */
import type { Secret } from "../../src/secret.ts";
import { requireWritableItemName } from "../../src/vault/item_names.ts";
import type { BackendName, SecretStore, StoreError, StoreItem } from "../../src/vault/secret_store.ts";

export class FakeSecretStore implements SecretStore {
  readonly backend: BackendName;
  readonly description = "store in memory";
  /** By name, in the order of their first write. */
  readonly items = new Map<string, StoreItem>();
  /** Every call so far: `read work`, `list`. */
  readonly calls: string[] = [];
  /** When set, every call fails with it. */
  failure: StoreError | null = null;

  constructor(backend: BackendName = "file") {
    this.backend = backend;
  }

  async read(name: string): Promise<Secret | null> {
    await this.#begin(`read ${name}`);
    return this.items.get(name)?.payload ?? null;
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    await this.#begin(`write ${item.name}`);
    this.items.set(item.name, item);
  }

  async remove(name: string): Promise<boolean> {
    await this.#begin(`remove ${name}`);
    return this.items.delete(name);
  }

  async list(): Promise<string[]> {
    await this.#begin("list");
    return [...this.items.keys()];
  }

  async #begin(call: string): Promise<void> {
    this.calls.push(call);
    await Promise.resolve();
    if (this.failure !== null) throw this.failure;
  }
}
