import assert from "node:assert/strict";
import { releaseDate, releaseFacts } from "../../scripts/release/release_facts.ts";
import {
  archiveExtension,
  archiveName,
  chosenTargets,
  executableName,
  releaseTargets,
} from "../../scripts/release/release_target.ts";

const root = new URL("../..", import.meta.url).pathname;

Deno.test("releaseTargets have names that no two builds share, and Deno's say what they are", () => {
  const names = releaseTargets.map((target) =>
    `${archiveName(target, "1.2.3")}${archiveExtension(target)} ${executableName(target)}`
  );
  assert.deepEqual(names, [
    "aws-vault-1.2.3-linux-x64.tar.gz aws-vault",
    "aws-vault-1.2.3-linux-arm64.tar.gz aws-vault",
    "aws-vault-1.2.3-linux-x64-musl.tar.gz aws-vault",
    "aws-vault-1.2.3-linux-arm64-musl.tar.gz aws-vault",
    "aws-vault-1.2.3-darwin-x64.tar.gz aws-vault",
    "aws-vault-1.2.3-darwin-arm64.tar.gz aws-vault",
    "aws-vault-1.2.3-windows-x64.zip aws-vault.exe",
    "aws-vault-1.2.3-windows-arm64.zip aws-vault.exe",
    "aws-vault-deno-1.2.3-x86_64-unknown-linux-gnu.tar.gz aws-vault",
    "aws-vault-deno-1.2.3-aarch64-unknown-linux-gnu.tar.gz aws-vault",
    "aws-vault-deno-1.2.3-x86_64-apple-darwin.tar.gz aws-vault",
    "aws-vault-deno-1.2.3-aarch64-apple-darwin.tar.gz aws-vault",
    "aws-vault-deno-1.2.3-x86_64-pc-windows-msvc.zip aws-vault.exe",
  ]);
});

Deno.test("chosenTargets takes groups and names, each target once, and refuses others by name", () => {
  const names = (choice: string) => chosenTargets(choice).map(({ name }) => name);
  assert.equal(names("all").length, 13);
  assert.equal(names("bun").length, 8);
  assert.equal(names("deno").length, 5);
  assert.deepEqual(names("windows-x64,linux-x64,linux-x64"), ["linux-x64", "windows-x64"]);
  assert.throws(
    () => names("linux-x64,sparc"),
    /^Error: no such target: sparc \(one of all, bun, deno, linux-x64,/,
  );
  assert.throws(() => names(""), /no such target: /);
});

Deno.test("releaseDate takes epoch seconds that a ZIP archive can say", () => {
  assert.equal(releaseDate("1700000000"), 1_700_000_000);
  for (const bad of ["", "0", "x", "-5", "1.5", "1e9", "17000000000000"]) {
    assert.throws(() => releaseDate(bad), /SOURCE_DATE_EPOCH must be epoch seconds after 1980: /, bad);
  }
});

Deno.test("releaseFacts come from git, or from outside where there is none", async () => {
  const facts = await releaseFacts(root, null);
  assert.match(facts.commit, /^[0-9a-f]{40}(-dirty)?$/);
  const folder = await Deno.makeTempDir({ prefix: "release-facts-" });
  try {
    await assert.rejects(releaseFacts(folder, null), /without git give --commit and SOURCE_DATE_EPOCH/);
  } finally {
    await Deno.remove(folder);
  }
});
