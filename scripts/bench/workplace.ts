/** A thrown-away home with a config, a double of AWS in a process of its own, and what programs need to find both. */
import type { Contestant } from "./race.ts";
import { Command } from "./timed_process.ts";

const KEY = { id: "AKIABENCHBENCHBENCH1", secret: "benchbenchbenchbenchbenchbenchbenchbench" };
const SERIAL = "arn:aws:iam::123456789012:mfa/u";
const ROLE = "arn:aws:iam::123456789012:role/r";
const PREFIX = "aws-vault-bench";

/** What is measured, from the simplest on. */
export const CASES = {
  "plain": "stored keys",
  "mfa": "stored keys, MFA",
  "role": "role",
  "role-mfa": "role, MFA",
} as const;
export type CaseName = keyof typeof CASES;
const WITH_KEYS: readonly CaseName[] = ["plain", "mfa"];

/** A program with the command line of aws-vault. */
export interface Program {
  readonly name: string;
  /** The first word is an absolute path. */
  readonly argv: readonly string[];
  /** What it needs besides. */
  readonly env: Readonly<Record<string, string>>;
  /** Its arguments, and its way to have keys, where they are not those of aws-vault. */
  readonly ask?: (profile: string) => string[];
  readonly storeKeys?: (
    profile: string,
    key: typeof KEY,
    env: Readonly<Record<string, string>>,
  ) => Promise<void>;
}

export class Workplace {
  readonly folder: string;
  readonly #url: string;
  readonly #double: Deno.ChildProcess;

  private constructor(folder: string, url: string, double: Deno.ChildProcess) {
    this.folder = folder;
    this.#url = url;
    this.#double = double;
  }

  static async open(root: string): Promise<Workplace> {
    const folder = await Deno.makeTempDir({ prefix: `${PREFIX}-` });
    await Deno.mkdir(`${folder}/codes`);
    // A new code each time: a device shows none twice.
    const script =
      `#!/bin/sh\nn=100000\nwhile ! mkdir ${folder}/codes/$n 2>/dev/null; do n=$((n + 1)); done\necho $n\n`;
    await Deno.writeTextFile(`${folder}/code`, script, { mode: 0o755 });
    const setup = {
      users: [{
        name: "u",
        keys: [KEY],
        mfa: { serial: SERIAL, codes: Array.from({ length: 1_000 }, (_, i) => String(100_000 + i)) },
      }],
      roles: [{ name: "r", principals: ["*"] }],
    };
    const double = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", `${root}/tests/fakes/fake_aws_main.ts`, JSON.stringify(setup)],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const { value } = await double.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
    return new Workplace(folder, JSON.parse(value ?? "{}").url, double);
  }

  /** The path of a config with so many profiles, the program's own at its end. */
  async config(program: Program, profiles: number): Promise<string> {
    const path = `${this.folder}/${slug(program)}-config-${profiles}`;
    await Deno.writeTextFile(path, configText(program, profiles, this.folder));
    return path;
  }

  /**
   * A copy of the program, as an installed one is. Pages of a file cost more in each process when a compiler has written them piece by piece.
   */
  async install(name: string, path: string): Promise<string> {
    const copy = `${this.folder}/bin/${name}`;
    await Deno.mkdir(`${this.folder}/bin`, { recursive: true });
    await Deno.copyFile(path, copy);
    return copy;
  }

  /** A home, a config and caches of the program's own; `label` keeps runs of one program apart. */
  async environment(
    program: Program,
    storeEnv: Readonly<Record<string, string>>,
    label = "",
  ): Promise<Record<string, string>> {
    const home = `${this.folder}/${slug(program)}${label}`;
    return {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      HOME: home,
      AWS_CONFIG_FILE: await this.config(program, 10),
      AWS_ENDPOINT_URL: this.#url,
      AWS_REGION: "us-east-1",
      AWS_VAULT_FILE_PASSPHRASE: "bench",
      AWS_VAULT_LOCK_AFTER: "1h",
      ...program.env,
      ...storeEnv,
    };
  }

