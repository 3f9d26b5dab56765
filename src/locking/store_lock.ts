/** What locking does to a secret store: a lock of the store's own, or the reason why there is none. */
import type { BackendName } from "../vault/secret_store.ts";

/** A store with a lock that this program can turn. */
export interface StoreLock {
  /** Answers what was locked, for messages, such as `keychain aws-vault`; `null` when there was nothing to lock. Throws AppErrors. */
  lock(): Promise<string | null>;
}

/** When a store locks by itself. */
export interface LockTimes {
  /** After how many seconds without use; `null`: never. */
  readonly afterSeconds: number | null;
  readonly onSleep: boolean;
}

/** A store whose own lock times can be seen and set. */
export interface TimedStoreLock extends StoreLock {
  /** For messages. */
  readonly name: string;
  times(): Promise<LockTimes>;
  setTimes(times: LockTimes): Promise<void>;
}

/**
 * Why the store can be read after a lock without the user being asked; `null` where it always asks, or has a lock of its own. A user who
 * locks is to know.
 */
export function whyStaysOpen(backend: BackendName): string | null {
  switch (backend) {
    case "wincred":
      return "the Credential Manager is open as long as you are signed in to Windows: sign out to lock it";
    case "winhello":
      return "Windows Hello asks for each key, but cached sessions are open as long as you are signed in to Windows";
    case "keyctl":
      return "the kernel keyring has no lock: your programs can read the stored keys until the next reboot";
    case "pass":
      return "gpg-agent may remember the key's passphrase for a while: gpgconf --reload gpg-agent makes it forget";
    case "passage":
      return "age asks only where the identity has a passphrase: without one it is open as long as its file is there";
    case "op":
    case "op-connect":
      return "whoever has the 1Password token can read the vault: it is in the environment or asked for each time";
    case "op-desktop": // the app locks by itself
    case "file":
    case "keychain":
    case "secret-service":
    case "kwallet":
      return null;
  }
}
