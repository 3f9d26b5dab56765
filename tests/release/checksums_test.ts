import assert from "node:assert/strict";
import { checksums, parseChecksums } from "../../scripts/release/checksums.ts";

Deno.test("checksums are what sha256sum -c takes, and parseChecksums reads them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "checksums-" });
  try {
    await Deno.writeTextFile(`${folder}/b.zip`, "b");
    await Deno.writeTextFile(`${folder}/a.tar.gz`, "");
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, "old");
    const text = await checksums(folder);
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, text);
    const { success, stdout } = await new Deno.Command("sha256sum", {
      args: ["--check", "--strict", "SHA256SUMS"],
      cwd: folder,
      env: { LC_ALL: "C" },
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "a.tar.gz: OK\nb.zip: OK\n");
    assert(success);
    assert.deepEqual([...parseChecksums(text)], [
      ["a.tar.gz", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
      ["b.zip", "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseChecksums refuses lines that are no checksum", () => {
  for (const bad of ["x", `${"0".repeat(63)}  a`, `${"0".repeat(64)}  ../a`, `${"0".repeat(64)} a`]) {
    assert.throws(() => parseChecksums(`${bad}\n`), /^Error: not a checksum: /, bad);
  }
});
