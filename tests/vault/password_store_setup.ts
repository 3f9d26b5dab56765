/**
 * Password stores of their own with throw-away keys, for tests: real pass and gpg with its agent, and real age under passage or the
 * stand-in for it. Needs Debian's packages pass, gnupg and age; `AWS_VAULT_TEST_PASSAGE` names a real passage.
 */
import assert from "node:assert/strict";
import { createDenoHost } from "../../src/host/deno.ts";
import { silentLog } from "../../src/log.ts";
import { type PassFlavor, PassStore, type PassStoreDeps } from "../../src/vault/stores/pass_store.ts";

const host = createDenoHost();

export interface PasswordStore {
  readonly flavor: PassFlavor;
  readonly directory: string;
  /** The program that reads and writes it, by name or path. */
  readonly program: string;
  /** For that program; knows nothing of the user's home. */
  readonly env: Readonly<Record<string, string>>;
  /** Notes to the user, in order. */
  readonly notes: readonly string[];
  store(deps?: Partial<PassStoreDeps>): PassStore;
  /** Runs the program itself; answers what it prints. */
  tool(args: readonly string[], stdin?: string): Promise<string>;
  remove(): Promise<void>;
}

export interface GpgKey {
  /** Empty: the key needs none. */
  readonly passphrase: string;
}

const ID = "throw-away@example.com";

/** A store made by `pass init`, with a key of its own. */
export async function realPassStore(key: GpgKey = { passphrase: "" }): Promise<PasswordStore> {
  // Short: the agent's socket has to fit into 108 bytes.
  const home = Deno.makeTempDirSync({ dir: "/tmp", prefix: "avp-" });
  const gnupgHome = `${home}/gnupg`;
  Deno.mkdirSync(gnupgHome, { mode: 0o700 });
  const env = {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: home,
    LC_ALL: "C.UTF-8",
    GNUPGHOME: gnupgHome,
    PASSWORD_STORE_DIR: `${home}/store`,
  };
  const made = passwordStore("pass", `${home}/store`, "pass", env, async () => {
    await run("gpgconf", ["--kill", "gpg-agent"], env);
    Deno.removeSync(home, { recursive: true });
  });
  const protection = ["--batch", "--pinentry-mode=loopback", `--passphrase=${key.passphrase}`];
  await run("gpg", [...protection, "--quick-gen-key", ID, "future-default", "default", "never"], env);
  await made.tool(["init", ID]);
  if (key.passphrase !== "") await run("gpgconf", ["--kill", "gpg-agent"], env); // it remembers the new key
  return made;
}

/** A store with an identity of its own. */
export async function realAgeStore(): Promise<PasswordStore> {
  const home = Deno.makeTempDirSync({ prefix: "aws-vault-age-" });
  const env = {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: home,
    LC_ALL: "C.UTF-8",
    PASSAGE_DIR: `${home}/.passage/store`,
  };
  Deno.mkdirSync(env.PASSAGE_DIR, { recursive: true });
  await run("age-keygen", ["-o", `${home}/.passage/identities`], env);
  const program = Deno.env.get("AWS_VAULT_TEST_PASSAGE") ??
    new URL("passage_stand_in.sh", import.meta.url).pathname;
  return passwordStore("passage", env.PASSAGE_DIR, program, env, () => {
    Deno.removeSync(home, { recursive: true });
    return Promise.resolve();
  });
}

function passwordStore(
  flavor: PassFlavor,
  directory: string,
  program: string,
  env: Record<string, string>,
  remove: () => Promise<void>,
): PasswordStore {
  const notes: string[] = [];
  return {
    flavor,
    directory,
    program,
    env,
    notes,
    store: (deps = {}) =>
      new PassStore({
        flavor,
        command: program,
        directory,
        prefix: "",
        terminalName: () => Promise.resolve(null),
        processes: () => host.processes(),
        env,
        mayAsk: false,
        note: (message) => notes.push(message),
        files: host.files,
        random: host.random,
        clock: host.clock,
        log: silentLog,
        ...deps,
      }),
    tool: (args, stdin) => run(program, args, env, stdin),
    remove,
  };
}

/** What the program prints. */
export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  stdin = "",
): Promise<string> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      env,
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (failure) {
    throw new Error(`this test needs ${command} (Debian packages gnupg, pass, age)`, { cause: failure });
  }
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {}); // it need not read
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  assert.ok(success, `${command} ${args[0]} failed: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
