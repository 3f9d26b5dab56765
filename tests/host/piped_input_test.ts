import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { collectInput } from "../../src/host/piped_input.ts";
import { probePath, RUNTIMES, runWords } from "./runtimes.ts";

async function* chunks(...parts: number[][]) {
  for (const part of parts) yield await Promise.resolve(new Uint8Array(part));
}

Deno.test("collectInput puts a character together that two chunks share", async () => {
  assert.equal(await collectInput(chunks([0x68, 0xc3], [0xa9]), 3), "hé");
});

Deno.test("collectInput refuses one byte more than the limit and reads no further", async () => {
  let asked = 0;
  async function* endless() {
    for (;;) {
      asked++;
      yield await Promise.resolve(new Uint8Array(4));
    }
  }
  await assert.rejects(collectInput(endless(), 7), (error) => {
    assert(error instanceof AppError);
    return error.code === "input-too-large" && error.kind === "usage";
  });
  assert.equal(asked, 2);
});

for (const { name, words } of RUNTIMES) {
  Deno.test(`readStdin under ${name} reads what is piped in, to its end`, async () => {
    const text = "line\n".repeat(20_000);
    const { stdout } = await runWords([...words(), probePath("stdin_probe.ts")], { stdin: text });
    assert.deepEqual(JSON.parse(stdout), { length: text.length, terminal: false, home: true });
  });
}
