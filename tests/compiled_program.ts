/** The program as it is shipped: `AWS_VAULT_TEST_PROGRAM`, else one compiled once for the tests of this run. */
import { hostBunTarget } from "../scripts/bun_targets.ts";
import { compileBun } from "../scripts/compile_bun.ts";

const root = new URL("../", import.meta.url).pathname;

let compiled: Promise<string> | null = null;

/** Absolute path. */
export async function compiledProgram(): Promise<string> {
  const chosen = Deno.env.get("AWS_VAULT_TEST_PROGRAM") ?? "deno";
  if (chosen !== "deno") return await Deno.realPath(new URL(chosen, `file://${root}`));
  return await (compiled ??= compileForUs());
}

async function compileForUs(): Promise<string> {
  const folder = await Deno.makeTempDir();
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const output = `${folder}/aws-vault`;
  await compileBun({ target: hostBunTarget(), entry: `${root}src/main_bun.ts`, output });
  return output;
}
