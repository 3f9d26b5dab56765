import { strict as assert } from "node:assert";
import { commandReference, environmentReference } from "../../scripts/generate_docs.ts";

const root = new URL("../../", import.meta.url);

Deno.test("docs/reference/commands.md is what the command table says (scripts/generate_docs.ts writes it)", async () => {
  assert.equal(await Deno.readTextFile(new URL("docs/reference/commands.md", root)), commandReference());
});

Deno.test("docs/reference/environment.md is what the declared variables say (scripts/generate_docs.ts writes it)", async () => {
  const page = await Deno.readTextFile(new URL("docs/reference/environment.md", root));
  assert.equal(page, environmentReference());
});

Deno.test("docs/reference/errors.md explains every error code of the program, and none that it does not have", async () => {
  const page = await Deno.readTextFile(new URL("docs/reference/errors.md", root));
  let source = "";
  for (const path of await sourceFiles(new URL("src/", root))) source += await Deno.readTextFile(path);
  const thrown = new Set([...source.matchAll(/new AppError\(\s*"([a-z-]+)"/g)].map(([, code]) => code!));
  assert.ok(thrown.size > 50);
  assert.deepEqual(
    [...thrown].filter((code) => code !== "hot-path-left" && !page.includes(`| \`${code}\` `)),
    [],
  );
  const explained = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code!);
  const made = ["store-locked", "store-denied", "store-unavailable", "store-damaged"];
  assert.deepEqual(explained.filter((code) => !made.includes(code) && !source.includes(`"${code}"`)), []);
});

async function sourceFiles(folder: URL): Promise<URL[]> {
  const found: URL[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) found.push(...await sourceFiles(new URL(`${name}/`, folder)));
    else if (name.endsWith(".ts")) found.push(new URL(name, folder));
  }
  return found;
}
