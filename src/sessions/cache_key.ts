/**
 * The key that seals cached sessions. It is kept in the secret store; where the kernel can keep it for a while, reads need no store.
 */
import { Secret } from "../secret.ts";
import { type SecretStore, StoreError } from "../vault/secret_store.ts";
import { ANSWER_DESCRIPTION, decodeAnswer } from "./remembered_answer.ts";
import type { CacheKey } from "./session_file.ts";

/**
 * The key's item in the store. It has the form of a session item that never expires, so that aws-vault neither lists it as
 * credentials nor removes it, except by its own `clear`: then the cached sessions are gone too, as that command says.
 */
export const CACHE_KEY_ITEM = "aws-vault.SessionCacheKey,YXdzLXZhdWx0,,4102444800";

/** Begins the names of our keys in the kernel. */
const DESCRIPTION = "aws-vault:session-cache-key:";
/** Begins the name of the mark beside them that a lock takes away; see {@link CacheKeys.beforeUnlocking}. */
const UNLOCKED_DESCRIPTION = "aws-vault:unlocked:";
/** How long the mark stays, from its last use on. A call that has a store open for longer leaves no key in the memory. */
const UNLOCKED_SECONDS = 3600;
const MARK_LENGTH = 16;

const ROOT_LENGTH = 32;
const KEY_LENGTH = 32;
const ID_LENGTH = 8;

/** A place that forgets by itself: the kernel keyring. Absent where the system has none. */
export interface ShortTermMemory {
  /** Reading counts as use: what is found is kept for `keepSeconds` from now on. */
  read(description: string, keepSeconds: number): Uint8Array | null;
  write(description: string, bytes: Uint8Array, timeoutSeconds: number): void;
  remove(description: string): boolean;
  list(): string[];
}

export interface CacheKeysDeps {
  /** Names the store, so that two stores' keys are kept apart. */
  readonly storeId: string;
  /** `null` where there is no such place. A memory that fails counts as one that has forgotten. */
  readonly memory: () => Promise<ShortTermMemory | null>;
  readonly store: () => Promise<SecretStore>;
  /** Whether reading the store can't lead to a prompt by this program, so that many callers may do it at once. */
  readonly storeNeverAsks: boolean;
  /** How long without use the memory keeps the key of profiles that name no time of their own; 0 keeps it out of there. */
  readonly lockAfterSeconds: number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Runs the function while no other process runs one under the same name. */
  readonly exclusively: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Bytes that follow from the root and the purpose, and tell nothing of the root. */
  readonly derive: (root: Uint8Array, purpose: string, length: number) => Promise<Uint8Array>;
}

/**
 * The store has one root; what seals sessions, and what the memory keeps, is derived from it: one key for all profiles that say nothing of
 * their own, and one for each `vault_lock_after` that profiles name. So what is unlocked for one time opens nothing that was to be locked
 * sooner. `lockAfter` is that of the profile, in seconds; `null` when it names none.
 */
export class CacheKeys {
  readonly #deps: CacheKeysDeps;
  readonly #known = new Map<number | null, CacheKey>();
  #root: Uint8Array | null = null;
  /** As it was before this process opened the store; `null` when it was not looked at, or the memory has no place for it. */
  #mark: string | null = null;

  constructor(deps: CacheKeysDeps) {
    this.#deps = deps;
  }

  /** Without touching the store; `null` when only the store can tell. */
  async remembered(lockAfter: number | null): Promise<CacheKey | null> {
    const known = this.#known.get(lockAfter);
    const seconds = this.#seconds(lockAfter);
    if (known !== undefined || seconds === 0) return known ?? null;
    const bytes = await this.#recall((memory) => memory.read(this.#description(lockAfter), seconds));
    return bytes === null ? null : this.#keep(lockAfter, bytes);
  }

