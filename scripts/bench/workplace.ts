/** A thrown-away home with a config, a double of AWS in a process of its own, and what programs need to find both. */

const KEY = { id: "AKIABENCHBENCHBENCH1", secret: "benchbenchbenchbenchbenchbenchbenchbench" };
const SERIAL = "arn:aws:iam::123456789012:mfa/u";
const ROLE = "arn:aws:iam::123456789012:role/r";
const PREFIX = "aws-vault-bench";

/** What is measured, from the simplest on. */
export const PROFILES = {
  [`${PREFIX}-plain`]: "stored keys",
  [`${PREFIX}-mfa`]: "stored keys, MFA",
  [`${PREFIX}-role`]: "role",
  [`${PREFIX}-role-mfa`]: "role, MFA",
} as const;
export type ProfileName = keyof typeof PROFILES;
export const [PLAIN, , , ROLE_WITH_MFA] = Object.keys(PROFILES) as ProfileName[];
const WITH_KEYS = [`${PREFIX}-plain`, `${PREFIX}-mfa`];

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
    const place = new Workplace(folder, JSON.parse(value ?? "{}").url, double);
    for (const size of [10, 1_000, 10_000]) {
      await Deno.writeTextFile(place.config(size), configText(size, folder));
    }
    return place;
  }

  /** The path of the config with so many profiles, those of {@link PROFILES} at its end. */
  config(profiles: number): string {
    return `${this.folder}/config-${profiles}`;
  }

  /** A home and caches of the program's own; `label` keeps runs of one program apart. */
  environment(
    program: Program,
    storeEnv: Readonly<Record<string, string>>,
    label = "",
  ): Record<string, string> {
    const home = `${this.folder}/${program.name.replace(/\W/g, "-")}${label}`;
    return {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      HOME: home,
      AWS_CONFIG_FILE: this.config(10),
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
    for (const profile of WITH_KEYS) {
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
  async warmUp(program: Program, profile: string, env: Readonly<Record<string, string>>): Promise<void> {
    for (let i = 0; i < 2; i++) {
      const answer = JSON.parse(await run(program, (program.ask ?? askFor)(profile), env));
      if (!/^ASIA/.test(answer.AccessKeyId)) throw new Error(`${program.name} did not answer with a session`);
    }
  }

  async removeKeys(program: Program, env: Readonly<Record<string, string>>): Promise<void> {
    if (program.storeKeys !== undefined) return;
    for (const profile of WITH_KEYS) await run(program, ["remove", "--force", profile], env);
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

/** What SDKs run, in the words that every aws-vault since 7 knows. */
export function askFor(profile: string): string[] {
  return ["export", "--format=json", profile];
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

function configText(size: number, folder: string): string {
  const filler = Array.from(
    { length: size - 4 },
    (_, i) => `[profile other-${i}]\nsource_profile = ${PLAIN}\nrole_arn = ${ROLE}${i}\nregion = eu-west-1\n`,
  );
  const [plain, mfa, role, roleMfa] = Object.keys(PROFILES);
  const device = `mfa_serial = ${SERIAL}\nmfa_process = ${folder}/code\n`;
  return filler.join("\n") + [
    `[profile ${plain}]\n`,
    `[profile ${mfa}]\n${device}`,
    `[profile ${role}]\nsource_profile = ${plain}\nrole_arn = ${ROLE}\n`,
    `[profile ${roleMfa}]\nsource_profile = ${mfa}\nrole_arn = ${ROLE}\n${device}`,
  ].join("\n");
}
