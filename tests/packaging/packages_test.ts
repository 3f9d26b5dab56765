/** The Scoop manifest against Scoop's own schema; the formula by Ruby, and installed by a stub of Homebrew from a loopback server. */
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { homebrewFormula } from "../../scripts/packaging/homebrew_formula.ts";
import type { PublishedRelease } from "../../scripts/packaging/published_release.ts";
import { scoopManifest } from "../../scripts/packaging/scoop_manifest.ts";

const stub = new URL("./formula_stub.rb", import.meta.url).pathname;

function release(changes: Partial<PublishedRelease> = {}): PublishedRelease {
  const names = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"].map((t) =>
    `aws-vault-1.2.3-${t}.tar.gz`
  );
  const zips = ["windows-x64", "windows-arm64"].map((t) => `aws-vault-1.2.3-${t}.zip`);
  return {
    version: "1.2.3",
    url: "https://example.com/o/r/releases/download/v1.2.3",
    homepage: "https://example.com/o/r",
    digests: new Map([...names, ...zips].map((name, index) => [name, String(index).repeat(64)])),
    ...changes,
  };
}

Deno.test("scoopManifest follows Scoop's schema, and finds later releases by itself", async () => {
  const vectors = Deno.env.get("AWS_VAULT_TEST_VECTORS");
  assert(vectors !== undefined, "AWS_VAULT_TEST_VECTORS must name the folder of the test vectors");
  const schema = JSON.parse(await Deno.readTextFile(`${vectors}/packaging/scoop-manifest.schema.json`));
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  const manifest = JSON.parse(scoopManifest(release()));
  // A copy, since the check narrows the type of what it is given.
  assert(validate(structuredClone(manifest)), JSON.stringify(validate.errors));
  assert.equal(
    validate({ ...manifest, architecture: { "64bit": { hash: "x" } } }),
    false,
    "the schema refuses nothing",
  );
  assert.deepEqual(manifest.architecture["64bit"], {
    url: "https://example.com/o/r/releases/download/v1.2.3/aws-vault-1.2.3-windows-x64.zip",
    hash: "4".repeat(64),
    extract_dir: "aws-vault-1.2.3-windows-x64",
  });
  // What Scoop makes of autoupdate for this very version must be the manifest's own addresses.
  for (
    const [arch, { url, extract_dir }] of Object.entries<Record<string, string>>(
      manifest.autoupdate.architecture,
    )
  ) {
    assert.equal(url?.replaceAll("$version", "1.2.3"), manifest.architecture[arch].url);
    assert.equal(extract_dir?.replaceAll("$version", "1.2.3"), manifest.architecture[arch].extract_dir);
  }
});

Deno.test("packages refuse a release without an archive, and addresses that are more than that", () => {
  for (const make of [homebrewFormula, scoopManifest]) {
    assert.throws(() => make(release({ digests: new Map() })), /the release has no aws-vault-1\.2\.3-/);
    assert.throws(() => make(release({ homepage: 'https://x/"#{`id`}"' })), /not a plain address/);
    assert.throws(() => make(release({ url: "https://x/$(id)/v1.2.3" })), /not a plain address/);
  }
  assert.throws(() => scoopManifest(release({ url: "https://x/latest" })), /does not end in \/v1\.2\.3/);
});

Deno.test("homebrewFormula is Ruby, and has the archive of each system and processor", async () => {
  await withFormula(homebrewFormula(release()), async (path) => {
    assert.equal((await ruby(["-wc", path])).stdout, "Syntax OK\n");
    const names = homebrewFormula(release()).match(/aws-vault-1\.2\.3-[\w-]+/g);
    assert.deepEqual(
      names,
      ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"].map((t) => `aws-vault-1.2.3-${t}`),
    );
  });
});

Deno.test("the formula downloads, checks, installs and tests itself", async (test) => {
  const archive = await madeUpArchive();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(archive));
  try {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex();
    const digests = (sha256: string) => new Map([...release().digests.keys()].map((name) => [name, sha256]));
    const url = `http://127.0.0.1:${server.addr.port}/v1.2.3`;
    for (const [system, arch] of [["linux", "intel"], ["macos", "arm"]] as const) {
      await test.step(`on ${system}, ${arch}`, async () => {
        await withFormula(
          homebrewFormula(release({ url, digests: digests(digest) })),
          async (path, prefix) => {
            const { code, stdout, stderr } = await ruby([stub, path, prefix, system, arch]);
            assert.equal(code, 0, stderr);
            assert.equal(stdout, "installed and tested 1.2.3\n");
            for (
              const file of [
                "bin/aws-vault",
                "share/man/man1/aws-vault.1",
                "share/man/man1/aws-vault-exec.1",
                "etc/bash_completion.d/aws-vault",
                "share/zsh/site-functions/_aws-vault",
                "share/fish/vendor_completions.d/aws-vault.fish",
                "LICENSE",
              ]
            ) assert((await Deno.stat(`${prefix}/${file}`)).isFile, file);
          },
        );
      });
    }
    await test.step("and refuses an archive with another digest", async () => {
      await withFormula(
        homebrewFormula(release({ url, digests: digests("0".repeat(64)) })),
        async (path, prefix) => {
          const { code, stderr } = await ruby([stub, path, prefix, "linux", "intel"]);
          assert.notEqual(code, 0);
          assert.match(stderr, /SHA256 mismatch/);
        },
      );
    });
  } finally {
    await server.shutdown();
  }
});

/** An archive like a release's, around a program that answers as the formula's test expects. */
async function madeUpArchive(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "formula-archive-" });
  try {
    const program = `#!/bin/sh
case "$1" in
  version) echo 1.2.3 ;;
  add) test "$2 $3" = "brew --env" && test -n "$AWS_VAULT_FILE_DIR$AWS_SECRET_ACCESS_KEY" ;;
  list) echo brew ;;
  *) exit 1 ;;
esac
`;
    const files = {
      "aws-vault": program,
      "LICENSE": "",
      "README.md": "",
      "THIRD_PARTY_NOTICES.txt": "",
      "man/man1/aws-vault.1": "",
      "man/man1/aws-vault-exec.1": "",
      "completions/bash/aws-vault": "",
      "completions/zsh/_aws-vault": "",
      "completions/fish/aws-vault.fish": "",
    };
    for (const [path, text] of Object.entries(files)) {
      const file = `${folder}/aws-vault-1.2.3/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text, { mode: 0o755 });
    }
    const { stdout } = await new Deno.Command("tar", { args: ["-cz", "-C", folder, "aws-vault-1.2.3"] })
      .output();
    return new Uint8Array(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function withFormula(
  text: string,
  use: (path: string, prefix: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "formula-" });
  try {
    await Deno.writeTextFile(`${folder}/aws-vault.rb`, text);
    await use(`${folder}/aws-vault.rb`, `${folder}/prefix`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ruby(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command("ruby", {
    args: [...args],
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
