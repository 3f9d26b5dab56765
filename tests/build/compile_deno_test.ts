/** `deno task compile` as far as it goes without the base binary: what is put behind it, and with which rights. */
import assert from "node:assert/strict";
import { compileFailure, denoCompileArguments, denoTargets } from "../../scripts/compile_deno.ts";

const root = new URL("../..", import.meta.url).pathname;
/** Stands before what `deno compile` 2.9 appends: then the length (u64, little endian) of its JSON, and the JSON. */
const MAGIC = "d3n0l4ndd3n0l4nd";

interface Folder {
  readonly Dir?: { readonly n: string; readonly e: readonly Folder[] };
  readonly File?: { readonly n: string };
}

Deno.test("deno task compile embeds our source and nothing else, with the rights it needs and no more", async () => {
  const { code, stderr, folder } = await compile("x86_64-unknown-linux-gnu", { DENORT_BIN: "/bin/true" });
  try {
    assert.equal(code, 0, stderr);
    const { metadata, files } = await embedded(`${folder}/x86_64-unknown-linux-gnu/aws-vault`);
    // What `deny_import` overrules is not looked at.
    const { allow_import: _, ...permissions } = metadata.permissions as Record<string, unknown>;
    assert.deepEqual(permissions, {
      allow_env: [],
      deny_env: null,
      ignore_env: null,
      allow_net: [],
      deny_net: null,
      allow_ffi: [],
      deny_ffi: null,
      allow_read: [],
      deny_read: null,
      ignore_read: null,
      allow_run: [],
      deny_run: null,
      allow_sys: ["uid"],
      deny_sys: null,
      allow_write: [],
      deny_write: null,
      deny_import: [],
      prompt: false,
    });
    assert.equal(metadata.entrypoint_key, "src/main.ts");
    assert.deepEqual(metadata.env_vars_from_env_file, {});
    assert(files.includes("src/main.ts"));
    assert.deepEqual(
      files.filter((file) => !/^src\/.+\.(?:ts|bash|fish|nu|ps1|zsh)$/.test(file)),
      [],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("compileFailure says which base binary there is none of, and else what deno said", () => {
  const offline = `Download https://example.invalid/denort-aarch64-apple-darwin.zip
error: Writing deno compile executable to temporary file 'out.tmp-83e807f43419be91'

Caused by:
    0: Setting up base binary.
    1: error sending request for url (https://example.invalid/denort-aarch64-apple-darwin.zip)
`;
  const { message } = compileFailure("aarch64-apple-darwin", offline);
  assert.match(
    message,
    /^the base binary denort \S+ for aarch64-apple-darwin cannot be downloaded; set DENORT_BIN/,
  );
  assert.equal(message.includes("\n"), false);
  assert.match(
    compileFailure("x", "error: Module not found").message,
    /^deno compile failed for x:\nerror: Module not/,
  );
});

Deno.test("deno task compile fails with one line for a target it does not know", async () => {
  assert.deepEqual(await run(["--target=sparc"], {}), {
    code: 1,
    stderr: `compile: no such target: sparc (one of all, ${Object.keys(denoTargets).join(", ")})\n`,
  });
});

Deno.test("denoCompileArguments knows every target and refuses others", () => {
  for (const triple of Object.keys(denoTargets)) {
    const args = denoCompileArguments({ triple, entry: "e", output: "o" });
    assert(args.includes(`--target=${triple}`));
    for (const flag of ["--no-prompt", "--no-code-cache", "--exclude-unused-npm"]) {
      assert(args.includes(flag));
    }
  }
  assert.equal(Object.keys(denoTargets).length, 5);
  assert.throws(
    () => denoCompileArguments({ triple: "sparc", entry: "e", output: "o" }),
    /no such target: sparc/,
  );
});

async function compile(
  triple: string,
  env: Record<string, string>,
): Promise<{ code: number; stderr: string; folder: string }> {
  const folder = await Deno.makeTempDir({ prefix: "compile-deno-" });
  return { ...await run([`--target=${triple}`, `--output=${folder}`], env), folder };
}

async function run(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "scripts/compile_deno.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(120_000),
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

async function embedded(path: string): Promise<{ metadata: Record<string, unknown>; files: string[] }> {
  const bytes = await Deno.readFile(path);
  const text = new TextDecoder("latin1").decode(bytes);
  const start = text.indexOf(MAGIC) + MAGIC.length;
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(start, true));
  const metadata = JSON.parse(new TextDecoder().decode(bytes.subarray(start + 8, start + 8 + length)));
  // The file tree is the JSON array behind it, its own length before it.
  const tree = text.indexOf(`[{"`, start + 8 + length);
  const treeLength = Number(view.getBigUint64(tree - 8, true));
  const folders = JSON.parse(new TextDecoder().decode(bytes.subarray(tree, tree + treeLength))) as Folder[];
  return { metadata, files: folders.flatMap((folder) => paths(folder, "")) };
}

function paths({ Dir, File }: Folder, above: string): string[] {
  if (Dir !== undefined) return Dir.e.flatMap((folder) => paths(folder, `${above}${Dir.n}/`));
  return File === undefined ? [] : [`${above}${File.n}`];
}
