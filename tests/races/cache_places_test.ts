/** Caches in places that fail or belong to others, and kernels that keep no keys: an answer all the same, and nobody else's secrets. */
import assert from "node:assert/strict";
import { raceTest, type Stage } from "./stage.ts";

/** Debian's `nobody`. */
const OTHER_USER = 65_534;
const isRoot = Deno.uid() === 0;
const LOCKED = { AWS_VAULT_FILE_PASSPHRASE: null };

/** Only root can mount file systems and become another user. */
const asRoot: typeof raceTest = isRoot ? raceTest : (name) => Deno.test.ignore(name, () => {});

/** The stage's cache on a file system of its own for the time of the test. */
async function onFileSystem(stage: Stage, options: string, test: () => Promise<void>): Promise<void> {
  Deno.mkdirSync(stage.cache, { mode: 0o700 });
  run("mount", "-t", "tmpfs", "-o", options, "tmpfs", stage.cache);
  try {
    await test();
  } finally {
    run("umount", stage.cache);
  }
}

function run(command: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(command, { args }).outputSync();
  assert.ok(success, `${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

asRoot(
  "a cache on a disk that fills up: answers, a warning that they are not kept, and no half record",
  async (stage) => {
    // Room for the key of the stage's first call, and no page more.
    await onFileSystem(stage, "size=16k,mode=700", async () => {
      const first = await stage.ask("plain");
      assert.equal(first.code, 0, first.stderr);
      Deno.writeFileSync(`${stage.cache}/ballast`, new Uint8Array(4096));
      try {
        for (let i = 0;; i++) Deno.writeFileSync(`${stage.cache}/more${i}`, new Uint8Array(4096));
      } catch (error) {
        assert.match(String(error), /No space left/);
      }
      const before = stage.records();
      const full = await stage.ask("base");
      assert.equal(full.code, 0, full.stderr);
      assert.match(full.stderr, /could not keep the session for next time: .*no space/i);
      assert.deepEqual(stage.records(), before);
      assert.deepEqual([...Deno.readDirSync(stage.cache)].filter(({ name }) => /\.tmp|~$/.test(name)), []);
      // What was there before is still good, and with room again all is well.
      assert.equal((await stage.ask("plain")).stdout, first.stdout);
      Deno.removeSync(`${stage.cache}/ballast`);
      for (const { name } of Deno.readDirSync(stage.cache)) {
        if (name.startsWith("more")) Deno.removeSync(`${stage.cache}/${name}`);
      }
      const kept = await stage.ask("base");
      assert.equal(kept.stderr, "");
      assert.equal((await stage.ask("base")).stdout, kept.stdout);
    });
  },
);

asRoot(
  "a cache that has become read-only: what is in it is answered, other answers come with a warning",
  async (stage) => {
    await onFileSystem(stage, "mode=700", async () => {
      const first = await stage.ask("plain");
      run("mount", "-o", "remount,ro", stage.cache);
      const again = await stage.ask("plain");
      assert.deepEqual([again.stdout, again.stderr], [first.stdout, ""]);
      assert.equal((await stage.run(["list"])).code, 0);
      const other = await stage.ask("base");
      assert.equal(other.code, 0, other.stderr);
      assert.match(other.stderr, /read-only/i);
      const cleared = await stage.run(["clear"]);
      assert.equal(cleared.code, 1);
      assert.match(cleared.stderr, /read-only/i);
      // A lock needs no disk.
      assert.equal((await stage.run(["lock"])).stdout, "Locked the cached sessions\n");
    });
  },
);

asRoot(
  "another user of the machine, who may read every file: no answer, no key, no secret",
  async (stage) => {
    await stage.ask("plain");
    const open = (path: string) => {
      Deno.chmodSync(path, Deno.statSync(path).isDirectory ? 0o755 : 0o644);
      if (Deno.statSync(path).isDirectory) {
        for (const { name } of Deno.readDirSync(path)) {
          open(`${path}/${name}`);
        }
      }
    };
    open(stage.cache);
    Deno.chmodSync(stage.folder, 0o755);
    const through = ["setpriv", `--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, "--clear-groups"];
    const calls = stage.aws.calls.length;
    const stolen = await stage.start(["export", "--format=json", "plain"], LOCKED, through).ended;
    assert.deepEqual([stolen.code, stolen.stdout], [1, ""], stolen.stderr);
    assert.equal(stage.aws.calls.length, calls);
    // The kernel shows that other user none of our keys.
    const shown = await new Deno.Command("setpriv", { args: [...through.slice(1), "cat", "/proc/keys"] })
      .output();
    const seen = new TextDecoder().decode(shown.stdout).split("\n").filter((line) =>
      line.includes(stage.folder)
    );
    // Of its own it has what its call noted before it went to the store.
    assert.deepEqual(
      seen.map((line) => {
        const [, , , , , owner, , , name] = line.trim().split(/ +/);
        return [owner, name];
      }),
      [[String(OTHER_USER), `aws-vault:unlocked:file:${stage.folder}/keys:`]],
    );
    // The right user is not impressed by the modes.
    assert.equal((await stage.ask("plain", LOCKED)).code, 0);
  },
);

