/**
 * The `winhello` store: credentials of the Windows Credential Manager, target `keyring-winhello:aws-vault:<name>`, whose blob is an
 * envelope that only a Windows Hello gesture opens. Every read asks; writing, listing and removing do not.
 */
import type { Clock, NativeLoader, Random } from "../../host/host.ts";
import type { Secret } from "../../secret.ts";
import { CredentialManager } from "../credential_manager.ts";
import { openHelloEnvelope, sealHelloEnvelope } from "../hello_envelope.ts";
import { HelloKey } from "../hello_key.ts";
import { decodeUtf8 } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import { type SecretStore, StoreError, type StoreItem } from "../secret_store.ts";
import { byUtf8 } from "../utf8_order.ts";

export interface WinhelloStoreDeps {
  readonly native: NativeLoader;
  readonly clock: Pick<Clock, "sleep">;
  readonly random: Random;
}

const PREFIX = "keyring-winhello:aws-vault:";
/** As long as a person may take to be recognised, or to find the PIN. */
const DEADLINE_MS = 60_000;

export class WinhelloStore implements SecretStore {
  readonly backend = "winhello";
  readonly description = "Windows Credential Manager behind Windows Hello";
  readonly #deps: WinhelloStoreDeps;
  readonly #manager: CredentialManager;
  readonly #key: HelloKey;

  constructor(deps: WinhelloStoreDeps) {
    this.#deps = deps;
    this.#manager = new CredentialManager(deps.native, PREFIX);
    this.#key = new HelloKey(deps.native);
  }

  /** Without asking. */
  has(name: string): boolean {
    return this.#manager.read(name) !== null;
  }

  async read(name: string): Promise<Secret | null> {
    const blob = this.#manager.read(name);
    if (blob === null) return null;
    const text = decodeUtf8(blob);
    if (text === null) {
      throw new StoreError("damaged", "the Windows Hello item makes no sense: it is not text");
    }
    return await this.#withinDeadline(() =>
      openHelloEnvelope(name, text, {
        keyName: this.#key.name,
        unwrap: (wrapped) => this.#key.unwrap(wrapped, `Read "${name}" of aws-vault`),
      })
    );
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    const payload = new TextEncoder().encode(item.payload.reveal());
    const envelope = await this.#withinDeadline(() =>
      sealHelloEnvelope(item.name, payload, {
        keyName: this.#key.name,
        wrap: (key) => this.#key.wrap(key),
        randomBytes: (length) => this.#deps.random.bytes(length),
      })
    );
    payload.fill(0);
    this.#manager.write(item.name, new TextEncoder().encode(envelope));
  }

  // deno-lint-ignore require-await -- failures have to reject
  async remove(name: string): Promise<boolean> {
    return this.#manager.remove(name);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async list(): Promise<string[]> {
    return this.#manager.list().sort(byUtf8);
  }

  async #withinDeadline<T>(work: () => Promise<T>): Promise<T> {
    const ended = new AbortController();
    const timedOut = this.#deps.clock.sleep(DEADLINE_MS, ended.signal).then(() => {
      throw new StoreError("unavailable", `Windows Hello gave no answer within ${DEADLINE_MS / 1000} s`, {
        hints: ["answer the dialog that Windows shows, perhaps behind other windows"],
      });
    });
    try {
      return await Promise.race([work(), timedOut]);
    } finally {
      ended.abort();
      timedOut.catch(() => {});
    }
  }
}
