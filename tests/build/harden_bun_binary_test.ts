import assert from "node:assert/strict";
import { hardenBunBinary } from "../../scripts/harden_bun_binary.ts";
import { bunExecutable } from "../../scripts/compile_bun.ts";
import { BUN_PREFIX, RUNTIME_NAMES } from "../../scripts/bun_runtime_names.ts";
import { hostBunTarget } from "../../scripts/bun_targets.ts";

const target = hostBunTarget();

Deno.test("hardenBunBinary names everything that is not where it was counted", () => {
  const foreign = new TextEncoder().encode("\0BUN_OPTIONS\0NODE_DEBUG=NODE_PATH");
  assert.throws(
    () => hardenBunBinary(foreign, target),
    (failure: Error) => {
      assert.match(
        failure.message,
        new RegExp(`BUN_: expected ${BUN_PREFIX.occurrences[target]} times, found 1\n`),
      );
      assert.match(failure.message, /NODE_DEBUG: expected 9 times, found 1\n/);
      assert.match(failure.message, /NODE_TLS_REJECT_UNAUTHORIZED: expected 7 times, found 0\n/);
      assert.match(failure.message, /comparison with BUN_JSC_: expected once, found 0/);
      return true;
    },
  );
});

Deno.test("hardenBunBinary leaves no name in the runtime, changes nothing else and refuses its own result", async () => {
  const pristine = await Deno.readFile(await bunExecutable(target));
  const hardened = hardenBunBinary(pristine, target);
  assert.equal(hardened.length, pristine.length);
  const expected = [BUN_PREFIX, ...RUNTIME_NAMES].reduce(
    (sum, { occurrences }) => sum + occurrences[target],
    0,
  );
  const comparisons = target.includes("arm64") ? 1 : 2;
  let changed = 0;
  for (let at = 0; at < pristine.length; at++) if (pristine[at] !== hardened[at]) changed++;
  assert.equal(changed, expected + comparisons);
  assert.throws(() => hardenBunBinary(hardened, target), /expected 7 times, found 0/);
});
