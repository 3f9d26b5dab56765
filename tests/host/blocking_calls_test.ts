import assert from "node:assert/strict";
import { probePath, RUNTIMES, runWords } from "./runtimes.ts";

for (const { name, words } of RUNTIMES) {
  const probe = (mode: string) =>
    runWords(["timeout", "20", ...words(), probePath("blocking_probe.ts"), mode]);

  Deno.test(`openBlocking under ${name} leaves the program running while a call waits`, async () => {
    const { code, stdout, stderr } = await probe("answer");
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), ["program", "call", Deno.cwd()]);
  });

  Deno.test(`the program under ${name} ends while a call waits`, async () => {
    assert.equal((await probe("end")).code, 3);
  });

  Deno.test(`openBlocking under ${name} says at once what can't be loaded`, async () => {
    assert.equal((await probe("missing")).stdout, "native-unavailable");
  });
}
