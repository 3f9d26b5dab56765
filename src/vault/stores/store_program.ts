/**
 * Runs the program of another password manager for a store: with a deadline, its messages captured, and a word to the user when
 * it seems to wait for something that only it can show.
 */
import { AppError, escapeControls } from "../../errors.ts";
import type { ChildResult, Clock, Processes } from "../../host/host.ts";
import { StoreError } from "../secret_store.ts";

export interface StoreProgramDeps {
  readonly processes: () => Promise<Processes>;
  readonly clock: Pick<Clock, "sleep">;
  /** The user's environment without what opens AWS accounts or other vaults. */
  readonly env: Readonly<Record<string, string>>;
  /** False with `--prompt=none`: the program is not to ask anybody. */
  readonly mayAsk: boolean;
  /** Tells the user something on stderr. */
  readonly note: (message: string) => void;
}

export interface StoreProgramCall {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment, or taken from it (`null`). */
  readonly env: Readonly<Record<string, string | null>>;
  /** `null`: nothing to read. */
  readonly stdin: Uint8Array | null;
  readonly timeoutMs: number;
  /** Where to get the program. */
  readonly installHint: string;
}

/** An item is around a kilobyte; listings of large vaults have some hundred bytes an item. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
/** A program that has not answered by then may be waiting for a PIN, a passphrase or a touch. */
const PATIENCE_MS = 4_000;

/** A non-zero exit is an answer. Throws a StoreError of outcome `unavailable`. */
export async function runStoreProgram(call: StoreProgramCall, deps: StoreProgramDeps): Promise<ChildResult> {
  const { command, args, stdin, timeoutMs } = call;
  const processes = await deps.processes();
  const ended = new AbortController();
  const shown = escapeControls(command);
  const patience = deps.clock.sleep(PATIENCE_MS, ended.signal).then(() => {
    if (!ended.signal.aborted && deps.mayAsk) {
      deps.note(`waiting for ${shown}: it may want a passphrase, a PIN or the touch of a key`);
    }
  });
  try {
    return await processes.run({
      command,
      args,
      env: environment(deps.env, call.env),
      stdin: stdin ?? "null",
      stderr: "capture",
      session: deps.mayAsk ? "shared" : "own",
      timeoutMs,
      maxOutputBytes: MAX_OUTPUT_BYTES,
    });
  } catch (failure) {
    if (!(failure instanceof AppError)) throw failure;
    const missing = failure.code === "child-not-found";
    throw new StoreError("unavailable", failure.message, {
      hints: missing ? [call.installHint] : [`run it by itself to see what it waits for: ${shown}`],
      cause: failure,
    });
  } finally {
    ended.abort();
    await patience;
  }
}

function environment(
  base: Readonly<Record<string, string>>,
  changes: StoreProgramCall["env"],
): Record<string, string> {
  const kept = Object.entries(base).filter(([name]) => !Object.hasOwn(changes, name));
  const set = Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries([...kept, ...set]);
}
