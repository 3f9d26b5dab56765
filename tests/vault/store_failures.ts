/** What tests expect of a store's failure. */
import assert from "node:assert/strict";
import { StoreError, type StoreOutcome } from "../../src/vault/secret_store.ts";

/** For `assert.rejects`: a StoreError of this outcome, with this message and among its hints this one. */
export function failsWith(outcome: StoreOutcome, message: RegExp, hint?: RegExp): (failure: unknown) => true {
  return (failure) => {
    assert.ok(failure instanceof StoreError, String(failure));
    assert.equal(failure.outcome, outcome, failure.message);
    assert.equal(failure.code, `store-${outcome}`);
    assert.match(failure.message, message);
    if (hint !== undefined) assert.match(failure.hints.join("\n"), hint);
    return true;
  };
}
