/** Prints how long the text on stdin is, whether that is a terminal, and whether the user database knows a home. */
import type { Host } from "../../src/host/host.ts";

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();
const text = await host.readStdin(1_000_000);
const home = host.userDatabaseHome();
host.stdout.write(
  JSON.stringify({
    length: text.length,
    terminal: host.stdinIsTerminal(),
    home: home?.startsWith("/") ?? false,
  }),
);
host.exit(0);
