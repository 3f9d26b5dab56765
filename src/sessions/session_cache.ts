/**
 * Short-lived credentials on disk, one sealed file per request. The folder holds nothing that works without the cache key,
 * which is kept in the secret store. Reading never takes a lock; a record is replaced as a whole or not at all.
 */
import type { Credentials } from "../aws/credentials.ts";
import type { Files } from "../host/host.ts";
import { AppError } from "../errors.ts";
import type { Lifetime } from "./freshness.ts";
import { type CacheKey, openSession, readHeader, sealSession, type SessionHeader } from "./session_file.ts";
import type { SessionSummary } from "./session_summary.ts";

export const SESSION_FILE_EXTENSION = ".session";
const DAMAGED_EXTENSION = ".damaged";
/** What those who wait for a call that failed are told: names of profiles and messages, no secrets. */
export const FAILURE_EXTENSION = ".failed";
/** Changes whenever records are cleared; a call that began before must not write its answer after. */
const EPOCH_FILE = "epoch";

export interface SessionCacheDeps {
  readonly folder: string;
  readonly files: Pick<
    Files,
    "readBytes" | "list" | "makeDirectory" | "remove" | "stat"
  >;
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Replaces the file's content as a whole, readable by the user alone. */
  readonly replaceFile: (path: string, bytes: Uint8Array) => void;
  /** Told of a file that is damaged or not ours: see {@link setAside}. */
  readonly damaged: (path: string) => void;
  /** Tells the user something once; never a failure. */
  readonly warn: (message: string) => void;
}

export interface CachedSession {
  readonly credentials: Credentials;
  readonly lifetime: Lifetime;
}

interface SessionRecord {
  readonly path: string;
  readonly header: SessionHeader;
}

export class SessionCache {
  readonly #deps: SessionCacheDeps;
  readonly #separator: string;

  constructor(deps: SessionCacheDeps) {
    this.#deps = deps;
    this.#separator = deps.folder.includes("\\") ? "\\" : "/";
  }

  path(fileName: string): string {
    return this.#deps.folder + this.#separator + fileName;
  }

