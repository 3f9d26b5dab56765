/**
 * Makes a call that waits on another thread, under whichever runtime runs it:
 * - `answer`: prints the order of what came, and what a call wrote into a buffer
 * - `end`: ends while a call of 30 seconds is under way
 * - `missing`: asks for a library that is not there
 */
import type { Host } from "../../src/host/host.ts";

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();
const native = await host.native();
const [mode] = host.args;

if (host.os === "windows") {
  const { Sleep, GetSystemDirectoryW } = native.openBlocking(["kernel32.dll"], {
    Sleep: { parameters: ["u32"], result: "void" },
    GetSystemDirectoryW: { parameters: ["buffer", "u32"], result: "u32" },
  });
  await run((ms) => Sleep(ms), async (buffer) => {
    const length = Number(await GetSystemDirectoryW(buffer, buffer.length / 2));
    return new TextDecoder("utf-16le").decode(buffer.subarray(0, length * 2));
  });
} else {
  const { usleep, getcwd } = native.openBlocking(["libc.so.6", "/usr/lib/libSystem.B.dylib"], {
    usleep: { parameters: ["u32"], result: "i32" },
    getcwd: { parameters: ["buffer", "usize"], result: "pointer" },
  });
  await run((ms) => usleep(ms * 1000), async (buffer) => {
    await getcwd(buffer, BigInt(buffer.length));
    return new TextDecoder().decode(buffer.subarray(0, buffer.indexOf(0)));
  });
}
host.exit(0);

async function run(
  wait: (ms: number) => Promise<unknown>,
  fill: (buffer: Uint8Array) => Promise<string>,
): Promise<void> {
  if (mode === "missing") {
    try {
      native.openBlocking(["no-such-library"], { f: { parameters: [], result: "i32" } });
    } catch (failure) {
      host.stdout.write((failure as { code: string }).code);
    }
    return;
  }
  if (mode === "end") {
    void wait(30_000);
    await host.clock.sleep(50);
    host.exit(3);
  }
  const order: string[] = [];
  const waiting = wait(200).then(() => order.push("call"));
  await host.clock.sleep(5);
  order.push("program");
  await waiting;
  host.stdout.write(JSON.stringify([...order, await fill(new Uint8Array(8192))]));
}
