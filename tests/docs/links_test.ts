import { strict as assert } from "node:assert";

const root = new URL("../../", import.meta.url);
const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ...await pagesIn("docs/")];

Deno.test("links between our pages lead to a page, and to a heading of it", async () => {
  const wrong: string[] = [];
  for (const page of pages) {
    for (const link of linksOf(await text(page))) {
      const target = new URL(link, new URL(page, root));
      if (target.protocol !== "file:") continue;
      const path = decodeURIComponent(target.pathname.slice(root.pathname.length));
      const found = await Deno.stat(new URL(path, root)).catch(() => null);
      const anchor = target.hash.slice(1);
      if (found === null) wrong.push(`${page}: ${link}`);
      else if (anchor !== "" && !anchorsOf(await text(path)).includes(anchor)) wrong.push(`${page}: ${link}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("docs/README.md leads to every page of docs/, to decisions by their folder", async () => {
  const linked = new Set(linksOf(await text("docs/README.md")));
  const wanted = pages.filter((page) => /^docs\/(?!README\.md$|decisions\/)/.test(page));
  assert.deepEqual(wanted.filter((page) => !linked.has(page.slice("docs/".length))), []);
});

async function pagesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory) found.push(...await pagesIn(`${folder}${name}/`));
    else if (name.endsWith(".md")) found.push(`${folder}${name}`);
  }
  return found.sort();
}

async function text(page: string): Promise<string> {
  return await Deno.readTextFile(new URL(page, root));
}

/** Without what stands in code. */
function linksOf(page: string): string[] {
  const prose = page.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...page.replace(/```[\s\S]*?```/g, "").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}
