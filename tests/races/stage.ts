/**
 * A user with one MFA device, a double of AWS, a file store, and whole processes of the real program. The prompt is a program called
 * osascript that counts its calls and can be held open; nothing in the product knows of any of this.
 */
import { chosenProgram } from "../transcripts/chosen_program.ts";
import { huntSecrets } from "../transcripts/hunt_secrets.ts";
import { FakeAws, type FakeAwsCall } from "../fakes/fake_aws.ts";

/** Everything here ends long before; a test that hangs is to say where. */
const DEADLINE_MS = 90_000;
const POLL_MS = 5;
export const SERIAL = "arn:aws:iam::123456789012:mfa/u";
export const ROLE_COUNT = 10;
export const PASSPHRASE = "correct horse battery staple";
const FIRST_CODE = 100_000;

const root = new URL("../../", import.meta.url).pathname;

export interface Answer {
  readonly code: number;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Answer>;
}

export interface Keys {
  readonly id: string;
  readonly secret: string;
}

export const FIRST_KEYS: Keys = {
  id: "AKIAFIRSTFIRSTFIRST1",
  secret: "firstsecretfirstsecretfirstsecretfirst11",
};
export const OTHER_KEYS: Keys = {
  id: "AKIAOTHEROTHEROTHER1",
  secret: "othersecretothersecretothersecretother22",
};

export class Stage {
  readonly folder: string;
  readonly aws: FakeAws;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly #answers: Answer[] = [];
  readonly #running = new Map<number, Running>();

  private constructor(folder: string, argv: readonly string[], env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.argv = argv;
    const codes = Array.from({ length: 400 }, (_, i) => String(FIRST_CODE + i));
    this.aws = new FakeAws({
      users: [{
        name: "u",
        keys: [FIRST_KEYS, OTHER_KEYS],
        mfa: { serial: SERIAL, codes },
      }],
      roles: Array.from({ length: ROLE_COUNT }, (_, i) => ({
        name: `r${i}`,
        principals: ["arn:aws:iam::123456789012:root"],
        requireMfa: true,
      })),
    });
    this.env = {
      ...env,
      HOME: folder,
      PATH: `${folder}/bin:/usr/bin:/bin`,
      AWS_CONFIG_FILE: `${folder}/config`,
      AWS_ENDPOINT_URL_STS: this.aws.url,
      AWS_REGION: "us-east-1",
      AWS_VAULT_BACKEND: "file",
      AWS_VAULT_FILE_DIR: `${folder}/keys`,
      AWS_VAULT_FILE_PASSPHRASE: PASSPHRASE,
      AWS_VAULT_CACHE_DIR: this.cache,
      AWS_VAULT_PROMPT: "osascript",
      // What a test leaves in the kernel goes away by itself.
      AWS_VAULT_LOCK_AFTER: "5m",
    };
  }

  /** `choice` is the path of the program, or `deno` for this source under `deno run`. */
  static async open(choice = Deno.env.get("AWS_VAULT_TEST_PROGRAM") ?? "deno"): Promise<Stage> {
    const program = await chosenProgram(choice, root);
    const folder = await Deno.makeTempDir({ prefix: "aws-vault-race-" });
    for (const name of ["bin", "prompts", "environments"]) await Deno.mkdir(`${folder}/${name}`);
    const roles = Array.from(
      { length: ROLE_COUNT },
      (_, i) =>
        `[profile role${i}]\nsource_profile = base\nmfa_serial = ${SERIAL}\nrole_arn = arn:aws:iam::123456789012:role/r${i}\n`,
    );
    await Deno.writeTextFile(
      `${folder}/config`,
      [
        `[profile base]\nmfa_serial = ${SERIAL}\n`,
        `[profile plain]\n`,
        `[profile printed]\nmfa_serial = ${SERIAL}\nmfa_process = osascript\n`,
        ...roles,
      ].join(""),
    );
    await Deno.writeTextFile(`${folder}/bin/osascript`, promptScript(folder), { mode: 0o755 });
    const stage = new Stage(folder, program.argv, program.env);
    await Promise.all(["base", "plain"].map((profile) => stage.add(profile, FIRST_KEYS)));
    return stage;
  }

  get cache(): string {
    return `${this.folder}/cache`;
  }

  /** Stores keys under the profile; replaces those that are there. */
  async add(profile: string, keys: Keys): Promise<void> {
    const env = { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret };
    const { code, stderr } = await this.run(["add", "--env", "--no-add-config", profile], env);
    if (code !== 0) throw new Error(`could not store keys: ${stderr}`);
  }

  async run(args: readonly string[], env: Readonly<Record<string, string | null>> = {}): Promise<Answer> {
    return await this.start(args, env).ended;
  }

  /** As `credential_process` runs it. */
  async ask(profile: string, env: Readonly<Record<string, string | null>> = {}): Promise<Answer> {
    return await this.run(["export", "--format=json", profile], env);
  }

