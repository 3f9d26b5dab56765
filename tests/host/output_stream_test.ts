import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { createOutputStream } from "../../src/host/output_stream.ts";

/** A descriptor that takes three bytes at a time and first meets these failures, one at each write. */
function descriptor(...failures: string[]) {
  const written: number[] = [];
  const stream = createOutputStream("stdout", {
    isTerminal: () => false,
    write(bytes) {
      const code = failures.shift();
      if (code !== undefined) throw Object.assign(new Error(code), { code });
      const taken = bytes.subarray(0, 3);
      written.push(...taken);
      return taken.length;
    },
  });
  return { stream, text: () => new TextDecoder().decode(new Uint8Array(written)) };
}

for (const failures of [[], ["EAGAIN"], ["EINTR", "EAGAIN", "EWOULDBLOCK"]]) {
  Deno.test(`write gets everything out in parts, past ${failures.join(", ") || "no failure"}`, () => {
    const { stream, text } = descriptor(...failures);
    stream.write("hé, wörld\n");
    assert.equal(text(), "hé, wörld\n");
  });
}

for (const [failure, code] of [["EPIPE", "broken-pipe"], ["ENOSPC", "output-failed"]] as const) {
  Deno.test(`write turns ${failure} into ${code}, without what was to be written`, () => {
    const { stream } = descriptor(failure);
    assert.throws(() => stream.write("a secret"), (error) => {
      assert(error instanceof AppError);
      assert.equal(error.code, code);
      assert(!error.message.includes("secret"));
      return true;
    });
  });
}
