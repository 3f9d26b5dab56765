/** Archives as other programs read them (`tar`, `unzip`), and as bytes when the same is packed elsewhere by other means. */
import assert from "node:assert/strict";
import { writeTarGz, writeZip } from "../../scripts/release/write_archive.ts";

const date = Date.UTC(2026, 10, 26, 3, 4, 6) / 1000;
const files = { "aws-vault": "program", "LICENSE": "licence\n", "man/man1/a.1": "", "man/man1/B.1": "ä" };

async function packed(write: typeof writeZip, mode: number): Promise<Uint8Array> {
  const parent = await Deno.makeTempDir({ prefix: "write-archive-" });
  try {
    // In another order, with other modes and dates.
    for (const [path, text] of mode === 0o600 ? Object.entries(files) : Object.entries(files).reverse()) {
      const file = `${parent}/aws-vault-1/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text, { mode });
      await Deno.utime(file, mode, mode);
    }
    await write({ parent, name: "aws-vault-1", date, executables: ["aws-vault"] }, `${parent}/archive`);
    return await Deno.readFile(`${parent}/archive`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

async function listed(program: string, args: string[], archive: Uint8Array): Promise<string[]> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeFile(file, archive);
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args: args.map((arg) => arg === "-" ? file : arg),
      env: { TZ: "UTC", LC_ALL: "C.UTF-8" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.replace(/ +/g, " "));
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("writeTarGz writes sorted files with no owner, one date and plain modes", async () => {
  const archive = await packed(writeTarGz, 0o600);
  assert.deepEqual(await listed("tar", ["--numeric-owner", "--full-time", "-tvzf", "-"], archive), [
    "-rw-r--r-- 0/0 8 2026-11-26 03:04:06 aws-vault-1/LICENSE",
    "-rwxr-xr-x 0/0 7 2026-11-26 03:04:06 aws-vault-1/aws-vault",
    "-rw-r--r-- 0/0 2 2026-11-26 03:04:06 aws-vault-1/man/man1/B.1",
    "-rw-r--r-- 0/0 0 2026-11-26 03:04:06 aws-vault-1/man/man1/a.1",
  ]);
  // RFC 1952: no date, and 255 for an unknown system.
  assert.deepEqual([...archive.subarray(4, 8), archive[9]], [0, 0, 0, 0, 255]);
});

Deno.test("writeZip writes the same, dated in UTC", async () => {
  const archive = await packed(writeZip, 0o600);
  const lines = await listed("unzip", ["-ZTs", "-"], archive);
  assert.deepEqual(
    lines.filter((line) => line.includes("aws-vault-1/")).map((line) =>
      line.split(" ").toSpliced(1, 5).join(" ")
    ),
    [
      "-rw-r--r-- 20261126.030406 aws-vault-1/LICENSE",
      "-rwxr-xr-x 20261126.030406 aws-vault-1/aws-vault",
      "-rw-r--r-- 20261126.030406 aws-vault-1/man/man1/B.1",
      "-rw-r--r-- 20261126.030406 aws-vault-1/man/man1/a.1",
    ],
  );
});

for (const write of [writeTarGz, writeZip]) {
  Deno.test(`${write.name} gives the same bytes for the same files, however they came to be`, async () => {
    assert.deepEqual(await packed(write, 0o600), await packed(write, 0o777));
  });
}
