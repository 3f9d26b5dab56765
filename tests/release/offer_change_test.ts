/** offer_change.sh against a bare repository on this disk, with a stand-in for `gh` that clones it and remembers the rest. */
import { strict as assert } from "node:assert";

const script = new URL("../../scripts/release/offer_change.sh", import.meta.url).pathname;

Deno.test("offer_change.sh pushes a branch with the file and opens one pull request, also when it runs twice", async () => {
  await inFolder(async (folder) => {
    await run(folder, "git", "init", "--quiet", "--bare", "--initial-branch=main", "tap.git");
    await run(folder, "git", "clone", "--quiet", "tap.git", "seed");
    await run(`${folder}/seed`, "git", ...IDENTITY, "commit", "--quiet", "--allow-empty", "--message=first");
    await run(`${folder}/seed`, "git", "push", "--quiet", "origin", "HEAD:main");
    await Deno.writeTextFile(`${folder}/aws-vault.rb`, "class AwsVault\nend\n");

    const first = await offer(folder, "token", "owner/tap");
    assert.equal(first.code, 0, first.stderr);
    const shown = await run(`${folder}/tap.git`, "git", "show", "aws-vault-v1.2.3:Formula/aws-vault.rb");
    assert.equal(shown, "class AwsVault\nend\n");
    assert.equal(
      await run(`${folder}/tap.git`, "git", "log", "--format=%s", "-1", "aws-vault-v1.2.3"),
      "aws-vault 1.2.3\n",
    );

    await Deno.writeTextFile(`${folder}/aws-vault.rb`, "class AwsVault # 2\nend\n");
    assert.equal((await offer(folder, "token", "owner/tap")).code, 0);
    const calls = (await Deno.readTextFile(`${folder}/gh.log`)).split("\n").filter((line) =>
      line.startsWith("pr create")
    );
    assert.equal(calls.length, 1);
    assert.match(calls[0]!, /--repo owner\/tap --head aws-vault-v1\.2\.3/);
    const again = await run(`${folder}/tap.git`, "git", "show", "aws-vault-v1.2.3:Formula/aws-vault.rb");
    assert.match(again, /# 2/);
  });
});

Deno.test("offer_change.sh says that there is nobody to offer it to, and succeeds", async () => {
  await inFolder(async (folder) => {
    for (const [token, repository] of [["", "owner/tap"], ["token", ""]] as const) {
      const { code, stdout } = await offer(folder, token, repository);
      assert.equal(code, 0);
      assert.match(stdout, /^not offered/);
    }
  });
});

const IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];

const GH = `#!/bin/sh
echo "$@" >>"$FOLDER/gh.log"
case "$1 $2" in
"repo clone") exec git clone --quiet "$FOLDER/tap.git" "$4" ;;
"pr list") if [ -e "$FOLDER/open" ]; then echo 1; fi ;;
"pr create") touch "$FOLDER/open" ;;
esac
`;

async function offer(folder: string, token: string, repository: string) {
  await Deno.mkdir(`${folder}/bin`, { recursive: true });
  await Deno.writeTextFile(`${folder}/bin/gh`, GH, { mode: 0o755 });
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: [script, repository, "aws-vault.rb", "Formula/aws-vault.rb", "v1.2.3"],
    cwd: folder,
    env: { ...GIT_ENV, GH_TOKEN: token, FOLDER: folder, PATH: `${folder}/bin:${Deno.env.get("PATH")}` },
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const GIT_ENV = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };

async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env: GIT_ENV }).output();
  assert.ok(success, `${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
