/**
 * A second `deno task dist` in a copy of the source, in another folder, with another time zone, umask, language and user name, later:
 * `deno test -A tests/archives/reproduce.ts`. It must give the archives that are there, byte for byte. `AWS_VAULT_TEST_REPRODUCE=bun` for all.
 */
import assert from "node:assert/strict";
import { archivePath, builtTarget, facts, release, root, succeeds } from "./release_archives.ts";
import { chosenTargets } from "../../scripts/release/release_target.ts";
import { parseChecksums } from "../../scripts/release/checksums.ts";

const choice = Deno.env.get("AWS_VAULT_TEST_REPRODUCE") ?? "linux-x64,windows-x64";

Deno.test(`a second run elsewhere makes the same archives of ${choice}`, async () => {
  const folder = await Deno.makeTempDir({ prefix: "another place " });
  try {
    const copy = `${folder}/checkout`;
    await copySource(copy);
    // Downloads that were verified by their digests.
    await Deno.mkdir(`${copy}/node_modules/.cache`, { recursive: true });
    await succeeds("cp", ["-r", `${root}/node_modules/.cache/aws-vault`, `${copy}/node_modules/.cache/`]);
    const { code, stderr } = await new Deno.Command("/bin/sh", {
      args: [
        "-c",
        'umask 077; exec "$0" "$@"',
        Deno.execPath(),
        "task",
        "--quiet",
        "dist",
        `--targets=${choice}`,
        `--commit=${facts.commit}`,
      ],
      cwd: copy,
      env: {
        SOURCE_DATE_EPOCH: String(facts.date),
        TZ: "Pacific/Chatham",
        LC_ALL: "C",
        USER: "somebody",
        TMPDIR: folder,
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      signal: AbortSignal.timeout(600_000),
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const [here, there] = await Promise.all([sums(release), sums(`${copy}/dist/release`)]);
    for (const target of chosenTargets(choice)) {
      const name = archivePath(builtTarget(target.name)).slice(release.length + 1);
      assert.equal(there.get(name), here.get(name), name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What is or would be committed, and nothing else. */
async function copySource(to: string): Promise<void> {
  const listed = await succeeds("git", [
    "-C",
    root,
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
  ]);
  for (const path of listed.split("\0").filter((name) => name !== "")) {
    const target = `${to}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(`${root}/${path}`, target);
  }
}

async function sums(folder: string): Promise<ReadonlyMap<string, string>> {
  return parseChecksums(await Deno.readTextFile(`${folder}/SHA256SUMS`));
}
