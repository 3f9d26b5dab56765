import assert from "node:assert/strict";
import { probePath, RUNTIMES, runWords } from "./runtimes.ts";

/** Gives back what comes. */
function startEcho(path: string): Deno.Listener {
  const listener = Deno.listen({ transport: "unix", path });
  (async () => {
    for await (const connection of listener) {
      connection.readable.pipeTo(connection.writable).catch(() => {}); // the other side went away
    }
  })();
  return listener;
}

for (const { name, words } of RUNTIMES) {
  Deno.test(`connectLocal under ${name} brings megabytes there and back, by path and by abstract name`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "aws-vault-socket-" });
    const abstract = `aws-vault-test-${crypto.randomUUID()}`;
    const listeners = [startEcho(`${folder}/socket`), startEcho(`\0${abstract}`)];
    try {
      for (const path of [`${folder}/socket`, `@${abstract}`]) {
        const { stdout, stderr } = await runWords([...words(), probePath("socket_probe.ts"), path, "30"]);
        assert.deepEqual(JSON.parse(stdout || stderr), { read: 3_000_000, afterClosing: null });
      }
    } finally {
      for (const listener of listeners) listener.close();
      Deno.removeSync(folder, { recursive: true });
    }
  });

  Deno.test(`connectLocal under ${name} says that nobody listens any more, and that the other side has gone`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "aws-vault-socket-" });
    try {
      Deno.listen({ transport: "unix", path: `${folder}/left` }).close();
      const probe = probePath("socket_probe.ts");
      const left = await runWords([...words(), probe, `${folder}/left`]);
      assert.deepEqual(JSON.parse(left.stdout || left.stderr), {
        code: "socket-failed",
        kind: "unavailable",
      });

      const listener = Deno.listen({ transport: "unix", path: `${folder}/rude` });
      listener.accept().then((connection) => connection.close());
      const rude = await runWords([...words(), probe, `${folder}/rude`, "30"]);
      assert.deepEqual(JSON.parse(rude.stdout || rude.stderr), {
        code: "socket-failed",
        kind: "unavailable",
      });
      listener.close();
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}
