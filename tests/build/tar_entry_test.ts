import assert from "node:assert/strict";
import { tarEntry } from "../../scripts/tar_entry.ts";

/** One ustar block pair: header and content. */
function entry(name: string, content: string, size = content.length): Uint8Array {
  const block = new Uint8Array(512 + Math.ceil(content.length / 512) * 512);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(124, `${size.toString(8).padStart(11, "0")} `);
  put(512, content);
  return block;
}

function archive(...entries: Uint8Array[]): Uint8Array {
  return new Uint8Array([...entries, new Uint8Array(1024)].flatMap((part) => [...part]));
}

Deno.test("tarEntry finds a file behind others of any length", () => {
  const tar = archive(
    entry("package/a", ""),
    entry("package/b", "x".repeat(513)),
    entry("package/c", "found"),
  );
  assert.equal(new TextDecoder().decode(tarEntry(tar, "package/c") ?? undefined), "found");
  assert.equal(tarEntry(tar, "package/b")?.length, 513);
});

Deno.test("tarEntry answers null for a file that is not there", () => {
  assert.equal(tarEntry(archive(entry("package/a", "x")), "package/b"), null);
});

Deno.test("tarEntry refuses a cut archive and a damaged size", () => {
  assert.throws(() => tarEntry(entry("a", "x", 5000), "a"), /cut off/);
  const damaged = entry("a", "x");
  damaged.set(new TextEncoder().encode("zzzz"), 124);
  assert.throws(() => tarEntry(damaged, "a"), /damaged tar header at byte 0/);
});
