/** A {@link HotMachine} on the disk, the clock and the keyring of a fake host. What it prints is in `printed`. */
import { createHash } from "node:crypto";
import type { HotMachine } from "../../src/host/host.ts";
import { KernelKeyring } from "../../src/vault/kernel_keyring.ts";
import type { FakeHost } from "./fake_host.ts";
import type { FakeKernelKeyring } from "./fake_kernel_keyring.ts";

export interface FakeHotMachine extends HotMachine {
  readonly printed: string;
  /** Descriptions of the keys that were kept, with the seconds. */
  readonly kept: readonly [description: string, seconds: number][];
}

export function hotMachineOf(host: FakeHost, native: FakeKernelKeyring): FakeHotMachine {
  const keyring = new KernelKeyring(native, host.arch);
  const descriptions: string[] = [], kept: [string, number][] = [];
  let printed = "";
  return {
    args: host.args,
    env: (name) => host.env.get(name),
    now: () => host.clock.now(),
    stdoutIsTerminal: () => host.stdout.isTerminal(),
    exists: (path) => host.files.exists(path),
    read: (path) => host.files.readBytes(path),
    status: (path) => native.statx(path),
    readKey(description) {
      const bytes = keyring.read(description);
      return bytes === null ? null : { id: descriptions.push(description) - 1, bytes };
    },
    keepKey: (id, seconds) => void kept.push([descriptions[id]!, seconds]),
    digester() {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
    },
    print(bytes) {
      printed += new TextDecoder().decode(bytes);
      return bytes.length;
    },
    exit(code) {
      throw new Error(`only main.ts ends the process (${code})`);
    },
    get printed() {
      return printed;
    },
    kept,
  };
}
