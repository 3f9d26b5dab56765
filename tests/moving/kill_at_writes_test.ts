/** The program killed at every one of its writes while a key moves: the key is always in one of the two places, or in both. */
import assert from "node:assert/strict";
import { killAtEveryWrite } from "../races/kill_at_every_write.ts";
import { FIRST_KEYS, OTHER_KEYS, raceTest } from "../races/stage.ts";

raceTest(
  "SIGKILL at every write of an import that removes the plain text: a key is in the file, in the store, or in both",
  async (stage) => {
    const path = `${stage.folder}/credentials`;
    const sections = [["one", FIRST_KEYS], ["two", OTHER_KEYS]] as const;
    const text = sections.map(([name, { id, secret }]) =>
      `# ${name}\n[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\nregion = x\n`
    ).join("\n");
    const left = "# one\n[one]\nregion = x\n\n# two\n[two]\nregion = x\n";
    // The key that stays is in the new file too, and so in what a killed run leaves beside it.
    const oneLeft = `# one\n[one]\nregion = x\n\n${text.slice(text.indexOf("# two"))}`;
    const env = { AWS_SHARED_CREDENTIALS_FILE: path };
    const kills = await killAtEveryWrite(stage, ["import", "--yes", "--remove-source", "one"], env, {
      before: async () => {
        await Deno.writeTextFile(path, text, { mode: 0o600 });
        await Deno.writeTextFile(`${stage.folder}/config`, "[profile one]\n[profile two]\n");
        for (const [name] of sections) await stage.run(["remove", "--force", name]);
      },
      after: async () => {
        const now = await Deno.readTextFile(path);
        assert.ok(now === text || now === oneLeft, "the file is neither the old one nor the new one");
        for (const [name, keys] of sections) {
          if (now.includes(keys.secret)) continue;
          const { stdout, stderr } = await stage.run(["export", "--no-session", "--format=json", name]);
          assert.ok(
            stdout.includes(keys.secret),
            `${name} is neither in the file nor in the store: ${stderr}`,
          );
        }
        const again = await stage.run(["import", "--yes", "--remove-source"], env);
        assert.equal(again.code, 0, again.stderr);
        assert.equal(await Deno.readTextFile(path), left);
        for (const { name, isFile } of Deno.readDirSync(stage.folder)) {
          if (!isFile) continue;
          const content = await Deno.readTextFile(`${stage.folder}/${name}`);
          assert.ok(!sections.some(([, { secret }]) => content.includes(secret)), `${name} still has a key`);
        }
      },
    });
    assert.ok(kills >= 6, `killed ${kills} times`); // of the item and of the file: flushed, renamed, folder flushed
  },
);

raceTest(
  "SIGKILL at every write of a migration that deletes the source: the key is in one folder, or in both",
  async (stage) => {
    const from = `${stage.folder}/from`, to = `${stage.folder}/to`;
    const move = [
      "migrate-backend",
      "--from=file",
      "--to=file",
      `--from-file-dir=${from}`,
      `--file-dir=${to}`,
      "--delete-source",
    ];
    const items = (folder: string) => {
      try {
        return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => !name.startsWith("."));
      } catch (error) {
        ignoreMissing(error);
        return [];
      }
    };
    const kills = await killAtEveryWrite(stage, move, {}, {
      before: async () => {
        for (const folder of [from, to]) await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
        await Deno.mkdir(from);
        await Deno.copyFile(`${stage.folder}/keys/plain`, `${from}/plain`);
      },
      after: async () => {
        assert.ok(items(from).includes("plain") || items(to).includes("plain"));
        const again = await stage.run(move);
        assert.equal(again.code, 0, again.stderr);
        assert.deepEqual([items(from), items(to)], [[], ["plain"]]);
        const { stdout, stderr } = await stage.run([
          `--file-dir=${to}`,
          "export",
          "--no-session",
          "--format=json",
          "plain",
        ]);
        assert.ok(stdout.includes(FIRST_KEYS.secret), stderr);
      },
    });
    assert.ok(kills >= 12, `killed ${kills} times`); // of a probe in each place and of the copy; three removals
  },
);

raceTest(
  "import and add write the key nowhere but into the store, in no form that can be read",
  async (stage) => {
    const path = `${stage.folder}/credentials`,
      csv = `${stage.folder}/key.csv`,
      trace = `${stage.folder}/trace`;
    const { id, secret } = OTHER_KEYS;
    await Deno.writeTextFile(path, `[one]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`);
    await Deno.writeTextFile(csv, `Access key ID,Secret access key\n${id},${secret}\n`);
    const calls =
      "write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,execve,memfd_create,copy_file_range,splice,sendfile";
    const strace = ["strace", "-f", "-qq", "-s", "1000000", "-x", "-v", "-o", trace, "-e", `trace=${calls}`];
    for (
      const args of [["import", "--yes", "--remove-source"], ["add", `--file=${csv}`, "two"], [
        "import",
        "--from=csv",
        `--file=${csv}`,
        "--yes",
        "--remove-source",
        "three",
      ]]
    ) {
      const { code, stderr } = await stage.start(args, { AWS_SHARED_CREDENTIALS_FILE: path }, strace).ended;
      assert.equal(code, 0, stderr);
      const traced = await Deno.readTextFile(trace);
      assert.match(traced, /write/);
      for (const form of [secret, btoa(secret), encodeURIComponent(secret)]) {
        assert.ok(!traced.includes(form.slice(0, 24)), `the secret was written by ${args[0]}`);
      }
    }
    // The same look sees what is written on purpose.
    await stage.start(["export", "--no-session", "--format=json", "two"], {}, strace).ended;
    assert.ok((await Deno.readTextFile(trace)).includes(secret));
  },
);

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
