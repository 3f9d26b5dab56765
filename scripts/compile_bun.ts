/**
 * `deno task compile:bun [--target=linux-x64] [--entry=src/main_bun.ts] [--output=dist/aws-vault]`: bundles our source for
 * Bun, puts it into a hardened runtime and writes one executable. Needs npm for the runtime, which is pinned by digest.
 */
import { resolve } from "node:path";
import { BUN_VERSION, bunPlatforms, type BunTarget, hostBunTarget, isBunTarget } from "./bun_targets.ts";
import { hardenBunBinary } from "./harden_bun_binary.ts";
import { fetchPackageFiles } from "./npm_package.ts";
import { runTask } from "./run_task.ts";
import { taskOptions } from "./task_options.ts";

const root = decodeURIComponent(new URL("..", import.meta.url).pathname).replace(/^\/([A-Za-z]:)/, "$1")
  .replace(/\/$/, "");
const cache = `${root}/node_modules/.cache/aws-vault`;

export interface BunBuild {
  readonly target: BunTarget;
  /** Absolute path of the entry module. */
  readonly entry: string;
  /** Absolute path of the executable to write. */
  readonly output: string;
}

export async function compileBun(build: BunBuild): Promise<void> {
  const runtime = await hardenedRuntime(build.target);
  await Deno.mkdir(build.output.slice(0, build.output.lastIndexOf("/")), { recursive: true });
  const start = await startInOnePiece(build.entry);
  await runBuilder(bunArguments({ ...build, entry: start }, runtime));
}

/**
 * The entry with all that it imports outright, as one module; what it imports later stays where it is. Split by the builder, the modules that
 * both need would be files of their own, and each costs every cached answer as much as reading a file does. Answers the module's path; an entry that
 * imports nothing later stays as it is.
 */
export async function startInOnePiece(entry: string): Promise<string> {
  const folder = entry.slice(0, entry.lastIndexOf("/"));
  const later = [...(await Deno.readTextFile(entry)).matchAll(/\bimport\("(\.[^"]+)"\)/g)].map((match) =>
    match[1]!
  );
  if (later.length === 0) return entry;
  const externals = later.map((specifier) => `--external=${folder}/${specifier.slice(2)}`);
  const bundled = await runBuilder(["build", "--target=bun", "--format=esm", ...externals, entry]);
  const text = later.reduce(
    (text, specifier) => text.replaceAll(`"${specifier}"`, JSON.stringify(`${folder}/${specifier.slice(2)}`)),
    bundled,
  );
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const path = `${cache}/start-${new Uint8Array(digest).toHex()}/${entry.slice(folder.length + 1, -3)}.js`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
  return path;
}

/** Runs the pristine Bun of this machine; answers its stdout. Throws with its own words when it fails. */
export async function runBuilder(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(await bunExecutable(hostBunTarget()), {
    args: [...args],
    cwd: root,
    // The builder heeds the same variables that the product must not.
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: cache, TMPDIR: Deno.env.get("TMPDIR") ?? "/tmp" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(300_000),
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`bun build failed:\n${decoder.decode(stdout)}${decoder.decode(stderr)}`);
}

/** What is asked of `bun build`. Every way to load a file of the directory it is started in is switched off. */
export function bunArguments(build: BunBuild, runtime: string): readonly string[] {
  return [
    "build",
    "--compile",
    `--compile-executable-path=${runtime}`,
    `--target=bun-${build.target}`,
    "--bytecode",
    "--minify",
    "--format=esm",
    "--splitting",
    // No run is long enough to win back what compiling to machine code costs.
    "--compile-jit-policy=100",
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    "--no-compile-autoload-tsconfig",
    "--no-compile-autoload-package-json",
    "--define",
    `process.env.AWS_VAULT_LIBC="${build.target.endsWith("-musl") ? "musl" : "gnu"}"`,
    `--outfile=${build.output}`,
    build.entry,
  ];
}

/** Path of the pristine Bun of a platform. */
export async function bunExecutable(target: BunTarget): Promise<string> {
  const { runtime, executable } = bunPlatforms[target];
  const folder = `${cache}/bun-${BUN_VERSION}-${target}`;
  await fetchPackageFiles(runtime, [{ path: executable, mode: 0o755 }], folder);
  return `${folder}/${executable}`;
}

async function hardenedRuntime(target: BunTarget): Promise<string> {
  const pristine = await bunExecutable(target);
  const path = `${pristine}.hardened`;
  await Deno.writeFile(path, hardenBunBinary(await Deno.readFile(pristine), target), { mode: 0o755 });
  return path;
}

if (import.meta.main) {
  await runTask("compile:bun", async () => {
    const options = taskOptions(Deno.args, {
      target: hostBunTarget(),
      entry: "src/main_bun.ts",
      output: "dist/aws-vault",
    });
    const { target } = options;
    if (!isBunTarget(target)) {
      throw new Error(`no such target: ${target} (one of ${Object.keys(bunPlatforms).join(", ")})`);
    }
    await compileBun({ target, entry: absolute(options.entry), output: absolute(options.output) });
    console.error(`compile:bun: wrote ${options.output} for ${target}`);
    // For ARM the builder signs by itself; here the runtime's old signature stays and no longer holds.
    if (target === "darwin-x64") await signForNobody(options.output);
  });
}

/** With a signature that names nobody, which is enough for the machine that made it. Elsewhere than on macOS it is left to the user. */
async function signForNobody(path: string): Promise<void> {
  if (Deno.build.os !== "darwin") {
    console.error(`compile:bun: sign it before use: codesign --force --sign - ${path}`);
    return;
  }
  const { success, stderr } = await new Deno.Command("codesign", {
    args: ["--force", "--sign", "-", path],
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  if (!success) throw new Error(`codesign failed:\n${new TextDecoder().decode(stderr)}`);
}

function absolute(path: string): string {
  return resolve(root, path);
}
