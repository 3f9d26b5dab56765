/** Makes the executables of a release from a copy of the source that says which build it is. */
import { compileBun } from "../compile_bun.ts";
import { compileDeno } from "../compile_deno.ts";
import type { BuildFacts } from "../../src/cli/build_facts.ts";
import type { ReleaseFacts } from "./release_facts.ts";
import { archiveName, executableName, type ReleaseTarget } from "./release_target.ts";

const FACTS_FILE = "cli/build_facts.ts";

export interface BinaryBuild {
  readonly target: ReleaseTarget;
  readonly facts: ReleaseFacts;
  /** The checkout. */
  readonly root: string;
  /** The executable goes into a folder of the archive's name in here. */
  readonly output: string;
}

/** The executable's path. Throws what the compilers say. */
export async function buildBinary({ target, facts, root, output }: BinaryBuild): Promise<string> {
  const path = `${output}/${archiveName(target, facts.version)}/${executableName(target)}`;
  // In the checkout, so that the compilers find its settings and packages; the name is part of no build.
  const stage = `${root}/dist/stage/${target.name}`;
  await Deno.remove(stage, { recursive: true }).catch(ignoreMissing);
  try {
    await copyFolder(`${root}/src`, `${stage}/src`);
    await setBuildFacts(`${stage}/src/${FACTS_FILE}`, {
      kind: target.kind,
      commit: facts.commit,
      target: target.name,
    });
    if (target.kind === "bun") {
      await compileBun({
        target: target.platform,
        entry: `${stage}/src/main_bun.ts`,
        // The builder adds `.exe` itself.
        output: path.replace(/\.exe$/, ""),
      });
    } else await compileDeno({ triple: target.name, entry: `${stage}/src/main.ts`, output: path });
    // Whatever the umask says.
    if (Deno.build.os !== "windows") await Deno.chmod(path, 0o755);
    return path;
  } finally {
    await Deno.remove(stage, { recursive: true }).catch(ignoreMissing);
  }
}

/** Puts the facts in the place of the ones of a run from source, which must be there exactly once. */
async function setBuildFacts(path: string, facts: BuildFacts): Promise<void> {
  const text = await Deno.readTextFile(path);
  const parts = text.split(/(?<=\bbuildFacts: BuildFacts = )\{[^}]*\}/);
  if (parts.length !== 2) throw new Error(`${path} has no build facts to set`);
  await Deno.writeTextFile(path, parts.join(JSON.stringify(facts)));
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

function ignoreMissing(failure: unknown): void {
  if (!(failure instanceof Deno.errors.NotFound)) throw failure;
}
