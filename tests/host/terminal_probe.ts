/**
 * A program that uses the controlling terminal as the first argument says, under whichever runtime runs it:
 * - `read <n>`: raw, prints each chunk of input as JSON until n bytes have come or it hung up
 * - `hold`: raw, says `ready` and waits to be ended by a signal
 * - `exit`: raw, then ends by `host.exit(3)`
 * - `none`: prints whether there is a terminal
 */
import type { Host } from "../../src/host/host.ts";

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();
const [mode, count] = host.args;
const terminal = await host.openTerminal();

if (terminal === null || mode === "none") {
  host.stdout.write(terminal === null ? "no terminal\n" : "a terminal\n");
  host.exit(0);
}
terminal.setRaw(true);
terminal.write("ready\r\n");
if (mode === "read") {
  for (let left = Number(count); left > 0;) {
    const bytes = await terminal.read(5000);
    terminal.write(`${JSON.stringify(bytes === null ? null : Array.from(bytes))}\r\n`);
    if (bytes === null || bytes.length === 0) break;
    left -= bytes.length;
  }
  terminal.close();
  host.exit(0);
}
if (mode === "exit") host.exit(3);
for (const end = host.clock.monotonic() + 20_000; host.clock.monotonic() < end;) {
  // The terminal's other end is closed while we are still wanted: input is of no interest here.
  await terminal.read(1000);
  await host.clock.sleep(10);
}
host.exit(9);
