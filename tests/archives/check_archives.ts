/**
 * What `deno task dist` wrote, opened: `deno test -A tests/archives/check_archives.ts`. Each archive has the files it should, and an
 * executable for its own system, with nothing of the building machine inside and not larger than agreed (size_budget.json, bytes).
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bunPlatforms } from "../../scripts/bun_targets.ts";
import { completionFiles } from "../../scripts/completion_files.ts";
import { manPages } from "../../scripts/man_pages.ts";
import { parseChecksums } from "../../scripts/release/checksums.ts";
import { executableName, type ReleaseTarget } from "../../scripts/release/release_target.ts";
import { bunBundle } from "./bun_bundle.ts";
import { type ExecutableFormat, executableFormat } from "./executable_format.ts";
import {
  archivePath,
  builtTargets,
  facts,
  release,
  root,
  succeeds,
  withUnpacked,
} from "./release_archives.ts";
import sizeBudget from "./size_budget.json" with { type: "json" };

const targets = builtTargets();

const FORMATS: Readonly<Record<ReleaseTarget["platform"], ExecutableFormat>> = {
  "linux-x64": { format: "ELF", arch: "x64", loader: "/lib64/ld-linux-x86-64.so.2" },
  "linux-arm64": { format: "ELF", arch: "arm64", loader: "/lib/ld-linux-aarch64.so.1" },
  "linux-x64-musl": { format: "ELF", arch: "x64", loader: "/lib/ld-musl-x86_64.so.1" },
  "linux-arm64-musl": { format: "ELF", arch: "arm64", loader: "/lib/ld-musl-aarch64.so.1" },
  "darwin-x64": { format: "Mach-O", arch: "x64", loader: null },
  "darwin-arm64": { format: "Mach-O", arch: "arm64", loader: null },
  "windows-x64": { format: "PE", arch: "x64", loader: null },
  "windows-arm64": { format: "PE", arch: "arm64", loader: null },
};

Deno.test("a release has an archive of every Bun target", () => {
  assert.deepEqual(
    targets.filter(({ kind }) => kind === "bun").map(({ name }) => name),
    Object.keys(bunPlatforms),
  );
});

Deno.test("SHA256SUMS has every file of the release", async () => {
  const listed = parseChecksums(await Deno.readTextFile(`${release}/SHA256SUMS`));
  const files = [...Deno.readDirSync(release)].map(({ name }) => name).filter((name) =>
    name !== "SHA256SUMS"
  );
  assert.deepEqual([...listed.keys()], files.sort());
  assert(files.includes(`aws-vault-${facts.version}.cdx.json`));
  await succeeds("sh", ["-c", 'cd "$0" && sha256sum --check --strict --quiet SHA256SUMS', release]);
});

for (const target of targets) {
  Deno.test(`the archive of ${target.name}`, async (test) => {
    await withUnpacked(target, async ({ folder, executable }) => {
      await test.step("holds executable, licence, notices, README, manual pages and completions", async () => {
        const texts = [...manPages(), ...await completionFiles()];
        assert.deepEqual(
          await filesBelow(folder),
          [
            ...["LICENSE", "README.md"].map((name) => [name, 0o644]),
            ["THIRD_PARTY_NOTICES.txt", 0o644],
            [executableName(target), 0o755],
            ...texts.map(({ path }) => [path, 0o644]),
          ].sort(([a], [b]) => String(a) < String(b) ? -1 : 1),
        );
        for (const { path, text } of texts) {
          assert.equal(await Deno.readTextFile(`${folder}/${path}`), text, path);
        }
        for (const name of ["LICENSE", "README.md"]) {
          assert.equal(
            await Deno.readTextFile(`${folder}/${name}`),
            await Deno.readTextFile(`${root}/${name}`),
          );
        }
      });
      const bytes = await Deno.readFile(executable);
      await test.step("is for its system and processor", () => {
        assert.deepEqual(executableFormat(bytes), FORMATS[target.platform]);
      });
      if (target.kind === "bun") await test.step("embeds what it should", () => checkBundle(target, bytes));
      await test.step("has no path of the building machine", () => {
        const searched = Buffer.from(bytes.buffer);
        assert.deepEqual(machinePaths().filter((path) => searched.includes(path)), []);
      });
      await test.step("is not larger than agreed", async () => {
        const budget = (sizeBudget as Record<string, { executable: number; archive: number }>)[target.name];
        assert(budget !== undefined, `size_budget.json has no line for ${target.name}`);
        const { size } = await Deno.stat(archivePath(target));
        assert(bytes.length <= budget.executable, `executable: ${bytes.length} > ${budget.executable}`);
        assert(size <= budget.archive, `archive: ${size} > ${budget.archive}`);
      });
    });
  });
}

function checkBundle(target: ReleaseTarget, bytes: Uint8Array): void {
  const files = bunBundle(bytes);
  const native = files.filter(({ contents }) => executableFormat(contents) !== null);
  assert.deepEqual(native.map(({ name }) => name), []);
  const others = files.filter((file) => !native.includes(file)).map(({ name }) => name);
  assert.deepEqual(
    others.filter((name) =>
      !/^(?:aws-vault|[\w.-]+\.js|aws-vault-\w{8}\.(?:bash|fish|nu|ps1|zsh))$/.test(name)
    ),
    [],
  );
  const text = files.map(({ contents }) => new TextDecoder("latin1").decode(contents)).join("\n");
  const told = text.matchAll(/\{kind:"bun",commit:"[0-9a-f]{40}(?:-dirty)?",target:"([^"]+)"\}/g);
  assert.deepEqual([...told].map(([, name]) => name), [target.name]);
}

/** What would give away where it was built. `/root` is also the name of a folder inside Bun's bundle. */
function machinePaths(): string[] {
  return [root, Deno.env.get("HOME") ?? "", Deno.env.get("TMPDIR") ?? "", Deno.hostname()]
    .filter((text) => text.length > 5 && !["/root", "localhost"].includes(text));
}

async function filesBelow(folder: string, prefix = ""): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await filesBelow(`${folder}/${name}`, `${prefix}${name}/`));
    else found.push([prefix + name, ((await Deno.stat(`${folder}/${name}`)).mode ?? 0) & 0o777]);
  }
  return found.sort(([a], [b]) => a < b ? -1 : 1);
}
