/**
 * The Linux archives at work in bad places, as root who becomes nobody: `deno test -A tests/archives/prove_linux.ts`. No home, no
 * environment, a read-only folder, bad temporary folders, a chroot with nothing but the C runtime; ARM and an old processor in QEMU.
 */
import assert from "node:assert/strict";
import { builtTarget, run, type RunResult, succeeds, withUnpacked } from "./release_archives.ts";

const NOBODY = "65534";
const KEY_ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/** Starts the program with exactly this environment. */
type Start = (env: Readonly<Record<string, string>>, args: readonly string[]) => Promise<RunResult>;

/** Makes the temporary folder what a row says. Answers how to undo it. */
const temporaryFolders: Readonly<Record<string, (path: string) => Promise<() => Promise<unknown>>>> = {
  "that is not there": async (path) => {
    await Deno.remove(path);
    return () => Promise.resolve();
  },
  "that nothing can be run from": async (path) => {
    await succeeds("mount", ["-t", "tmpfs", "-o", "noexec,mode=1777", "tmpfs", path]);
    return () => succeeds("umount", [path]);
  },
  "that cannot be written": async (path) => {
    await Deno.chmod(path, 0o555);
    return () => Promise.resolve();
  },
  "full of someone else's files": async (path) => {
    await Deno.chmod(path, 0o1777);
    // What the runtime would call an addon that it unpacks begins with the first of these.
    for (const name of [`.bun-${NOBODY}-0000000000000000.node`, "aws-vault", "libc.so.6"]) {
      await Deno.writeTextFile(`${path}/${name}`, "not a library");
    }
    return () => Promise.resolve();
  },
};

Deno.test("the linux-x64 archive works for a user without home, from a read-only folder", async (test) => {
  const target = builtTarget("linux-x64");
  await withUnpacked(target, async ({ folder }) => {
    await openToAll(folder);
    for (const [name, prepare] of Object.entries(temporaryFolders)) {
      await test.step(`with a TMPDIR ${name}`, () =>
        withWork(async (work) => {
          const tmp = `${work}/tmp`;
          await Deno.mkdir(tmp);
          const undo = await prepare(tmp);
          try {
            const before = namesIn(tmp);
            await doesItsJob(asNobody(READ_ONLY, folder), { TMPDIR: tmp }, work, target.name);
            assert.deepEqual(namesIn(tmp), before, "something was written to TMPDIR");
          } finally {
            await undo();
          }
        }));
    }
  });
});

