/**
 * `deno task dist [--targets=all|bun|deno|linux-x64,…] [--step=all|binaries|archives] [--missing=report|fail]`: what is
 * released, into `dist/release/`: an archive for each target, a bill of materials, SHA256SUMS. The same commit gives the same bytes.
 *
 * `--step=binaries` stops before the archives and `--step=archives` begins there, so that executables can be signed in between.
 */
import { resolve } from "node:path";
import { billOfMaterials, type LockFile } from "./release/bill_of_materials.ts";
import { buildBinary } from "./release/build_binaries.ts";
import { type BundledPackage, bundledPackages } from "./release/bundled_packages.ts";
import { checksums } from "./release/checksums.ts";
import { packTarget } from "./release/pack_target.ts";
import { type ReleaseFacts, releaseFacts } from "./release/release_facts.ts";
import { archiveName, chosenTargets, executableName, type ReleaseTarget } from "./release/release_target.ts";
import { runTask } from "./run_task.ts";
import { taskOptions } from "./task_options.ts";

const root = decodeURIComponent(new URL("..", import.meta.url).pathname).replace(/^\/([A-Za-z]:)/, "$1")
  .replace(/\/$/, "");

await runTask("dist", async () => {
  const options = taskOptions(Deno.args, {
    targets: "all",
    step: "all",
    missing: "report",
    commit: "",
    output: "dist",
  });
  if (!["all", "binaries", "archives"].includes(options.step)) {
    throw new Error(`no such step: ${options.step}`);
  }
  if (!["report", "fail"].includes(options.missing)) {
    throw new Error(`--missing is report or fail: ${options.missing}`);
  }
  const facts = await releaseFacts(root, options.commit === "" ? null : options.commit);
  const output = resolve(root, options.output);
  const binaries = `${output}/binaries`;
  let targets = chosenTargets(options.targets);
  if (options.step !== "archives") {
    await buildBinaries(targets, facts, binaries, options.missing === "fail");
  }
  if (options.step === "binaries") return;
  const wanted = targets;
  targets = await withBinaries(wanted, facts, binaries);
  const missing = wanted.filter((target) => !targets.includes(target)).map(({ name }) => name);
  if (missing.length > 0 && options.missing === "fail") {
    throw new Error(`no executable of ${missing.join(", ")} in ${options.output}/binaries`);
  }
  if (targets.length === 0) {
    throw new Error(`no executable in ${options.output}/binaries to make an archive of`);
  }
  await makeRelease(targets, facts, binaries, `${output}/release`);
});

/** One after the other: each takes half a gigabyte. A base binary that can't be had is told, or an error when `strict`. */
async function buildBinaries(
  targets: readonly ReleaseTarget[],
  facts: ReleaseFacts,
  output: string,
  strict: boolean,
): Promise<void> {
  for (const target of targets) {
    const name = archiveName(target, facts.version);
    const started = performance.now();
    await Deno.remove(`${output}/${name}`, { recursive: true }).catch(() => {});
    try {
      await buildBinary({ target, facts, root, output });
      console.error(`dist: built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    } catch (failure) {
      if (strict || target.kind === "bun" || !/cannot be downloaded/.test(String(failure))) throw failure;
      console.error(`dist: not built: ${name}: ${(failure as Error).message}`);
    }
  }
}

async function withBinaries(
  targets: readonly ReleaseTarget[],
  { version }: ReleaseFacts,
  binaries: string,
): Promise<readonly ReleaseTarget[]> {
  const present: ReleaseTarget[] = [];
  for (const target of targets) {
    try {
      await Deno.stat(`${binaries}/${archiveName(target, version)}/${executableName(target)}`);
      present.push(target);
    } catch (failure) {
      if (!(failure instanceof Deno.errors.NotFound)) throw failure;
    }
  }
  return present;
}

async function makeRelease(
  targets: readonly ReleaseTarget[],
  facts: ReleaseFacts,
  binaries: string,
  output: string,
): Promise<void> {
  await Deno.remove(output, { recursive: true }).catch(() => {});
  await Deno.mkdir(output, { recursive: true });
  const bundled = new Map<ReleaseTarget, readonly BundledPackage[]>();
  for (const target of targets) {
    const packages = await bundledPackages(root);
    bundled.set(target, packages);
    console.error(`dist: wrote ${await packTarget({ target, facts, root, binaries, output, packages })}`);
  }
  const lock = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`)) as LockFile;
  await Deno.writeTextFile(
    `${output}/aws-vault-${facts.version}.cdx.json`,
    await billOfMaterials({ facts, lock, bundled }),
  );
  await Deno.writeTextFile(`${output}/SHA256SUMS`, await checksums(output));
  console.error(`dist: wrote ${output}/SHA256SUMS`);
}
