/** The keyring addon in memory, as far as stores use it. */
import type { KeyringAddon, KeyringEntry, KeyringEntryOptions } from "../../src/host/host.ts";

export class FakeKeyringAddon implements KeyringAddon {
  /** `service/account` to secret. */
  readonly secrets = new Map<string, number[]>();
  /** The options that entries were made with. */
  readonly options: (KeyringEntryOptions | null | undefined)[] = [];
  /** When set, every call rejects with an error that says this. */
  failure: string | null = null;
  /** When set, no call ever settles. */
  hangs = false;
  readonly AsyncEntry: KeyringAddon["AsyncEntry"];

  constructor() {
    // deno-lint-ignore no-this-alias -- the entries' class stands for the addon's native one
    const addon = this;
    this.AsyncEntry = class implements KeyringEntry {
      readonly #key: string;

      constructor(service: string, account: string, options?: KeyringEntryOptions | null) {
        this.#key = `${service}/${account}`;
        addon.options.push(options);
      }

      static withTarget(): KeyringEntry {
        throw new Error("not used by any store");
      }

      async setSecret(secret: Uint8Array): Promise<void> {
        await addon.#begin();
        addon.secrets.set(this.#key, [...secret]);
      }

      async getSecret(): Promise<number[] | null> {
        await addon.#begin();
        return addon.secrets.get(this.#key) ?? null;
      }

      async deleteCredential(): Promise<boolean> {
        await addon.#begin();
        return addon.secrets.delete(this.#key);
      }
    };
  }

  async findCredentialsAsync(service: string): Promise<{ account: string; password: string }[]> {
    await this.#begin();
    return [...this.secrets]
      .filter(([key]) => key.startsWith(`${service}/`))
      .map(([key, secret]) => ({
        account: key.slice(service.length + 1),
        password: new TextDecoder().decode(Uint8Array.from(secret)),
      }));
  }

  async #begin(): Promise<void> {
    if (this.hangs) await new Promise(() => {});
    await Promise.resolve();
    if (this.failure !== null) throw new Error(this.failure);
  }
}
