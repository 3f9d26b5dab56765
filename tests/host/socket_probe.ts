/** Writes a text many times over to the socket of the first argument, reads all that comes back, and prints how it went. */
import { AppError } from "../../src/errors.ts";
import type { Host } from "../../src/host/host.ts";

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();
// NUL can't stand in an argument.
const [path = "", times = "1"] = host.args;
try {
  host.stdout.write(JSON.stringify(await talk(path.replace(/^@/, "\0"), Number(times))) + "\n");
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  host.stdout.write(JSON.stringify({ code: error.code, kind: error.kind }) + "\n");
}
host.exit(0);

async function talk(path: string, count: number) {
  const socket = await host.connectLocal(path);
  const part = new TextEncoder().encode("0123456789".repeat(10_000));
  const writing = Promise.all(Array.from({ length: count }, () => socket.write(part)));
  writing.catch(() => {}); // it may fail before it is waited for
  let read = 0;
  while (read < count * part.length) {
    const bytes = await socket.read();
    if (bytes === null) break;
    if (bytes.length === 0) throw new Error("read answered no bytes");
    for (const byte of bytes) if (byte !== 0x30 + read++ % 10) throw new Error(`byte ${read} is wrong`);
  }
  await writing;
  const waiting = socket.read();
  socket.close();
  return { read, afterClosing: await waiting };
}
