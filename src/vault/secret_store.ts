import { AppError, type AppErrorOptions, type ErrorKind } from "../errors.ts";
import type { Secret } from "../secret.ts";

/** The stores a user can choose by `--backend`. The names are those of aws-vault. */
export type BackendName =
  | "keychain"
  | "wincred"
  | "winhello"
  | "secret-service"
  | "kwallet"
  | "keyctl"
  | "pass"
  | "passage"
  | "op-connect"
  | "op"
  | "op-desktop"
  | "file";

/** One item as it is written: the same four parts that aws-vault writes. */
export interface StoreItem {
  /** The item's name, for credentials the profile's name verbatim. Any characters; stores encode as they need. */
  readonly name: string;
  /** The payload, UTF-8 JSON. */
  readonly payload: Secret;
  /** What the OS's own tool shows; holds no secret. */
  readonly label: string;
  /** Empty for credentials. */
  readonly description: string;
  /** Whether the OS may hand the item to this program without asking (macOS: trusted application). */
  readonly trusted: boolean;
}

/**
 * Keeps named secrets in one place chosen by the user. Every call ends within a deadline of its own.
 *
 * Outcomes of a call: the answer, `null`/`false` for "not there", or a {@link StoreError} that says
 * which of four failures it was. Only "not there" may lead to the advice to add a key.
 */
export interface SecretStore {
  readonly backend: BackendName;
  /** One line for error messages and `--debug`, for example `file store at /home/jon/.awsvault/keys`. */
  readonly description: string;
  /** The payload, or `null` when no such item exists. Never lists the store. */
  read(name: string): Promise<Secret | null>;
  /** Whether there is such an item, for stores that can tell without being unlocked. */
  has?(name: string): boolean | Promise<boolean>;
  /** Makes the item or replaces its payload in place: afterwards the new value is there, or the old one and an error. */
  write(item: StoreItem): Promise<void>;
  /** Whether there was such an item. */
  remove(name: string): Promise<boolean>;
  /**
   * The names of all items, in the store's own order, without decrypting any where the store can do that. With `asking` = `never` a store
   * that would have to be unlocked for it answers `locked` instead of asking.
   */
  list(asking?: Asking): Promise<string[]>;
  /**
   * Locks the place where the items are, for stores that have a lock which this program can turn. Answers what was locked, for messages;
   * `null` when nothing was open.
   */
  lock?(): Promise<string | null>;
}

/** Whether the user may be asked to unlock the store. */
export type Asking = "if needed" | "never";

/** `locked`: needs unlocking; `denied`: the user or OS refused; `unavailable`: no store to talk to (or it hung); `damaged`: the item can't be understood. */
export type StoreOutcome = Extract<ErrorKind, "locked" | "denied" | "unavailable" | "damaged">;

/** A failure of a secret store. `code` is `store-` plus the outcome. */
export class StoreError extends AppError {
  override readonly name = "StoreError";
  readonly outcome: StoreOutcome;

  constructor(outcome: StoreOutcome, message: string, options: AppErrorOptions = {}) {
    super(`store-${outcome}`, outcome, message, options);
    this.outcome = outcome;
  }
}