  /** Without asking anybody: from the memory, or from a store that never asks. `null` when that is not enough. */
  async unattended(lockAfter: number | null): Promise<CacheKey | null> {
    return await this.remembered(lockAfter) ??
      (this.#deps.storeNeverAsks ? await this.#fromStore(lockAfter) : null);
  }

  /** `null` when there is none yet. May unlock the store; throws what the store throws. */
  async existing(lockAfter: number | null): Promise<CacheKey | null> {
    return await this.remembered(lockAfter) ?? await this.#fromStore(lockAfter);
  }

  /** Makes and stores a root when there is none. */
  async existingOrNew(lockAfter: number | null): Promise<CacheKey> {
    return await this.existing(lockAfter) ?? await this.#deps.exclusively("cache-key", async () => {
      const made = await this.#fromStore(lockAfter);
      if (made !== null) return made;
      const root = this.#deps.randomBytes(ROOT_LENGTH);
      const store = await this.#deps.store();
      await store.write({
        name: CACHE_KEY_ITEM,
        payload: new Secret(JSON.stringify({ key: toHex(root) })),
        label: "aws-vault session cache key",
        description: "aws-vault session",
        trusted: true,
      });
      this.#root = root;
      return await this.#derive(root, lockAfter);
    });
  }

  /**
   * To be called before anything of the store is unlocked that may still be open when the key is asked for. Notes the mark in the memory that
   * a {@link lock} takes away, and makes one where there is none: what was unlocked before a lock does not bring the key back after it.
   */
  async beforeUnlocking(lockAfter: number | null): Promise<void> {
    if (this.#mark !== null || this.#root !== null || this.#seconds(lockAfter) === 0) return;
    this.#mark = await this.#recall((memory) => {
      const present = this.#markIn(memory);
      if (present !== null) return present;
      memory.write(this.#markName, this.#deps.randomBytes(MARK_LENGTH), UNLOCKED_SECONDS);
      // Of two who make one at the same time, both go by the one that is left.
      return this.#markIn(memory);
    });
  }

  /**
   * Makes the memory forget all keys of the store, and the remembered answers that need one of them; the next answer needs the store. Whether
   * there was something to forget. Throws a StoreError when the memory may still have them.
   */
  async lock(): Promise<boolean> {
    this.#known.clear();
    this.#root = null;
    this.#mark = null;
    try {
      const memory = await this.#deps.memory();
      if (memory === null) return false;
      // In this order: who looks at the mark too early has put its key where it is found here, and so with answers and the key.
      memory.remove(this.#markName);
      const ours = memory.list().filter((description) => this.#isOurs(description));
      const hadKeys = ours.map((description) => memory.remove(description)).includes(true);
      for (const description of memory.list()) {
        if (!description.startsWith(ANSWER_DESCRIPTION)) continue;
        const bytes = memory.read(description, 0), answer = bytes === null ? null : decodeAnswer(bytes);
        // One that can't be read is of another version, and may be ours.
        if (answer === null || this.#isOurs(answer.keyDescription)) memory.remove(description);
      }
      return hadKeys;
    } catch (error) {
      // Where there is no memory, nothing was put into it.
      if (error instanceof StoreError && error.outcome === "unavailable") return false;
      throw error;
    }
  }

  async #fromStore(lockAfter: number | null): Promise<CacheKey | null> {
    if (this.#root === null) {
      await this.beforeUnlocking(lockAfter);
      const payload = await (await this.#deps.store()).read(CACHE_KEY_ITEM);
      this.#root = payload === null ? null : parsePayload(payload);
    }
    return this.#root === null ? null : await this.#derive(this.#root, lockAfter);
  }

  async #derive(root: Uint8Array, lockAfter: number | null): Promise<CacheKey> {
    const purpose = lockAfter === null
      ? "aws-vault cached sessions"
      : `aws-vault cached sessions, lock after ${lockAfter} s`;
    const bytes = await this.#deps.derive(root, purpose, KEY_LENGTH + ID_LENGTH);
    await this.#recall((memory) => this.#remember(memory, lockAfter, bytes));
    const key = this.#keep(lockAfter, bytes);
    if (key === null) throw new RangeError("a cache key of the wrong length was derived");
    return key;
  }

  /** Unless there was a lock since the store was opened. */
  #remember(memory: ShortTermMemory, lockAfter: number | null, bytes: Uint8Array): void {
    const seconds = this.#seconds(lockAfter), mark = this.#mark;
    if (seconds === 0 || mark === null || this.#markIn(memory) !== mark) return;
    const description = this.#description(lockAfter);
    memory.write(description, bytes, seconds);
    // A lock that ran between the check and the writing would have missed the key.
    if (this.#markIn(memory) !== mark) memory.remove(description);
  }

  #markIn(memory: ShortTermMemory): string | null {
    const bytes = memory.read(this.#markName, UNLOCKED_SECONDS);
    return bytes === null ? null : toHex(bytes);
  }

  get #markName(): string {
    return UNLOCKED_DESCRIPTION + this.#deps.storeId;
  }

  /** `null` when the bytes are none of ours; the store's then replace them. */
  #keep(lockAfter: number | null, bytes: Uint8Array): CacheKey | null {
    if (bytes.length !== KEY_LENGTH + ID_LENGTH) return null;
    const key = { bytes: bytes.slice(0, KEY_LENGTH), id: toHex(bytes.subarray(KEY_LENGTH)) };
    this.#known.set(lockAfter, key);
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

  #seconds(lockAfter: number | null): number {
    return lockAfter ?? this.#deps.lockAfterSeconds;
  }

  /** Names of stores begin with that of the backend, never with a time. */
  #description(lockAfter: number | null): string {
    return `${DESCRIPTION}${lockAfter === null ? "" : `${lockAfter}s:`}${this.#deps.storeId}`;
  }

  #isOurs(description: string): boolean {
    return description.startsWith(DESCRIPTION) &&
      description.slice(DESCRIPTION.length).replace(/^\d+s:/, "") === this.#deps.storeId;
  }
}

function parsePayload(payload: Secret): Uint8Array | null {
  try {
    const hex = JSON.parse(payload.reveal())?.key;
    if (
      typeof hex !== "string" || !/^(?:[0-9a-f]{2})+$/.test(hex) ||
      hex.length !== 2 * ROOT_LENGTH
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
