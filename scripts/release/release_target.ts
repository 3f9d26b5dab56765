/** The executables of a release: eight by Bun, five by Deno, each with the one name that its archive, its folder and `version --json` use. */
import { bunPlatforms, type BunTarget } from "../bun_targets.ts";
import { denoTargets } from "../compile_deno.ts";

export interface ReleaseTarget {
  readonly kind: "bun" | "deno";
  /** As `version --json` shows it: `linux-x64`, or for Deno's builds the triple. */
  readonly name: string;
  /** The platform, in the names of the Bun targets. */
  readonly platform: BunTarget;
}

export const releaseTargets: readonly ReleaseTarget[] = [
  ...(Object.keys(bunPlatforms) as BunTarget[]).map((name) => ({
    kind: "bun" as const,
    name,
    platform: name,
  })),
  ...Object.entries(denoTargets).map(([name, platform]) => ({ kind: "deno" as const, name, platform })),
];

/** The targets that `all`, `bun`, `deno` or names separated by commas stand for. Throws on a name that is none. */
export function chosenTargets(choice: string): readonly ReleaseTarget[] {
  const words = choice.split(",");
  const names = releaseTargets.map(({ name }) => name);
  const unknown = words.find((word) => !["all", "bun", "deno", ...names].includes(word));
  if (unknown !== undefined) {
    throw new Error(`no such target: ${unknown} (one of all, bun, deno, ${names.join(", ")})`);
  }
  return releaseTargets.filter(({ kind, name }) =>
    words.includes("all") || words.includes(kind) || words.includes(name)
  );
}

/** Name of the folder in the archive, and of the archive before `.tar.gz` or `.zip`. Deno's say so, that nobody takes one for the other. */
export function archiveName({ kind, name }: ReleaseTarget, version: string): string {
  return kind === "bun" ? `aws-vault-${version}-${name}` : `aws-vault-deno-${version}-${name}`;
}

export function archiveExtension(target: ReleaseTarget): ".zip" | ".tar.gz" {
  return isWindows(target) ? ".zip" : ".tar.gz";
}

export function executableName(target: ReleaseTarget): string {
  return isWindows(target) ? "aws-vault.exe" : "aws-vault";
}

function isWindows({ platform }: ReleaseTarget): boolean {
  return platform.startsWith("windows-");
}
