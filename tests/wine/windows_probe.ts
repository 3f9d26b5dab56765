/**
 * Our own code under Bun on Windows, compiled to one executable. The first argument says what it does:
 * - `host-contract <folder>`: the host contract, without what is POSIX only
 * - `store-contract`: the contract of secret stores on the Credential Manager
 * - `write-items <json>` / `read-items`: writes or reads items of the wincred store
 * - `sid`: prints who the user is
 * - `blocking <mode>`: as tests/host/blocking_probe.ts
 * - `lock <path>`: takes the lock, says so and keeps it until it is killed; says `busy` when another has it
 *
 * Contracts print one line of JSON per case: `name` and `failure`.
 */
import * as fs from "node:fs";
import { createBunHost } from "../../src/host/bun.ts";
import { userSid } from "../../src/vault/hello_key.ts";
import { WincredStore } from "../../src/vault/stores/wincred_store.ts";
import { blockingProbe } from "../host/blocking_calls.ts";
import { HOST_CONTRACT } from "../contracts/host_contract.ts";
import { item, secretStoreContract } from "../contracts/secret_store_contract.ts";

const host = createBunHost();
const [mode, argument = ""] = host.args;

async function report(name: string, run: () => unknown): Promise<void> {
  let failure: string | null = null;
  try {
    await run();
  } catch (error) {
    failure = error instanceof Error ? `${error.stack}` : String(error);
  }
  host.stdout.write(JSON.stringify({ name, failure }) + "\n");
}

async function emptied(): Promise<WincredStore> {
  const store = new WincredStore(await host.native());
  for (const name of await store.list()) await store.remove(name);
  return store;
}

if (mode === "host-contract") {
  let number = 0;
  for (const { name, run, posixOnly } of HOST_CONTRACT) {
    if (posixOnly) continue;
    const folder = `${argument}/${number++}`;
    fs.mkdirSync(folder);
    await report(name, () => run({ host, folder, makeSymlink: fs.symlinkSync }));
  }
} else if (mode === "store-contract") {
  const cases: [string, () => Promise<void>][] = [];
  secretStoreContract("wincred", async () => ({ store: await emptied(), close() {} }), {
    tellsCase: false,
    register: (name, run) => cases.push([name, run]),
  });
  for (const [name, run] of cases) await report(name, run);
  await emptied();
} else if (mode === "write-items") {
  const store = await emptied();
  for (const [name, payload] of JSON.parse(host.files.readText(argument)!)) {
    await store.write(item(name, payload));
  }
} else if (mode === "read-items") {
  const store = new WincredStore(await host.native());
  const items: [string, string | undefined][] = [];
  for (const name of await store.list()) items.push([name, (await store.read(name))?.reveal()]);
  host.stdout.write(JSON.stringify(items));
} else if (mode === "sid") {
  host.stdout.write(userSid(await host.native()));
} else if (mode === "blocking") {
  await blockingProbe(host, argument);
} else if (mode === "lock") {
  const lock = await (await host.locks()).acquire(argument, 0);
  host.stdout.write(lock === null ? "busy\n" : "locked\n");
  if (lock !== null) await host.clock.sleep(30_000);
}
host.exit(0);
