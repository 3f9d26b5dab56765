/** Takes the lock named by the argument, says so, and keeps it until it is killed; says `busy` when another has it. */
import type { Host } from "../../src/host/host.ts";

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();
const locks = await host.locks();
const lock = await locks.acquire(host.args[0]!, 0);
host.stdout.write(lock === null ? "busy\n" : "locked\n");
if (lock !== null) await host.clock.sleep(30_000);
host.exit(0);
