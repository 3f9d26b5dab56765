/** What this build is. These values are those of a run from source; `deno task dist` puts a release's in their place. */

export interface BuildFacts {
  /** How the executable was made: `bun build --compile`, `deno compile`, or not for release. */
  readonly kind: "bun" | "deno" | "dev";
  /** The commit's 40 hex digits, with `-dirty` after it when files differed from it. */
  readonly commit: string;
  /** The target as the archive is named after it; `null` for none in particular. */
  readonly target: string | null;
}

export const buildFacts: BuildFacts = { kind: "dev", commit: "dev", target: null };
