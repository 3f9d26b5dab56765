/** A dozen processes that write one config file at the same time: every one of their profiles is in it afterwards. */
import assert from "node:assert/strict";
import { FIRST_KEYS, raceTest, type Stage } from "./stage.ts";

const PROCESSES = 12;
const ROUNDS = 3;
const KEYS = { AWS_ACCESS_KEY_ID: FIRST_KEYS.id, AWS_SECRET_ACCESS_KEY: FIRST_KEYS.secret };

async function addAll(stage: Stage, config: string, env: Readonly<Record<string, string>>): Promise<void> {
  const names = Array.from({ length: PROCESSES }, (_, i) => `p${i}`);
  const running = names.map((name) =>
    stage.start(["add", "--env", name], { ...KEYS, AWS_CONFIG_FILE: config, ...env })
  );
  for (const { ended } of running) {
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "");
  }
  const sections = Deno.readTextFileSync(config).match(/^\[profile p\d+\]$/gm) ?? [];
  assert.deepEqual(sections.sort(), names.map((name) => `[profile ${name}]`).sort());
}

raceTest("a dozen adds at once into a home without a config file: no section is lost", async (stage) => {
  for (let round = 0; round < ROUNDS; round++) await addAll(stage, `${stage.folder}/new${round}/config`, {});
});

raceTest("a dozen adds at once into one config file, by its name and by a link to it", async (stage) => {
  for (let round = 0; round < ROUNDS; round++) {
    const config = `${stage.folder}/config${round}`, link = `${stage.folder}/link${round}`;
    Deno.writeTextFileSync(config, "# kept\n[default]\nregion = eu-west-1\n");
    Deno.symlinkSync(config, link);
    await Promise.all([
      addAll(stage, config, {}),
      stage.run(["add", "--env", "linked"], {
        ...KEYS,
        AWS_CONFIG_FILE: link,
      }),
    ]);
    const text = Deno.readTextFileSync(config);
    assert.ok(text.startsWith("# kept\n[default]\nregion = eu-west-1\n"));
    assert.match(text, /^\[profile linked\]$/m);
    assert.ok(Deno.lstatSync(link).isSymlink);
  }
});

raceTest(
  "add waits for another's edit, but not for ever: the key is stored, and config-busy says why no more",
  async (stage) => {
    await stage.run(["add", "--env", "first"], KEYS);
    const lock = [...Deno.readDirSync(stage.cache)].map(({ name }) => name).find((name) =>
      name.startsWith("aws-file-")
    );
    assert.ok(lock);
    const holder = new Deno.Command("flock", { args: [`${stage.cache}/${lock}`, "sleep", "60"] }).spawn();
    try {
      const { code, stdout, stderr } = await stage.run(["add", "--env", "second"], KEYS);
      assert.equal(code, 1);
      assert.match(stdout, /Added the access key of profile "second"/);
      assert.match(stderr, /another aws-vault process has been editing .*config for too long/);
      assert.doesNotMatch(Deno.readTextFileSync(`${stage.folder}/config`), /second/);
    } finally {
      holder.kill("SIGKILL");
      await holder.status;
    }
  },
);

raceTest("where no lock can be made, profiles are added all the same", async (stage) => {
  const config = `${stage.folder}/unlocked`;
  const env = { ...KEYS, AWS_CONFIG_FILE: config, AWS_VAULT_CACHE_DIR: "/proc/nowhere" };
  for (const name of ["a", "b"]) {
    const { code, stderr } = await stage.run(["add", "--env", name], env);
    assert.equal(code, 0, stderr);
  }
  assert.equal(Deno.readTextFileSync(config), "[profile a]\n\n[profile b]\n");
});
