/** {@link blockingProbe} under whichever runtime runs it, as the first argument says. */
import type { Host } from "../../src/host/host.ts";
import { blockingProbe } from "./blocking_calls.ts";

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();
await blockingProbe(host, host.args[0]!);
host.exit(0);