  /**
   * The session of that name; `null` when there is none that this key opens. `key` is asked for only when a file is there.
   * A file that is damaged or not ours counts as none, and is reported.
   */
  async read(
    name: string,
    key: () => Promise<CacheKey | null> | CacheKey | null,
  ): Promise<CachedSession | null> {
    const path = this.path(name + SESSION_FILE_EXTENSION);
    const file = this.#bytes(path);
    if (file === null) return null;
    const parsed = file === "unreadable" ? null : readHeader(file);
    if (file === "unreadable" || parsed === null) return this.#damaged(path);
    if (parsed.header.expiresAt <= this.#deps.now()) return null;
    const cacheKey = await key();
    if (cacheKey === null || cacheKey.id !== parsed.header.keyId) return null;
    const credentials = await openSession(name, file, parsed, cacheKey);
    return credentials === null ? this.#damaged(path) : { credentials, lifetime: parsed.header };
  }

  /** The mark that {@link write} wants: taken before the calls that lead to the record. */
  epoch(): string {
    const mark = this.#bytes(this.path(EPOCH_FILE));
    return mark === null || mark === "unreadable" ? "" : new TextDecoder().decode(mark);
  }

  /**
   * Keeps the session, unless records were cleared since `epoch` was taken. A folder that can't be written costs a warning, not
   * the answer.
   */
  async write(
    name: string,
    header: Omit<SessionHeader, "keyId">,
    credentials: Credentials,
    key: CacheKey,
    epoch: string,
  ): Promise<void> {
    try {
      const nonce = this.#deps.randomBytes(12);
      const file = await sealSession(name, { ...header, keyId: key.id }, credentials, key, nonce);
      this.#deps.files.makeDirectory(this.#deps.folder, 0o700);
      if (this.epoch() !== epoch) return;
      const path = this.path(name + SESSION_FILE_EXTENSION);
      this.#deps.replaceFile(path, file);
      // A clear that ran between the check and the replacement would have missed the new file.
      if (this.epoch() !== epoch) this.#deps.files.remove(path);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#deps.warn(`could not keep the session for next time: ${error.message}`);
    }
  }

  /** Forgets one record, for when AWS no longer takes what it holds. */
  forget(name: string): void {
    this.#deps.files.remove(this.path(name + SESSION_FILE_EXTENSION));
  }

  /** All records by their clear headers, expired ones included, sorted by profile, kind and expiry. Unlocks nothing. */
  list(): SessionSummary[] {
    return this.#headers()
      .map(({ header }) => ({ kind: header.kind, profile: header.profile, expiresAt: header.expiresAt }))
      .sort((a, b) => compare(a.profile, b.profile) || compare(a.kind, b.kind) || a.expiresAt - b.expiresAt);
  }

  /**
   * Removes the records in which the profile has a part, or all for `null`, and what others were told of failed calls; answers how many records
   * there were. Removes what it can before it throws what the host throws.
   */
  clear(profile: string | null): number {
    if (this.#deps.files.stat(this.#deps.folder) === null) return 0;
    const concerns = ({ header }: SessionRecord) =>
      profile === null || header.involved.includes(profile) || header.profile === profile;
    let unmarked = this.#markCleared();
    let { removed, failure } = this.#remove(concerns);
    if (unmarked !== null) {
      // On a full disk there may be room by now. What was written in between is not kept out by the mark.
      unmarked = this.#markCleared();
      const again = this.#remove(concerns);
      removed += again.removed;
      failure = again.failure;
    }
    if (failure !== null) throw failure;
    if (unmarked === null) return removed;
    throw new AppError(
      unmarked.code,
      unmarked.kind,
      `the sessions are removed, but a call that is under way may still keep its own: ${unmarked.message}`,
      { hints: unmarked.hints, cause: unmarked },
    );
  }

  /** Removes what has expired, and after a day what was set aside or was told of failed calls. */
  sweep(): void {
    const now = this.#deps.now();
    for (const { path, header } of this.#headers()) {
      if (header.expiresAt <= now) this.#deps.files.remove(path);
    }
    for (const path of this.#paths(DAMAGED_EXTENSION, FAILURE_EXTENSION)) {
      const info = this.#deps.files.stat(path, { noFollow: true });
      if (info !== null && now - info.modifiedAt > 24 * 3_600_000) this.#deps.files.remove(path);
    }
  }

  /** What keeps the mark from being written; `null` when it is. */
  #markCleared(): AppError | null {
    const mark = [...this.#deps.randomBytes(16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return failureOf(() => this.#deps.replaceFile(this.path(EPOCH_FILE), new TextEncoder().encode(mark)));
  }

  /** How many records went, and the first failure. */
  #remove(concerns: (record: SessionRecord) => boolean): { removed: number; failure: AppError | null } {
    let removed = 0;
    let failure: AppError | null = null;
    for (const record of this.#headers()) {
      if (!concerns(record)) continue;
      const failed = failureOf(() => {
        if (this.#deps.files.remove(record.path)) removed++;
      });
      failure ??= failed;
    }
    for (const path of this.#paths(FAILURE_EXTENSION)) {
      const failed = failureOf(() => void this.#deps.files.remove(path));
      failure ??= failed;
    }
    return { removed, failure };
  }

  #paths(...extensions: readonly string[]): string[] {
    return (this.#deps.files.list(this.#deps.folder) ?? [])
      .filter((name) => extensions.some((extension) => name.endsWith(extension)))
      .map((name) => this.path(name));
  }

  #headers(): SessionRecord[] {
    const found: SessionRecord[] = [];
    for (const path of this.#paths(SESSION_FILE_EXTENSION)) {
      const file = this.#bytes(path);
      const parsed = file === null || file === "unreadable" ? null : readHeader(file);
      if (parsed !== null) found.push({ path, header: parsed.header });
    }
    return found;
  }

  /** What is no file, or not ours to read, must not keep the user from an answer. */
  #bytes(path: string): Uint8Array | "unreadable" | null {
    try {
      return this.#deps.files.readBytes(path);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return "unreadable";
    }
  }

  #damaged(path: string): null {
    this.#deps.damaged(path);
    return null;
  }
}

/** Moves a damaged file out of the way, where a person can look at it for a day, and tells the user. */
export function setAside(files: Pick<Files, "rename">, path: string, warn: (message: string) => void): void {
  try {
    files.rename(path, path + DAMAGED_EXTENSION);
    warn(`a damaged session file was set aside as ${path + DAMAGED_EXTENSION}`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    warn(`ignored a damaged session file: ${path}`);
  }
}

function failureOf(work: () => void): AppError | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
