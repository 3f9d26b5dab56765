/**
 * Runs store operations one after the other and prints what came of each as a line of JSON. A process of its own, because the addon
 * stays with the bus that it finds first.
 */
import { createDenoNative } from "../../src/host/deno_native.ts";
import { systemClock } from "../../src/host/system_clock.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { hasSecretService, KeyringStore } from "../../src/vault/stores/keyring_store.ts";
import { item } from "./secret_store_contract.ts";

const addon = createDenoNative().keyringAddon();
const deadlineMs = Number(Deno.args[0]);
const clock = { sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(deadlineMs, signal) };
const store = new KeyringStore({ backend: "secret-service", addon: () => addon, clock });

const OPERATIONS: Readonly<Record<string, () => Promise<unknown>>> = {
  "read": async () => (await store.read("work"))?.reveal() ?? null,
  "read missing": async () => (await store.read("nowhere"))?.reveal() ?? null,
  "write": async () => void await store.write(item("work", "payload")),
  "remove": () => store.remove("work"),
  "list": () => store.list(),
  "service": () => Promise.resolve(hasSecretService(addon)),
};

for (const operation of Deno.args.slice(1)) {
  try {
    console.log(JSON.stringify({ answer: await OPERATIONS[operation]!() ?? null }));
  } catch (failure) {
    if (!(failure instanceof StoreError)) throw failure;
    console.log(
      JSON.stringify({ outcome: failure.outcome, message: failure.message, hints: failure.hints.length }),
    );
  }
}
// A call that hangs must not keep the process.
Deno.exit(0);