  /** Without a terminal, in a session of its own. `null` unsets a variable; `through` is what starts the program instead of us. */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string | null>> = {},
    through: readonly string[] = [],
  ): Running {
    const variables = Object.entries({ ...this.env, ...env }).filter((each): each is [string, string] =>
      each[1] !== null
    );
    const [command, ...rest] = [...through, ...this.argv, ...args];
    const child = new Deno.Command(command!, {
      args: rest,
      clearEnv: true,
      env: Object.fromEntries(variables),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    const running = { pid: child.pid, ended: this.#finish(child) };
    this.#running.set(child.pid, running);
    return running;
  }

  startMany(count: number, args: readonly string[]): Running[] {
    return Array.from({ length: count }, () => this.start(args));
  }

  /** How often somebody was asked for a code. */
  get prompts(): number {
    return [...Deno.readDirSync(`${this.folder}/prompts`)].length;
  }

  /** From now on prompts stay open until {@link answerPrompts}. */
  holdPrompts(): void {
    Deno.writeTextFileSync(`${this.folder}/hold`, "");
  }

  answerPrompts(): void {
    Deno.removeSync(`${this.folder}/hold`);
  }

  /** From now on every prompt is closed without an answer. */
  cancelPrompts(): void {
    Deno.writeTextFileSync(`${this.folder}/cancel`, "");
  }

  takePrompts(): void {
    Deno.removeSync(`${this.folder}/cancel`);
  }

  /** The process whose prompt is the `n`-th, counted from 1; waits for it. */
  async prompterOf(n: number): Promise<number> {
    await this.until(`${n} prompts`, () => this.prompts >= n);
    const asked = [...Deno.readDirSync(`${this.folder}/prompts`)].map(({ name }) =>
      name.split("-").map(Number)
    );
    asked.sort((a, b) => a[0]! - b[0]!);
    return asked[n - 1]![1]!;
  }

  /** Waits until that many of the processes are where they wait for others: they have a lock file open. */
  async untilWaiting(running: readonly Running[], count: number): Promise<void> {
    await this.until(
      `${count} waiting processes`,
      () => running.filter(({ pid }) => hasLockOpen(pid)).length >= count,
    );
  }

  async untilConnected(): Promise<void> {
    await this.until("a connection to AWS", () => connectionsTo(this.aws.port) > 0);
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
      await sleep(POLL_MS);
    }
  }

  /** Names of the records in the cache. */
  records(): string[] {
    try {
      return [...Deno.readDirSync(this.cache)].map(({ name }) => name).filter((name) =>
        name.endsWith(".session")
      );
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  callsOf(action: string): FakeAwsCall[] {
    return this.aws.calls.filter((call) => call.action === action);
  }

  /** Ends what still runs, and takes the folder away. Throws when a secret is where it was not asked for. */
  async close(): Promise<void> {
    for (const pid of this.#running.keys()) killQuietly(pid);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    this.aws.close();
    try {
      const found = huntSecrets(this.#secrets(), this.#places());
      if (found.length > 0) throw new Error(`secrets got out:\n${[...new Set(found)].join("\n")}`);
    } finally {
      await Deno.remove(this.folder, { recursive: true });
    }
  }

  /** Keys, the passphrase, and whatever a run has answered. */
  #secrets(): string[] {
    const answered = this.#answers.flatMap(({ stdout }) => {
      const answer = stdout.startsWith("{") ? JSON.parse(stdout) : {};
      return [answer.SecretAccessKey, answer.SessionToken].filter((value): value is string => Boolean(value));
    });
    return [...new Set([FIRST_KEYS.secret, OTHER_KEYS.secret, PASSPHRASE, ...answered])];
  }

  #places() {
    const places = this.#answers.map(({ stderr }) => ({
      name: "stderr",
      bytes: new TextEncoder().encode(stderr),
    }));
    for (const folder of ["cache", "keys", "environments"]) {
      places.push(...filesIn(`${this.folder}/${folder}`));
    }
    places.push({ name: "/proc/keys", bytes: Deno.readFileSync("/proc/keys") });
    return places;
  }

  async #finish(child: Deno.ChildProcess): Promise<Answer> {
    const deadline = setTimeout(() => killQuietly(child.pid), DEADLINE_MS);
    const { code, signal, stdout, stderr } = await child.output();
    clearTimeout(deadline);
    this.#running.delete(child.pid);
    const answer = {
      code,
      signal,
      stdout: new TextDecoder().decode(stdout),
      stderr: new TextDecoder().decode(stderr),
    };
    this.#answers.push(answer);
    return answer;
  }
}

/** Runs the test on a stage of its own. */
export function raceTest(name: string, body: (stage: Stage) => Promise<void>): void {
  Deno.test(name, async () => {
    const stage = await Stage.open();
    try {
      await body(stage);
    } finally {
      await stage.close();
    }
  });
}

/** SIGKILL, and nothing of it left behind. */
export async function kill({ pid, ended }: Running): Promise<void> {
  Deno.kill(pid, "SIGKILL");
  await ended;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Its calls are counted by files named after order and caller; each gives the next code. */
function promptScript(folder: string): string {
  return `#!/bin/sh
cat /proc/$$/environ /proc/$$/cmdline > ${folder}/environments/$$
n=1
until mkdir ${folder}/prompts/$n-$PPID 2>/dev/null && [ "$(ls ${folder}/prompts | grep -c "^$n-")" = 1 ]; do
  rmdir ${folder}/prompts/$n-$PPID 2>/dev/null
  n=$((n + 1))
done
while [ -e ${folder}/hold ]; do sleep 0.02; done
if [ -e ${folder}/cancel ]; then
  echo "execution error: User canceled. (-128)" >&2
  exit 1
fi
echo $((${FIRST_CODE} + n))
`;
}

function* filesIn(folder: string): Generator<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const { name, isFile } of entries) {
    if (isFile) yield { name: `${folder}/${name}`, bytes: Deno.readFileSync(`${folder}/${name}`) };
  }
}

function hasLockOpen(pid: number): boolean {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)].some(({ name }) =>
      linkOf(`/proc/${pid}/fd/${name}`).endsWith(".lock")
    );
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}

/** Established ones, by the table of proc_net(5): state 01, remote port in hexadecimal. */
function connectionsTo(port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return Deno.readTextFileSync("/proc/net/tcp").split("\n").filter((line) => {
    const [, , remote, state] = line.trim().split(/\s+/);
    return state === "01" && remote?.endsWith(wanted);
  }).length;
}

function killQuietly(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
