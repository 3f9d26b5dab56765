/** The host contract on the fake, on Deno and, through a script of its own, on Bun. */
import assert from "node:assert/strict";
import { createDenoHost } from "../../src/host/deno.ts";
import { createFakeHost } from "../fakes/fake_host.ts";
import { bunProgram } from "../host/bun_program.ts";
import { CONTRACT_ENV, HOST_CONTRACT } from "./host_contract.ts";

for (const { name, run } of HOST_CONTRACT) {
  Deno.test(`fake host: ${name}`, async () => {
    const host = createFakeHost({ env: CONTRACT_ENV, files: { "/scratch": { directory: true } } });
    await run({
      host,
      folder: "/scratch",
      makeSymlink: (target, path) => host.disk.put(path, { link: target }),
    });
    host.assertDone();
  });

  Deno.test(`deno host: ${name}`, async () => {
    for (const [variable, value] of Object.entries(CONTRACT_ENV)) Deno.env.set(variable, value);
    const folder = Deno.realPathSync(Deno.makeTempDirSync());
    try {
      const host = createDenoHost();
      await run({ host, folder, makeSymlink: (target, path) => Deno.symlinkSync(target, path) });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

Deno.test("bun host: keeps the whole contract", async (t) => {
  const script = new URL("./host_contract_bun.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(bunProgram(), { args: [script], env: CONTRACT_ENV })
    .output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assert.equal(lines.length, HOST_CONTRACT.length, new TextDecoder().decode(stderr));
  for (const line of lines) {
    const { name, failure } = JSON.parse(line) as { name: string; failure: string | null };
    await t.step(name, () => assert.equal(failure, null));
  }
});
