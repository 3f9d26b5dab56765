/** The program killed at every one of its writes while a key moves: the key is always in one of the two places, or in both. */
import assert from "node:assert/strict";
import { FIRST_KEYS, OTHER_KEYS, raceTest, type Stage } from "../races/stage.ts";

/** What carries a change to the disk, at whose start everything before has happened and nothing after. */
const WRITES = "fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat";
const MOST_WRITES = 80;

raceTest(
  "SIGKILL at every write of an import that removes the plain text: a key is in the file, in the store, or in both",
  async (stage) => {
    const path = `${stage.folder}/credentials`;
    const sections = [["one", FIRST_KEYS], ["two", OTHER_KEYS]] as const;
    const text = sections.map(([name, { id, secret }]) =>
      `# ${name}\n[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\nregion = x\n`
    ).join("\n");
    const left = "# one\n[one]\nregion = x\n\n# two\n[two]\nregion = x\n";
    const env = { AWS_SHARED_CREDENTIALS_FILE: path };
    const writes = await killAtEveryWrite(stage, ["import", "--yes", "--remove-source"], env, {
      before: async () => {
        await Deno.writeTextFile(path, text, { mode: 0o600 });
        for (const [name] of sections) await stage.run(["remove", "--force", name]);
      },
      after: async () => {
        const now = await Deno.readTextFile(path);
        assert.ok(now === text || now === left, "the file is neither the old one nor the new one");
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
      },
    });
    assert.ok(writes >= 6, `only ${writes} writes were met`);
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
    const key = (folder: string) =>
      stage.run([`--file-dir=${folder}`, "export", "--no-session", "--format=json", "plain"]);
    const writes = await killAtEveryWrite(stage, move, {}, {
      before: async () => {
        for (const folder of [from, to]) await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
        await Deno.mkdir(from);
        for (const name of ["base", "plain"]) {
          await Deno.copyFile(`${stage.folder}/keys/${name}`, `${from}/${name}`);
        }
      },
      after: async () => {
        const here = await key(from), there = await key(to);
        assert.ok(
          here.stdout.includes(FIRST_KEYS.secret) || there.stdout.includes(FIRST_KEYS.secret),
          here.stderr + there.stderr,
        );
        const again = await stage.run(move);
        assert.equal(again.code, 0, again.stderr);
        assert.ok((await key(to)).stdout.includes(FIRST_KEYS.secret));
        const { stdout } = await stage.run([`--file-dir=${from}`, "list", "--credentials"]);
        assert.equal(stdout, "");
        assert.deepEqual(
          [...Deno.readDirSync(to)].map(({ name }) => name).filter((name) => !name.startsWith(".")).sort(),
          [
            "base",
            "plain",
          ],
        );
      },
    });
    assert.ok(writes >= 8, `only ${writes} writes were met`);
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

interface Sweep {
  before(): Promise<void>;
  after(): Promise<void>;
}

/** How many writes a whole run makes. */
async function killAtEveryWrite(
  stage: Stage,
  args: readonly string[],
  env: Record<string, string>,
  { before, after }: Sweep,
): Promise<number> {
  for (let n = 1; n < MOST_WRITES; n++) {
    await before();
    const inject = `inject=${WRITES}:signal=KILL:when=${n}`;
    const strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${WRITES}`, "-e", inject];
    const { signal, code, stderr } = await stage.start(args, env, strace).ended;
    await after();
    if (signal !== "SIGKILL" && code === 0) return n - 1;
    assert.equal(signal ?? code, "SIGKILL", stderr);
  }
  throw new Error("the program never ran to its end");
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
