/**
 * `deno task compile [--target=all|<triple>] [--entry=…] [--output=dist/deno]`: the second official build, one executable
 * per target under `<output>/<triple>/`. `deno compile` downloads its base binary, denort; `DENORT_BIN` names a local one.
 */
import type { BunTarget } from "./bun_targets.ts";
import { DENO_PERMISSIONS } from "./deno_permissions.ts";
import { runTask } from "./run_task.ts";
import { taskOptions } from "./task_options.ts";

const root = decodeURIComponent(new URL("..", import.meta.url).pathname).replace(/\/$/, "");

/** Deno's names of the platforms, with ours. */
export const denoTargets: Readonly<Record<string, BunTarget>> = {
  "x86_64-unknown-linux-gnu": "linux-x64",
  "aarch64-unknown-linux-gnu": "linux-arm64",
  "x86_64-apple-darwin": "darwin-x64",
  "aarch64-apple-darwin": "darwin-arm64",
  "x86_64-pc-windows-msvc": "windows-x64",
};

export interface DenoBuild {
  /** A key of `denoTargets`. */
  readonly triple: string;
  readonly entry: string;
  readonly output: string;
}

/** What the start of the program imports by names made at run time, beside it. */
const LATER_MODULES = ["host/deno.ts", "run.ts"];

/** What `deno` is started with. */
export function denoCompileArguments({ triple, entry, output }: DenoBuild): readonly string[] {
  if (denoTargets[triple] === undefined) {
    throw new Error(`no such target: ${triple} (one of all, ${Object.keys(denoTargets).join(", ")})`);
  }
  return [
    "compile",
    "--no-check",
    "--no-code-cache",
    "--exclude-unused-npm",
    "--node-modules-dir=none",
    ...LATER_MODULES.map((path) => `--include=${entry.slice(0, entry.lastIndexOf("/"))}/${path}`),
    ...DENO_PERMISSIONS,
    `--target=${triple}`,
    `--output=${output}`,
    entry,
  ];
}

export async function compileDeno(build: DenoBuild): Promise<void> {
  const args = denoCompileArguments(build);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(300_000),
  }).output();
  if (success) return;
  throw compileFailure(build.triple, new TextDecoder().decode(stderr));
}

/** The reason, out of what `deno compile` printed on stderr. */
export function compileFailure(triple: string, words: string): Error {
  if (/\/denort-/.test(words) && /Setting up base binary/.test(words)) {
    return new Error(
      `the base binary denort ${Deno.version.deno} for ${triple} cannot be downloaded; set DENORT_BIN to a copy of it`,
    );
  }
  return new Error(`deno compile failed for ${triple}:\n${words}`);
}

if (import.meta.main) {
  await runTask("compile", async () => {
    const options = taskOptions(Deno.args, {
      target: Deno.build.target,
      entry: "src/main.ts",
      output: "dist/deno",
    });
    const triples = options.target === "all" ? Object.keys(denoTargets) : [options.target];
    for (const triple of triples) {
      const output = `${options.output}/${triple}/aws-vault`;
      await compileDeno({ triple, entry: options.entry, output });
      console.error(`compile: wrote ${output}`);
    }
  });
}
