/** What a release is made of besides the files: version, commit and the one date that all of it bears. */
import { version } from "../../src/cli/version.ts";

export interface ReleaseFacts {
  readonly version: string;
  /** 40 hex digits, with `-dirty` after it when files differ from that commit. */
  readonly commit: string;
  /** Of the commit, or `SOURCE_DATE_EPOCH` (https://reproducible-builds.org/specs/source-date-epoch/); epoch seconds. */
  readonly date: number;
}

/** The facts of the checkout in `root`. A given `commit` and `SOURCE_DATE_EPOCH` make git unnecessary. Throws when one is missing. */
export async function releaseFacts(root: string, commit: string | null): Promise<ReleaseFacts> {
  return {
    version,
    commit: commit ?? await headCommit(root),
    date: releaseDate(Deno.env.get("SOURCE_DATE_EPOCH") ?? await git(root, ["log", "-1", "--format=%ct"])),
  };
}

/** Epoch seconds out of their decimal text. Refuses what a ZIP archive can't say: it begins in 1980. */
export function releaseDate(text: string): number {
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
  if (!(seconds >= Date.UTC(1980, 0, 2) / 1000)) {
    throw new Error(`SOURCE_DATE_EPOCH must be epoch seconds after 1980: ${text}`);
  }
  return seconds;
}

async function headCommit(root: string): Promise<string> {
  const head = await git(root, ["rev-parse", "HEAD"]);
  return await git(root, ["status", "--porcelain"]) === "" ? head : `${head}-dirty`;
}

async function git(root: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: [...args],
    cwd: root,
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout).trim();
  throw new Error(
    `git ${args[0]} failed; without git give --commit and SOURCE_DATE_EPOCH: ${
      decoder.decode(stderr).trim()
    }`,
  );
}