  /** Stores the keys, once for all. Throws with the program's own words. */
  async storeKeys(program: Program, env: Readonly<Record<string, string>>): Promise<void> {
    await Deno.mkdir(env.HOME!, { recursive: true });
    for (const profile of WITH_KEYS.map((name) => profileOf(program, name))) {
      if (program.storeKeys !== undefined) {
        await program.storeKeys(profile, KEY, env);
        continue;
      }
      await run(program, ["add", "--env", "--no-add-config", profile], {
        ...env,
        AWS_ACCESS_KEY_ID: KEY.id,
        AWS_SECRET_ACCESS_KEY: KEY.secret,
      });
    }
  }

  /** Has the program answer from AWS, and then once more. */
  async warmUp(program: Program, name: CaseName, env: Readonly<Record<string, string>>): Promise<void> {
    for (let i = 0; i < 2; i++) {
      const answer = JSON.parse(await run(program, question(program, name), env));
      if (!/^ASIA/.test(answer.AccessKeyId)) throw new Error(`${program.name} did not answer with a session`);
    }
  }

  /** To be measured. */
  asking(program: Program, name: CaseName, env: Readonly<Record<string, string>>): Contestant {
    return {
      name: program.name,
      command: new Command([...program.argv, ...question(program, name)], env),
    };
  }

  async removeKeys(program: Program, env: Readonly<Record<string, string>>): Promise<void> {
    if (program.storeKeys !== undefined) return;
    for (const name of WITH_KEYS) await run(program, ["remove", "--force", profileOf(program, name)], env);
  }

  /** What the kernel remembers of it, for a user may have few keys there. Only ours knows this command. */
  async forget(program: Program, env: Readonly<Record<string, string>>): Promise<void> {
    await run(program, ["clear", "--lock"], env).catch(() => {});
  }

  /** How long each answer of the double takes from now on. */
  async setDelay(latencyMs: number): Promise<void> {
    await (await fetch(`${this.#url}/_fake/configure`, {
      method: "POST",
      body: JSON.stringify({ latencyMs }),
    })).text();
  }

  async close(): Promise<void> {
    await this.#double.stdin.close();
    await this.#double.status;
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Of the program's own: some stores are one for all programs of the user. */
function profileOf(program: Program, name: CaseName): string {
  return `${PREFIX}-${slug(program)}-${name}`;
}

function slug({ name }: Program): string {
  return name.replace(/\W/g, "-");
}

/** What SDKs run, in the words that every aws-vault since 7 knows. */
function question(program: Program, name: CaseName): string[] {
  const profile = profileOf(program, name);
  return program.ask?.(profile) ?? ["export", "--format=json", profile];
}

/** Its stdout. Throws its stderr when it fails. */
export async function run(
  { name, argv: [command, ...first] }: Program,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command!, {
    args: [...first, ...args],
    clearEnv: true,
    env,
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  if (code !== 0) throw new Error(`${name} ${args[0]} failed: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout);
}

function configText(program: Program, size: number, folder: string): string {
  const [plain, mfa, role, roleMfa] = (Object.keys(CASES) as CaseName[]).map((name) =>
    profileOf(program, name)
  );
  const filler = Array.from(
    { length: size - 4 },
    (_, i) => `[profile other-${i}]\nsource_profile = ${plain}\nrole_arn = ${ROLE}${i}\nregion = eu-west-1\n`,
  );
  const device = `mfa_serial = ${SERIAL}\nmfa_process = ${folder}/code\n`;
  return filler.join("\n") + [
    `[profile ${plain}]\n`,
    `[profile ${mfa}]\n${device}`,
    `[profile ${role}]\nsource_profile = ${plain}\nrole_arn = ${ROLE}\n`,
    `[profile ${roleMfa}]\nsource_profile = ${mfa}\nrole_arn = ${ROLE}\n${device}`,
  ].join("\n");
}
