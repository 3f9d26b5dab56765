import assert from "node:assert/strict";
import { linuxTerminal, terminalName } from "../../src/host/terminal_name.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";

Deno.test("linuxTerminal reads the device of /proc/[pid]/stat", () => {
  const rows: readonly [device: number, name: string | null][] = [
    [0, null],
    [34816, "/dev/pts/0"], // as the kernel writes major 136, minor 0
    [34819, "/dev/pts/3"],
    [(300 - 255 << 0) | 136 << 8 | 1 << 20, "/dev/pts/301"],
    [137 << 8 | 4, "/dev/pts/260"],
    [4 << 8 | 2, "/dev/tty2"],
    [4 << 8 | 64, "/dev/ttyS0"],
    [5 << 8 | 1, null],
  ];
  for (const [device, name] of rows) {
    assert.equal(linuxTerminal(`42 (odd ) name) S 1 42 42 ${device} 42 4194304 0`), name, `${device}`);
  }
  assert.equal(linuxTerminal(""), null);
});

Deno.test("terminalName asks ps where there is no /proc, and believes only devices that are there", async () => {
  const parts = (os: "darwin" | "linux" | "windows", ps: string) => ({
    os,
    pid: 42,
    env: { get: () => "/bin" },
    files: { readText: () => "42 (a) S 1 42 42 34819 42", exists: (path: string) => path !== "/dev/pts/3" },
    processes: () =>
      Promise.resolve(
        new FakeProcesses({
          os: "darwin",
          files: { isExecutable: () => false },
          pathExtensions: undefined,
        }, [
          { command: "/bin/ps", args: ["-o", "tty=", "-p", "42"], answer: ps },
        ]),
      ),
  });
  assert.equal(await terminalName(parts("darwin", "ttys001\n")), "/dev/ttys001");
  assert.equal(await terminalName(parts("darwin", "??\n")), null);
  assert.equal(await terminalName(parts("linux", "")), null);
  assert.equal(await terminalName(parts("windows", "")), null);
});
