/** Failures of the host's files as outcomes of a store. */
import { AppError } from "../../errors.ts";
import { StoreError } from "../secret_store.ts";

/** What the work answers. Throws its file errors as StoreErrors, and others as they are. */
export function withFileOutcomes<T>(work: () => T): T {
  try {
    return work();
  } catch (failure) {
    if (!(failure instanceof AppError) || failure instanceof StoreError) throw failure;
    const outcome = failure.kind === "denied" ? "denied" : "unavailable";
    throw new StoreError(outcome, failure.message, { hints: failure.hints, cause: failure });
  }
}