raceTest(
  "a process without a link to the user's keyring (systemd services): a cached answer without the store",
  async (stage) => {
    const first = await stage.ask("plain");
    const hit = await stage.start(["export", "--format=json", "plain"], LOCKED, ["keyctl", "session", "-"])
      .ended;
    assert.deepEqual([hit.code, hit.stdout], [0, first.stdout], hit.stderr);
    // It can also be the one that unlocks for all others.
    await stage.run(["lock"]);
    const unlocking = await stage.start(["export", "--format=json", "plain"], {}, ["keyctl", "session", "-"])
      .ended;
    assert.equal(unlocking.stdout, first.stdout);
    assert.equal((await stage.ask("plain", LOCKED)).stdout, first.stdout);
  },
);

for (
  const [what, error] of [["refuses", "EPERM"], ["has no", "ENOSYS"], [
    "has no more room for",
    "EDQUOT",
  ]] as const
) {
  raceTest(
    `a kernel (or container) that ${what} keys: the store is asked for the key, and AWS not again`,
    async (stage) => {
      const calls = error === "EDQUOT" ? "add_key" : "add_key,keyctl";
      const kernel = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        `trace=${calls}`,
        "-e",
        `inject=${calls}:error=${error}`,
      ];
      const ask = (env = {}) => stage.start(["export", "--format=json", "plain"], env, kernel).ended;
      const first = await ask();
      assert.deepEqual([first.code, first.stderr], [0, ""]);
      assert.equal((await ask()).stdout, first.stdout);
      assert.equal(stage.aws.calls.length, 1);
      const locked = await ask(LOCKED);
      assert.deepEqual([locked.code, locked.stdout], [1, ""]);
      assert.match(locked.stderr, /passphrase|terminal/);
      const lock = await stage.start(["lock"], {}, kernel).ended;
      assert.deepEqual(
        [lock.code, lock.stdout],
        [0, "The cached sessions are locked already\n"],
        lock.stderr,
      );
    },
  );
}

raceTest(
  "neither the cache nor the kernel's table of keys names anything but profiles, stores and times",
  async (stage) => {
    await stage.ask("role0");
    const table = Deno.readTextFileSync("/proc/keys").split("\n").filter((line) =>
      line.includes(stage.folder)
    );
    assert.deepEqual(
      table.map((line) => / user +(\S+):file:\/\S+\/keys: (\d+)$/.exec(line)?.slice(1)).sort(),
      [["aws-vault:session-cache-key", "40"], ["aws-vault:unlocked", "16"]],
    );
    for (const { name } of Deno.readDirSync(stage.cache)) {
      assert.match(
        name,
        /^(?:[0-9a-f]{64}\.(?:session|lock)|mfa-[0-9a-f]{64}\.(?:lock|spent)|cache-key\.lock|swept)$/,
      );
    }
    for (const name of stage.records()) {
      const header = JSON.parse(Deno.readTextFileSync(`${stage.cache}/${name}`).split("\n")[0]!);
      assert.deepEqual(Object.keys(header), [
        "format",
        "kind",
        "profile",
        "involved",
        "issuedAt",
        "expiresAt",
        "keyId",
      ]);
      assert.match(header.keyId, /^[0-9a-f]{16}$/);
    }
  },
);
