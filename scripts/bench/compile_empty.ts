/** The program that does nothing, compiled exactly as ours is. */
import { hostBunTarget } from "../bun_targets.ts";
import { compileBun } from "../compile_bun.ts";

/** Answers its path in the folder, next to its source `empty.ts`. */
export async function compileEmpty(folder: string): Promise<string> {
  const entry = `${folder}/empty.ts`, output = `${folder}/compiled-empty`;
  await Deno.writeTextFile(entry, "export {};\n");
  await compileBun({ target: hostBunTarget(), entry, output });
  return output;
}
