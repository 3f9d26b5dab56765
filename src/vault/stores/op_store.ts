/** The 1Password stores: items as aws-vault makes them, in one vault, reached through the `op` program or a Connect server. */
import { escapeControls } from "../../errors.ts";
import type { Secret } from "../../secret.ts";
import { openEnvelope, sealEnvelope } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import { type SecretStore, StoreError, type StoreItem } from "../secret_store.ts";
import {
  changedItem,
  itemSecret,
  itemTitle,
  nameOfTitle,
  newItem,
  type OpItem,
  type OpItemShape,
  type OpSummary,
} from "./op_item.ts";

export type OpBackend = "op" | "op-desktop" | "op-connect";

/** One vault, and the items of ours in it. Throws StoreErrors. */
export interface OpVault {
  /** For messages, for example `1Password vault hfnjvi6aymbsnfc2xeeoheizda`. */
  readonly description: string;
  /** The items of ours with exactly this title, with their fields. */
  find(title: string): Promise<readonly OpItem[]>;
  /** Decrypts no field. */
  list(): Promise<readonly OpSummary[]>;
  create(item: Record<string, unknown>): Promise<void>;
  update(item: OpItem): Promise<void>;
  remove(item: OpItem): Promise<void>;
}

const NOT_OURS = 'has not exactly one concealed field, called "keyring", with an item of aws-vault';

export class OpStore implements SecretStore {
  readonly backend: OpBackend;
  readonly description: string;
  readonly #vault: OpVault;
  readonly #shape: OpItemShape;
  /** The end of the change before: two that look for an item at once would both make one. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(backend: OpBackend, vault: OpVault, shape: OpItemShape) {
    this.backend = backend;
    this.description = vault.description;
    this.#vault = vault;
    this.#shape = shape;
  }

  async read(name: string): Promise<Secret | null> {
    const item = await this.#find(name);
    if (item === null) return null;
    const value = itemSecret(item);
    const envelope = value === null ? null : openEnvelope(value.reveal());
    if (envelope !== null) return envelope.payload;
    throw this.#damaged(name, NOT_OURS);
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    const value = sealEnvelope(item);
    await this.#oneByOne(async () => {
      const existing = await this.#find(item.name);
      if (existing === null) await this.#vault.create(newItem(item.name, value, this.#shape));
      else {
        const isFilled = existing.fields.some((field) => field.type === "CONCEALED" && field.value);
        // Somebody's own secrets may be in it.
        if (isFilled && itemSecret(existing) === null) throw this.#damaged(item.name, NOT_OURS);
        await this.#vault.update(changedItem(existing, value));
      }
      const written = await this.#find(item.name);
      // `op` ignores a template in some circumstances and reports success.
      if (written === null || !itemSecret(written)?.equals(value)) {
        throw new StoreError(
          "unavailable",
          `the ${escapeControls(this.description)} took the item and gives back another`,
        );
      }
    });
  }

  async remove(name: string): Promise<boolean> {
    return await this.#oneByOne(async () => {
      const item = await this.#find(name);
      if (item === null) return false;
      await this.#vault.remove(item);
      return true;
    });
  }

  async list(): Promise<string[]> {
    return (await this.#vault.list()).map(({ title }) => nameOfTitle(title, this.#shape)).filter((name) =>
      name !== ""
    );
  }

  /** `null` when there is none. */
  async #find(name: string): Promise<OpItem | null> {
    // deno-lint-ignore no-control-regex
    if (name === "" || /[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(name)) return null;
    const [item, ...others] = await this.#vault.find(itemTitle(name, this.#shape));
    if (others.length > 0) throw this.#damaged(name, "is there more than once");
    return item ?? null;
  }

  #damaged(name: string, predicate: string): StoreError {
    const title = escapeControls(itemTitle(name, this.#shape));
    return new StoreError(
      "damaged",
      `the item "${title}" in the ${escapeControls(this.description)} ${predicate}`,
      {
        hints: ["look at it in 1Password, and remove or correct it there"],
      },
    );
  }

  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
