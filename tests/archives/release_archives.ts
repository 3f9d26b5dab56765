/** The archives that `deno task dist` left, unpacked by the system's own tools. */
import assert from "node:assert/strict";
import { releaseFacts } from "../../scripts/release/release_facts.ts";
import {
  archiveExtension,
  archiveName,
  executableName,
  type ReleaseTarget,
  releaseTargets,
} from "../../scripts/release/release_target.ts";

export const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
/** `AWS_VAULT_TEST_RELEASE` names another folder. */
export const release = Deno.env.get("AWS_VAULT_TEST_RELEASE") ?? `${root}/dist/release`;
export const facts = await releaseFacts(root, null);

export function archivePath(target: ReleaseTarget): string {
  return `${release}/${archiveName(target, facts.version)}${archiveExtension(target)}`;
}

/** The target of that name; throws when its archive is not there. */
export function builtTarget(name: string): ReleaseTarget {
  const target = builtTargets().find((built) => built.name === name);
  if (target === undefined) throw new Error(`no archive of ${name} in ${release}: run deno task dist`);
  return target;
}

/** Every target that has an archive. */
export function builtTargets(): readonly ReleaseTarget[] {
  const names = new Set([...Deno.readDirSync(release)].map(({ name }) => name));
  return releaseTargets.filter((target) => names.has(archivePath(target).slice(release.length + 1)));
}

export interface Unpacked {
  /** The one folder that the archive holds. */
  readonly folder: string;
  readonly executable: string;
}

/** Unpacks into an empty folder, lets `use` look at it, and removes it. */
export async function withUnpacked(
  target: ReleaseTarget,
  use: (unpacked: Unpacked) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "archive-" });
  try {
    const archive = archivePath(target);
    const args = archive.endsWith(".zip") ? ["-q", archive, "-d", folder] : ["-xzf", archive, "-C", folder];
    await succeeds(archive.endsWith(".zip") ? "unzip" : "tar", args);
    const inner = `${folder}/${archiveName(target, facts.version)}`;
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`), [inner]);
    await use({ folder: inner, executable: `${inner}/${executableName(target)}` });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with nothing of this process's environment. */
export async function run(
  program: string,
  args: readonly string[],
  { env = {}, cwd = "/" }: RunOptions = {},
): Promise<RunResult> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    clearEnv: true,
    env,
    cwd,
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The output of a system tool that must succeed. */
export async function succeeds(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  assert.equal(code, 0, `${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
