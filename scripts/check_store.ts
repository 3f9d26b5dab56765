/**
 * `deno run -A scripts/check_store.ts [--program=dist/aws-vault] [--store=keychain|wincred|file]`: one built program on the system it was
 * built for, with that system's own store. Stores a made-up key, gets it back, removes it, and leaves nothing: on macOS in a throw-away
 * keychain, on Windows under a name of this run's own, elsewhere in a folder of files. Talks to nobody.
 */
import { runTask } from "./run_task.ts";
import { taskOptions } from "./task_options.ts";

/** AWS's own examples of a key. */
const KEY = {
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const STEP_TIMEOUT_MS = 90_000;

interface Step {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What must hold of stdout; a sentence for people with it. */
  readonly expect: readonly [sentence: string, holds: (stdout: string) => boolean];
}

/**
 * What is asked of the program, in order. In the keychain a key that `add` stored is for no program until a person has allowed it in a dialog;
 * there, reading is tried with doctor's own item alone.
 */
function steps(profile: string, version: string, store: string): readonly Step[] {
  const stored = (stdout: string) => stdout.split(/\r?\n/).includes(profile);
  return [
    { args: ["--version"], expect: ["it is this version", (stdout) => stdout.trim() === version] },
    {
      args: ["add", "--env", profile],
      env: KEY,
      expect: ["the key is stored", (stdout) => stdout.includes(profile)],
    },
    { args: ["list", "--credentials"], expect: ["it is listed", stored] },
    ...store === "keychain" ? [] : readingSteps(profile),
    {
      args: ["doctor", "--try-store"],
      expect: ["doctor's own item too", (stdout) => stdout.includes("read and removed a made-up item")],
    },
    { args: ["remove", "--force", profile], expect: ["it is removed", () => true] },
    { args: ["list", "--credentials"], expect: ["it is not listed any more", (stdout) => !stored(stdout)] },
  ];
}

function readingSteps(profile: string): readonly Step[] {
  const sameKey = (stdout: string) => {
    const { AccessKeyId, SecretAccessKey } = JSON.parse(stdout) as Record<string, unknown>;
    return AccessKeyId === KEY.AWS_ACCESS_KEY_ID && SecretAccessKey === KEY.AWS_SECRET_ACCESS_KEY;
  };
  return [
    { args: ["export", "--no-session", "--format=json", profile], expect: ["it comes back", sameKey] },
    {
      args: ["exec", "--no-session", profile, "--", ...printVariable("AWS_ACCESS_KEY_ID")],
      expect: ["a child gets it", (stdout) => stdout.trim() === KEY.AWS_ACCESS_KEY_ID],
    },
  ];
}

function printVariable(name: string): string[] {
  return Deno.build.os === "windows" ? ["cmd.exe", "/d", "/c", `echo %${name}%`] : ["printenv", name];
}

async function checkStore(program: string, store: string): Promise<void> {
  const config = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const folder = await Deno.makeTempDir();
  const env = {
    AWS_CONFIG_FILE: `${folder}/config`,
    AWS_VAULT_BACKEND: store,
    AWS_VAULT_CACHE_DIR: `${folder}/cache`,
    AWS_VAULT_FILE_DIR: `${folder}/keys`,
    AWS_VAULT_FILE_PASSPHRASE: "only for this check",
    AWS_VAULT_PROMPT: "none",
  };
  const keychain = store === "keychain" ? await ThrowAwayKeychain.create() : null;
  let [passed, failed] = [0, 0];
  try {
    for (const step of steps(`check-${crypto.randomUUID()}`, config.version, store)) {
      const { success, stdout, stderr } = await run(program, step.args, { ...env, ...step.env });
      const [sentence, holds] = step.expect;
      const good = success && holds(stdout);
      console.log(`${good ? "ok    " : "FAILED"} ${store}: ${sentence}`);
      // The one secret of this check is in AWS's documentation.
      if (!good) console.log(`${stdout}${stderr}`);
      good ? passed++ : failed++;
    }
  } finally {
    await keychain?.remove();
    await Deno.remove(folder, { recursive: true });
  }
  console.log(`${store}: ${passed} passed, ${failed} failed`);
  if (failed > 0) throw new Error(`${program} does not work with ${store} here`);
}

/** `aws-vault.keychain-db`, unlocked, locked by itself after five minutes without use, and for this run the default keychain. */
class ThrowAwayKeychain {
  static readonly #name = "aws-vault.keychain-db";
  readonly #before: string;

  private constructor(before: string) {
    this.#before = before;
  }

  static async create(): Promise<ThrowAwayKeychain> {
    const list = await security("list-keychains", "-d", "user");
    if (list.includes(this.#name)) {
      throw new Error(`${this.#name} is there already; this check is for a machine that has none`);
    }
    const before = (await security("default-keychain", "-d", "user")).trim().replaceAll('"', "");
    const password = crypto.randomUUID();
    await security("create-keychain", "-p", password, this.#name);
    await security("set-keychain-settings", "-l", "-u", "-t", "300", this.#name);
    await security("unlock-keychain", "-p", password, this.#name);
    const others = list.split("\n").map((line) => line.trim().replaceAll('"', "")).filter((line) =>
      line !== ""
    );
    await security("list-keychains", "-d", "user", "-s", this.#name, ...others);
    await security("default-keychain", "-d", "user", "-s", this.#name);
    return new ThrowAwayKeychain(before);
  }

  /** Also takes it off the list. */
  async remove(): Promise<void> {
    await security("default-keychain", "-d", "user", "-s", this.#before);
    await security("delete-keychain", ThrowAwayKeychain.#name);
  }
}

async function security(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await run("/usr/bin/security", args, {});
  if (!success) throw new Error(`security ${args[0]} failed: ${stderr.trim()}`);
  return stdout;
}

async function run(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "null",
    signal: AbortSignal.timeout(STEP_TIMEOUT_MS),
  }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

if (import.meta.main) {
  await runTask("check_store", async () => {
    const own = { darwin: "keychain", windows: "wincred" } as Readonly<Record<string, string>>;
    const { program, store } = taskOptions(Deno.args, {
      program: Deno.build.os === "windows" ? "dist/aws-vault.exe" : "dist/aws-vault",
      store: own[Deno.build.os] ?? "file",
    });
    await checkStore(await Deno.realPath(program), store);
  });
}
