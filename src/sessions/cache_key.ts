/**
 * The key that seals cached sessions. It is kept in the secret store; where the kernel can keep it for a while, reads need no store.
 */
import { Secret } from "../secret.ts";
import { type SecretStore, StoreError } from "../vault/secret_store.ts";
import type { CacheKey } from "./session_file.ts";

/**
 * The key's item in the store. It has the form of a session item that never expires, so that aws-vault neither lists it as
 * credentials nor removes it, except by its own `clear`: then the cached sessions are gone too, as that command says.
 */
export const CACHE_KEY_ITEM = "aws-vault.SessionCacheKey,YXdzLXZhdWx0,,4102444800";

const KEY_LENGTH = 32;
const ID_LENGTH = 8;

/** A place that forgets by itself: the kernel keyring. Absent where the system has none. */
export interface ShortTermMemory {
  read(description: string): Uint8Array | null;
  write(description: string, bytes: Uint8Array, timeoutSeconds: number): void;
  remove(description: string): boolean;
}

export interface CacheKeysDeps {
  /** Names the store, so that two stores' keys are kept apart. */
  readonly storeId: string;
  /** `null` where there is no such place. A memory that fails counts as one that has forgotten. */
  readonly memory: () => Promise<ShortTermMemory | null>;
  readonly store: () => Promise<SecretStore>;
  /** Whether reading the store can't lead to a prompt by this program, so that many callers may do it at once. */
  readonly storeNeverAsks: boolean;
  /** How long the memory keeps the key; 0 keeps it out of there. */
  readonly lockAfterSeconds: number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Runs the function while no other process runs one under the same name. */
  readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}

export class CacheKeys {
  readonly #deps: CacheKeysDeps;
  #known: CacheKey | null = null;

  constructor(deps: CacheKeysDeps) {
    this.#deps = deps;
  }

  /** Without touching the store; `null` when only the store can tell. */
  async remembered(): Promise<CacheKey | null> {
    if (this.#known === null && this.#deps.lockAfterSeconds > 0) {
      const bytes = await this.#recall((memory) => memory.read(descriptionFor(this.#deps.storeId)));
      this.#known = bytes === null ? null : fromBytes(bytes);
    }
    return this.#known;
  }

  /** Without asking anybody: from the memory, or from a store that never asks. `null` when that is not enough. */
  async unattended(): Promise<CacheKey | null> {
    return await this.remembered() ?? (this.#deps.storeNeverAsks ? await this.#fromStore() : null);
  }

  /** `null` when there is none yet. May unlock the store; throws what the store throws. */
  async existing(): Promise<CacheKey | null> {
    return await this.remembered() ?? await this.#fromStore();
  }

  /** Makes and stores one when there is none. */
  async existingOrNew(): Promise<CacheKey> {
    return await this.existing() ?? await this.#deps.exclusively("cache-key", async () => {
      const made = await this.#fromStore();
      if (made !== null) return made;
      const bytes = this.#deps.randomBytes(KEY_LENGTH + ID_LENGTH);
      const store = await this.#deps.store();
      await store.write({
        name: CACHE_KEY_ITEM,
        payload: new Secret(JSON.stringify({ key: toHex(bytes) })),
        label: "aws-vault session cache key",
        description: "aws-vault session",
        trusted: true,
      });
      return await this.#remember(bytes);
    });
  }

  /** Makes the memory forget; the next answer needs the store. Whether there was something to forget. */
  async lock(): Promise<boolean> {
    this.#known = null;
    const memory = await this.#deps.memory();
    return memory?.remove(descriptionFor(this.#deps.storeId)) ?? false;
  }

  async #fromStore(): Promise<CacheKey | null> {
    const payload = await (await this.#deps.store()).read(CACHE_KEY_ITEM);
    const bytes = payload === null ? null : parsePayload(payload);
    return bytes === null ? null : await this.#remember(bytes);
  }

  async #remember(bytes: Uint8Array): Promise<CacheKey> {
    const key = fromBytes(bytes);
    if (key === null) throw new RangeError("a cache key of the wrong length was made");
    this.#known = key;
    if (this.#deps.lockAfterSeconds > 0) {
      const { storeId, lockAfterSeconds } = this.#deps;
      await this.#recall((memory) => memory.write(descriptionFor(storeId), bytes, lockAfterSeconds));
    }
    return key;
  }

  async #recall<T>(use: (memory: ShortTermMemory) => T): Promise<T | null> {
    try {
      const memory = await this.#deps.memory();
      return memory === null ? null : use(memory);
    } catch (error) {
      if (error instanceof StoreError) return null;
      throw error;
    }
  }
}

function descriptionFor(storeId: string): string {
  return `aws-vault:session-cache-key:${storeId}`;
}

/** `null` when the bytes are none of ours; a new key then replaces them. */
function fromBytes(bytes: Uint8Array): CacheKey | null {
  if (bytes.length !== KEY_LENGTH + ID_LENGTH) return null;
  return { bytes: bytes.slice(0, KEY_LENGTH), id: toHex(bytes.subarray(KEY_LENGTH)) };
}

function parsePayload(payload: Secret): Uint8Array | null {
  try {
    const hex = JSON.parse(payload.reveal())?.key;
    if (
      typeof hex !== "string" || !/^(?:[0-9a-f]{2})+$/.test(hex) ||
      hex.length !== 2 * (KEY_LENGTH + ID_LENGTH)
    ) return null;
    return Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16));
  } catch {
    return null;
  }
}

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}
