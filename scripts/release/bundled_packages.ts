/** The npm packages that end up inside an executable: those that the program's modules import. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as the package says. */
  readonly license: string;
  /** `sha512-…` of the archive. */
  readonly integrity: string;
}

/** There are none. Throws on an import that the module graph shows and nobody has accounted for here. */
export async function bundledPackages(root: string): Promise<readonly BundledPackage[]> {
  const imported = await importedPackages(root);
  if (imported.length > 0) {
    throw new Error(`no notice is written yet for what the program imports: ${imported.join(", ")}`);
  }
  return [];
}

async function importedPackages(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of ["src/main.ts", "src/host/deno.ts", "src/main_bun.ts", "src/run.ts"]) {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: root,
      stdin: "null",
      signal: AbortSignal.timeout(60_000),
    }).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`deno info failed for ${entry}: ${decoder.decode(stderr)}`);
    const { modules } = JSON.parse(decoder.decode(stdout)) as { modules: { specifier: string }[] };
    found.push(
      ...modules.map(({ specifier }) => specifier).filter((specifier) => !/^(file|node):/.test(specifier)),
    );
  }
  return found;
}
