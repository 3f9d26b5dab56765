/** The npm packages that end up inside an executable: those that the program's modules import, and the addon for the target. */
import { bunPlatforms } from "../bun_targets.ts";
import type { ReleaseTarget } from "./release_target.ts";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as the package says. */
  readonly license: string;
  /** `sha512-…` of the archive. */
  readonly integrity: string;
}

/** What is bundled for the target, by name. Throws on an import that the module graph shows and nobody has accounted for here. */
export async function bundledPackages(
  target: ReleaseTarget,
  root: string,
): Promise<readonly BundledPackage[]> {
  const imported = await importedPackages(root);
  if (imported.length > 0) {
    throw new Error(`no notice is written yet for what the program imports: ${imported.join(", ")}`);
  }
  const { name, version, integrity } = bunPlatforms[target.platform].keyring;
  return [{ name, version, integrity, license: "MIT" }];
}

async function importedPackages(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of ["src/main.ts", "src/main_bun.ts"]) {
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
      ...modules.map(({ specifier }) => specifier).filter((specifier) =>
        !/^(file|node):|@napi-rs\/keyring-/.test(specifier)
      ),
    );
  }
  return found;
}
