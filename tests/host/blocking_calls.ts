/** Calls that wait on another thread, on real functions of the system. */
import type { Host, NativeLoader } from "../../src/host/host.ts";

/** What a system waits and answers with. */
interface Waits {
  wait(ms: number): Promise<unknown>;
  /** The name of some folder, by way of a buffer of ours. */
  folder(): Promise<string>;
}

/**
 * - `answer`: prints the order of what came, and what a call wrote into a buffer
 * - `end`: ends while a call of 30 seconds is under way
 * - `missing`: prints the error's code for a library that is not there
 */
export async function blockingProbe(host: Host, mode: string): Promise<void> {
  const native = await host.native();
  if (mode === "missing") {
    try {
      native.openBlocking(["no-such-library"], { f: { parameters: [], result: "i32" } });
    } catch (failure) {
      host.stdout.write((failure as { code: string }).code);
    }
    return;
  }
  const { wait, folder } = host.os === "windows" ? onWindows(native) : onPosix(native);
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
  host.stdout.write(JSON.stringify([...order, await folder()]));
}

function onPosix(native: NativeLoader): Waits {
  const { usleep, getcwd } = native.openBlocking(["libc.so.6", "/usr/lib/libSystem.B.dylib"], {
    usleep: { parameters: ["u32"], result: "i32" },
    getcwd: { parameters: ["buffer", "usize"], result: "pointer" },
  });
  return {
    wait: (ms) => usleep(ms * 1000),
    async folder() {
      const buffer = new Uint8Array(4096);
      await getcwd(buffer, BigInt(buffer.length));
      return new TextDecoder().decode(buffer.subarray(0, buffer.indexOf(0)));
    },
  };
}

function onWindows(native: NativeLoader): Waits {
  const { Sleep, GetSystemDirectoryW } = native.openBlocking(["kernel32.dll"], {
    Sleep: { parameters: ["u32"], result: "void" },
    GetSystemDirectoryW: { parameters: ["buffer", "u32"], result: "u32" },
  });
  return {
    wait: (ms) => Sleep(ms),
    async folder() {
      const buffer = new Uint8Array(1024);
      const length = Number(await GetSystemDirectoryW(buffer, buffer.length / 2));
      return new TextDecoder("utf-16le").decode(buffer.subarray(0, length * 2));
    },
  };
}
