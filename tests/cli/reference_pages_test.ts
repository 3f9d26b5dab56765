import { strict as assert } from "node:assert";
import { commandReference } from "../../scripts/generate_docs.ts";

const root = new URL("../../", import.meta.url);

Deno.test("docs/reference/commands.md is what the command table says (scripts/generate_docs.ts writes it)", async () => {
  assert.equal(await Deno.readTextFile(new URL("docs/reference/commands.md", root)), commandReference());
});

Deno.test("docs/reference/errors.md explains every error code of the command line", async () => {
  const page = await Deno.readTextFile(new URL("docs/reference/errors.md", root));
  const codes = new Set<string>();
  for (const folder of ["src/cli/", "src/cli/commands/"]) {
    for await (const { name, isFile } of Deno.readDir(new URL(folder, root))) {
      if (!isFile) continue;
      const source = await Deno.readTextFile(new URL(folder + name, root));
      for (const [, code] of source.matchAll(/new AppError\(\s*"([a-z-]+)"/g)) codes.add(code ?? "");
    }
  }
  assert.ok(codes.size > 15);
  assert.deepEqual([...codes].filter((code) => !page.includes(`| \`${code}\` `)), []);
});
