/** Puts together what goes into one archive, and packs it. */
import { completionFiles } from "../completion_files.ts";
import { manPages } from "../man_pages.ts";
import type { ShippedFile } from "../shipped_file.ts";
import type { BundledPackage } from "./bundled_packages.ts";
import { thirdPartyNotices } from "./notices.ts";
import type { ReleaseFacts } from "./release_facts.ts";
import { archiveExtension, archiveName, executableName, type ReleaseTarget } from "./release_target.ts";
import { writeTarGz, writeZip } from "./write_archive.ts";

export interface Packing {
  readonly target: ReleaseTarget;
  readonly facts: ReleaseFacts;
  /** The checkout. */
  readonly root: string;
  /** Holds the executables, each in a folder of its archive's name. */
  readonly binaries: string;
  /** Where the archive goes. */
  readonly output: string;
  readonly packages: readonly BundledPackage[];
}

/** The archive's path. */
export async function packTarget(
  { target, facts, root, binaries, output, packages }: Packing,
): Promise<string> {
  const name = archiveName(target, facts.version);
  const executable = executableName(target);
  const parent = await Deno.makeTempDir({ prefix: "dist-" });
  try {
    await Deno.mkdir(`${parent}/${name}`);
    await Deno.copyFile(`${binaries}/${name}/${executable}`, `${parent}/${name}/${executable}`);
    for (const { path, text } of await shippedFiles(target, root, packages)) {
      const file = `${parent}/${name}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    const archive = `${output}/${name}${archiveExtension(target)}`;
    const write = archiveExtension(target) === ".zip" ? writeZip : writeTarGz;
    await write({ parent, name, date: facts.date, executables: [executable] }, archive);
    return archive;
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

async function shippedFiles(
  target: ReleaseTarget,
  root: string,
  packages: readonly BundledPackage[],
): Promise<readonly ShippedFile[]> {
  return [
    { path: "LICENSE", text: await Deno.readTextFile(`${root}/LICENSE`) },
    { path: "README.md", text: await Deno.readTextFile(`${root}/README.md`) },
    { path: "THIRD_PARTY_NOTICES.txt", text: thirdPartyNotices(target, packages) },
    ...manPages(),
    ...await completionFiles(),
  ];
}
