import assert from "node:assert/strict";
import { createDenoHost } from "../../src/host/deno.ts";
import { probePath, RUNTIMES, runWords } from "./runtimes.ts";

for (const { name, words } of RUNTIMES) {
  Deno.test(`a lock under ${name} keeps other processes out and ends when its holder is killed`, async () => {
    const folder = Deno.makeTempDirSync();
    const path = `${folder}/lock`;
    const command = [...words(), probePath("lock_probe.ts"), path];
    const holder = new Deno.Command(command[0]!, { args: command.slice(1), stdout: "piped" }).spawn();
    const output = holder.stdout.getReader();
    try {
      const { value } = await output.read();
      assert.equal(new TextDecoder().decode(value), "locked\n");
      const locks = await createDenoHost().locks();
      assert.equal(await locks.acquire(path, 0), null);
      for (const other of RUNTIMES) {
        const { stdout } = await runWords([...other.words(), probePath("lock_probe.ts"), path]);
        assert.equal(stdout, "busy\n", `a second holder under ${other.name}`);
      }
      holder.kill("SIGKILL");
      const lock = await locks.acquire(path, 10_000);
      assert(lock !== null, "the lock outlived its holder");
      lock.release();
    } finally {
      try {
        holder.kill("SIGKILL");
      } catch {
        // It has ended, as it should.
      }
      await output.cancel();
      await holder.status;
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

Deno.test("a lock is not handed on to children, which may outlive us", async () => {
  const path = Deno.makeTempFileSync();
  const locks = await createDenoHost().locks();
  const lock = await locks.acquire(path, 0);
  const child = new Deno.Command("sleep", { args: ["30"] }).spawn();
  try {
    lock!.release();
    // Between fork and exec the child has a copy for a moment; one that it keeps would last for its 30 seconds.
    const again = await locks.acquire(path, 5000);
    assert(again !== null, "the child holds the lock");
    again.release();
  } finally {
    child.kill("SIGKILL");
    await child.status;
    Deno.removeSync(path);
  }
});
