/** On the kernel itself, where it has the call. */
import assert from "node:assert/strict";
import { denoHotMachine } from "../../src/host/deno_hot_machine.ts";
import { createDenoHost } from "../../src/host/deno.ts";
import { fileIdentity } from "../../src/sessions/file_identity.ts";
import { identityIn } from "../../src/sessions/remembered_answer.ts";

const linuxTest = Deno.build.os === "linux" ? Deno.test : Deno.test.ignore;
const host = createDenoHost();

async function identityOf(path: string): Promise<string | undefined> {
  return (await fileIdentity(host, path))?.bytes.toHex();
}

function put(path: string, text: string): void {
  Deno.writeTextFileSync(path, text);
  // As tools do that keep the time of what they copy.
  Deno.utimeSync(path, 1_000_000_000, 1_000_000_000);
}

linuxTest("fileIdentity changes with the content, also where size and time stamp stay", async () => {
  const folder = Deno.makeTempDirSync(), path = `${folder}/config`;
  const seen = new Set<string | undefined>();
  const changes: (() => void)[] = [
    () => put(path, "one"),
    () => put(path, "two"),
    () => (put(`${folder}/other`, "two"), Deno.renameSync(`${folder}/other`, path)),
    () => Deno.chmodSync(path, 0o600),
    () => (put(`${folder}/target`, "two"), Deno.removeSync(path), Deno.symlinkSync("target", path)),
    () => put(`${folder}/target`, "six"),
  ];
  for (const change of changes) {
    change();
    seen.add(await identityOf(path));
    // More than a tick of the kernel's clock, which is what two seconds stand for elsewhere.
    await new Promise((resolve) => setTimeout(resolve, 30));
    Deno.readTextFileSync(path);
    seen.add(await identityOf(path));
  }
  assert.equal(seen.size, changes.length);
  assert.ok(!seen.has(undefined));
  const { changedAt } = (await fileIdentity(host, path))!;
  assert.ok(Math.abs(changedAt - Date.now()) < 60_000, String(changedAt));
  Deno.removeSync(folder, { recursive: true });
  assert.equal(await fileIdentity(host, path), null);
});

linuxTest("fileIdentity says what the hot path finds", async () => {
  const path = Deno.execPath(), machine = denoHotMachine(() => true)!;
  assert.deepEqual(identityIn(machine.status(path)!), (await fileIdentity(host, path))!.bytes);
  assert.equal(machine.status("/nowhere/at/all"), null);
});