Deno.test("the linux-x64 archive works in a chroot with the libraries it names and /proc", async () => {
  const target = builtTarget("linux-x64");
  await withUnpacked(target, async ({ folder, executable }) => {
    const listed = await succeeds("ldd", [executable]);
    const libraries = [...listed.matchAll(/(\/lib\S+) \(0x/g)].map(([, path = ""]) => path);
    assert.deepEqual(
      libraries.map((path) => path.replace(/.*\//, "")).sort(),
      ["ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0"],
    );
    for (const path of libraries) {
      await Deno.mkdir(`${folder}${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.copyFile(path, `${folder}${path}`);
    }
    await doesItsJobInChroot(folder, target.name);
  });
});

// Debian's musl (1.2.3) is older than the libstdc++ that goes with Bun's, so a folder with both must come from elsewhere.
const musl = Deno.env.get("AWS_VAULT_TEST_MUSL");
if (musl !== undefined) {
  Deno.test("the linux-x64-musl archive works in a chroot with musl, libstdc++ and /proc", async () => {
    const target = builtTarget("linux-x64-musl");
    await withUnpacked(target, async ({ folder }) => {
      await succeeds("cp", ["-rL", `${musl}/lib`, `${musl}/usr`, folder]);
      await doesItsJobInChroot(folder, target.name);
    });
  });
}

Deno.test("the linux-arm64 archive works under QEMU, with Debian's cross libraries", async () => {
  const target = builtTarget("linux-arm64");
  await withUnpacked(target, async ({ executable }) => {
    await withWork((work) =>
      doesItsJob(
        (env, args) =>
          run("/usr/bin/qemu-aarch64-static", ["-L", "/usr/aarch64-linux-gnu", executable, ...args], { env }),
        {},
        work,
        target.name,
      )
    );
  });
});

Deno.test("the linux-x64 archive starts on a processor of 2008, which has SSE4.2 and no AVX", async () => {
  await withUnpacked(builtTarget("linux-x64"), async ({ executable }) => {
    const nehalem = await run("/usr/bin/qemu-x86_64-static", ["-cpu", "Nehalem", executable, "version"]);
    assert.deepEqual(nehalem, { code: 0, stdout: nehalem.stdout, stderr: nehalem.stderr });
    assert.match(nehalem.stdout, /^\d+\.\d+\.\d+\n$/);
  });
});

/** Stores a key in a file, gives it out, lists it; says what it is; fails in words where there is no bus. */
async function doesItsJob(
  start: Start,
  given: Readonly<Record<string, string>>,
  work: string,
  target: string,
): Promise<void> {
  const told = await start(given, ["version", "--json"]);
  assert.equal(told.stderr, "");
  const { build, target: name } = JSON.parse(told.stdout) as Record<string, unknown>;
  assert.deepEqual({ build, name }, { build: "bun", name: target });
  const env = {
    ...given,
    AWS_CONFIG_FILE: `${work}/config`,
    AWS_VAULT_CACHE_DIR: `${work}/cache`,
    AWS_VAULT_BACKEND: "file",
    AWS_VAULT_FILE_DIR: `${work}/keys`,
    AWS_VAULT_FILE_PASSPHRASE: "correct horse",
  };
  const added = await start(
    { ...env, AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET },
    ["add", "work", "--env"],
  );
  assert.equal(added.code, 0, added.stderr);
  const answer = await start(env, ["exec", "work", "--no-session", "--json"]);
  assert.equal(answer.stderr, "");
  assert.deepEqual(JSON.parse(answer.stdout), { Version: 1, AccessKeyId: KEY_ID, SecretAccessKey: SECRET });
  const listed = await start(env, ["list", "--credentials"]);
  assert.deepEqual(listed, { code: 0, stdout: "work\n", stderr: "" });
  const refused = await start({ ...env, AWS_VAULT_BACKEND: "secret-service" }, ["list"]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^aws-vault: error: list: /);
}

/** `/w` in the chroot is writable. */
async function doesItsJobInChroot(folder: string, target: string): Promise<void> {
  await openToAll(folder);
  await Deno.mkdir(`${folder}/proc`);
  await Deno.mkdir(`${folder}/w`);
  await Deno.chmod(`${folder}/w`, 0o777);
  await doesItsJob(asNobody(CHROOT, folder), {}, "/w", target);
}

const READ_ONLY = `
folder="$1"; shift
/usr/bin/mount --bind "$folder" "$folder"
/usr/bin/mount -o remount,bind,ro "$folder"
exec /usr/bin/setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups "$folder/aws-vault" "$@"`;

/** JavaScriptCore looks for its stack in `/proc/self/maps`, and gives up where there is no `/proc`. */
const CHROOT = `
root="$1"; shift
/usr/bin/mount -t proc proc "$root/proc"
exec /usr/sbin/chroot --userspec=${NOBODY}:${NOBODY} "$root" /aws-vault "$@"`;

/** Starts the folder's program by a shell script of root's with mounts of its own; they end with it. */
function asNobody(script: string, folder: string): Start {
  return (env, args) =>
    run("/usr/bin/unshare", ["--mount", "/bin/sh", "-ec", script, "sh", folder, ...args], { env });
}

/** A folder of nobody's, removed afterwards. */
async function withWork(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "archive-work-" });
  try {
    await Deno.chmod(folder, 0o777);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The unpacked folder, and the private one of this test above it. */
async function openToAll(folder: string): Promise<void> {
  await Deno.chmod(folder, 0o755);
  await Deno.chmod(folder.slice(0, folder.lastIndexOf("/")), 0o755);
}

/** `null` when there is no such folder. */
function namesIn(folder: string): readonly string[] | null {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch (failure) {
    if (failure instanceof Deno.errors.NotFound) return null;
    throw failure;
  }
}
