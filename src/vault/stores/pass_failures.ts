/** What pass, gpg, passage and age say when they fail, as outcomes of the store contract. Their own words go nowhere else. */
import { escapeControls } from "../../errors.ts";
import { StoreError, type StoreOutcome } from "../secret_store.ts";

export interface PassFailure {
  readonly action: "read" | "write" | "remove";
  readonly flavor: "pass" | "passage";
  /** As it was called. */
  readonly program: string;
  /** The store's description. */
  readonly store: string;
  /** With gpg's status lines (`--status-fd=2`), see doc/DETAILS of GnuPG. */
  readonly stderr: string;
  /** Such as `failed (2)`, for what is not understood. */
  readonly status: string;
  readonly mayAsk: boolean;
}

interface Explanation {
  readonly outcome: StoreOutcome;
  /** Follows the store's description. */
  readonly predicate: string;
  readonly hints: readonly string[];
}

/** `GPG_ERR_SYSTEM_ERROR` and libgpg-error's number of ENOSPC. */
const GPG_NO_SPACE = 32768 + 91;

const NO_SPACE: Explanation = {
  outcome: "unavailable",
  predicate: "has no space left",
  hints: ["make room on its disk and try again; what was stored before is still there"],
};

export function explainPassFailure(failure: PassFailure): StoreError {
  const { outcome, predicate, hints } = explain(failure);
  return new StoreError(outcome, `the ${escapeControls(failure.store)} ${predicate}`, { hints });
}

function explain(failure: PassFailure): Explanation {
  const { flavor, stderr, action, program, status } = failure;
  if (/^Error: You must run:\s+pass init/m.test(stderr)) {
    return {
      outcome: "unavailable",
      predicate: "is not set up",
      hints: ["choose its key with: pass init GPG-ID", "name another store with --pass-dir"],
    };
  }
  if (/no space left on device|disk quota exceeded/i.test(stderr)) return NO_SPACE;
  const known = flavor === "pass" ? explainGpg(failure) : explainAge(failure);
  if (known !== null) return known;
  if (/: permission denied|: read-only file system/i.test(stderr)) {
    return { outcome: "denied", predicate: "may not be changed or read", hints: ["see who owns its files"] };
  }
  return {
    outcome: "unavailable",
    predicate: `could not ${action} the item: ${escapeControls(program)} ${status}`,
    hints: [
      `see what it says by itself: ${escapeControls(program)} ${
        action === "read" ? "show NAME" : "git status"
      }`,
    ],
  };
}

/** `null` when gpg has not said what is wrong. */
function explainGpg({ stderr, action, mayAsk }: PassFailure): Explanation | null {
  const statuses = new Map<string, string>();
  for (const [, keyword = "", rest = ""] of stderr.matchAll(/^\[GNUPG:\] (\S+) ?(.*)$/gm)) {
    statuses.set(keyword, rest);
  }
  const code = Number(/^\S+ (\d+)/.exec(statuses.get("FAILURE") ?? "")?.[1]) & 0xffff;
  if (code === GPG_NO_SPACE) return NO_SPACE;
  if (statuses.has("INV_RECP") || statuses.has("NO_RECP")) {
    return {
      outcome: "unavailable",
      predicate: "names a key that gpg can't encrypt to",
      hints: [
        "gpg --list-keys shows the keys that are here and whether they are valid; .gpg-id in the store names the ones it wants",
      ],
    };
  }
  if (statuses.has("NODATA") || statuses.has("DECRYPTION_KEY") || statuses.has("BADMDC")) {
    return {
      outcome: "damaged",
      predicate: "holds an entry that gpg can't decrypt",
      hints: ["bring it back with the store's git, or remove it with pass rm and add the keys again"],
    };
  }
  if (action !== "read" || !statuses.has("DECRYPTION_FAILED")) return null;
  // A key that gpg has is considered; whatever then keeps it from deciphering is its passphrase, card or PIN.
  if (!statuses.has("KEY_CONSIDERED")) {
    return {
      outcome: "denied",
      predicate: "is encrypted to a key that gpg does not have here",
      hints: [
        "gpg --list-secret-keys shows the keys it has; plug in the card or token that holds this one, or set GNUPGHOME",
      ],
    };
  }
  return {
    outcome: "locked",
    predicate: "is locked: gpg did not get the key's passphrase",
    hints: mayAsk
      ? [
        "in a terminal, unlock it first with: pass show NAME",
        "gpg asks through pinentry: over ssh set GPG_TTY=$(tty), and install a pinentry for the terminal (pinentry-curses)",
      ]
      : ["prompts are switched off; unlock it first with: pass show NAME"],
  };
}

/** age has no status lines, and one language. `null` for what is not known. */
function explainAge({ stderr, mayAsk }: PassFailure): Explanation | null {
  if (/incorrect passphrase/.test(stderr)) {
    return { outcome: "denied", predicate: "was given a wrong passphrase for its identity", hints: [] };
  }
  if (/could not read passphrase|failed to read passphrase|\/dev\/tty/.test(stderr)) {
    return {
      outcome: "locked",
      predicate: "is locked: age did not get the identity's passphrase",
      hints: mayAsk ? ["run the command in a terminal, where age can ask"] : ["prompts are switched off"],
    };
  }
  if (/no identity matched/.test(stderr)) {
    return {
      outcome: "denied",
      predicate: "is encrypted to an identity that is not here",
      hints: ["see the identities in ~/.passage/identities, or name their file in PASSAGE_IDENTITIES_FILE"],
    };
  }
  if (/error: reading "[^\n]*no such file/.test(stderr)) {
    return {
      outcome: "unavailable",
      predicate: "has no identities",
      hints: [
        "make one with: age-keygen -o ~/.passage/identities",
        "or name the file in PASSAGE_IDENTITIES_FILE",
      ],
    };
  }
  if (
    /failed to read header|parsing age header|failed to decrypt and authenticate|unexpected EOF/.test(stderr)
  ) {
    return {
      outcome: "damaged",
      predicate: "holds an entry that age can't decrypt",
      hints: ["bring it back with the store's git, or remove it with passage rm and add the keys again"],
    };
  }
  return null;
}
