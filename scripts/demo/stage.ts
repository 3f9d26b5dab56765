/**
 * What the demo plays on: a throw-away home with its own `aws-vault` and `osascript`, and a stand-in for AWS. Nothing of the user's own
 * home or environment is read or changed, and all of it is gone at the end.
 */
import { hostBunTarget } from "../bun_targets.ts";
import { compileBun } from "../compile_bun.ts";
import { DENO_PERMISSIONS } from "../deno_permissions.ts";
import { FakeAwsProcess } from "./fake_aws_process.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

const ACCESS_KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const MFA_SERIAL = "arn:aws:iam::123456789012:mfa/jon";
/** The codes that {@link OSASCRIPT} shows, one after the other. */
const CODES = Array.from({ length: 99 }, (_, i) => String(100_001 + i));

export const CONFIG = `[default]
region = eu-central-1

[profile work]
mfa_serial = ${MFA_SERIAL}
credential_process = aws-vault exec work --duration=1h --json --prompt=osascript

[profile admin]
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = work
mfa_serial = ${MFA_SERIAL}
`;

/** In place of the dialog of macOS: counts how often it is asked, and answers with the next code. */
const OSASCRIPT = `#!/bin/sh
echo "$2" >> "$HOME/questions"
echo $((100000 + $(wc -l < "$HOME/questions")))
`;

export interface Stage {
  readonly home: string;
  /** All that commands find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** `compiled by Bun`, or why it is something slower. */
  readonly program: string;
  readonly compiled: boolean;
  /** How often a code was asked for, and which calls AWS answered, since the last look. */
  takeCounts(): Promise<{ prompts: number; calls: readonly string[] }>;
  close(): Promise<void>;
}

/** `choice`: `bun` compiles the program, `deno` runs its source. Where it can't be compiled, the source is run too. */
export async function setStage(choice: "bun" | "deno"): Promise<Stage> {
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "aws-vault-demo-" }));
  try {
    await Deno.mkdir(`${home}/.aws`);
    await Deno.mkdir(`${home}/bin`);
    await Deno.writeTextFile(`${home}/.aws/config`, CONFIG);
    await Deno.writeTextFile(`${home}/bin/osascript`, OSASCRIPT, { mode: 0o755 });
    const { program, compiled, env } = await provideProgram(choice, `${home}/bin/aws-vault`);
    const aws = await FakeAwsProcess.start({
      users: [{ name: "jon", keys: [ACCESS_KEY], mfa: { serial: MFA_SERIAL, codes: CODES } }],
      roles: [{ name: "Admin", principals: ["arn:aws:iam::123456789012:user/jon"], requireMfa: true }],
    });
    let seen = 0;
    return {
      home,
      program,
      compiled,
      env: {
        ...env,
        HOME: home,
        PATH: `${home}/bin:${Deno.env.get("PATH") ?? "/usr/bin:/bin"}`,
        AWS_ENDPOINT_URL: aws.url,
        AWS_VAULT_BACKEND: "file",
        AWS_VAULT_FILE_PASSPHRASE: "correct-horse-battery-staple",
      },
      takeCounts: async () => {
        const asked = lines(`${home}/questions`);
        const prompts = asked - seen;
        seen = asked;
        return { prompts, calls: await aws.takeCalls() };
      },
      close: async () => {
        // What the kernel remembers of the sessions is no file. A program that a failed step left unusable has nothing to forget.
        await new Deno.Command(`${home}/bin/aws-vault`, {
          args: ["clear", "--lock", "--backend=file"],
          clearEnv: true,
          env: { ...env, HOME: home, PATH: Deno.env.get("PATH") ?? "" },
          signal: AbortSignal.timeout(10_000),
        }).output();
        await aws.close();
        await Deno.remove(home, { recursive: true });
      },
    };
  } catch (failure) {
    await Deno.remove(home, { recursive: true });
    throw failure;
  }
}

/** The key that a user would copy from the AWS console, as variables for `add --env`. */
export const KEY_VARIABLES: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: ACCESS_KEY.id,
  AWS_SECRET_ACCESS_KEY: ACCESS_KEY.secret,
};

async function provideProgram(choice: "bun" | "deno", path: string) {
  let program = "the source, run by deno";
  if (choice === "bun") {
    try {
      await compileBun({ target: hostBunTarget(), entry: `${root}/src/main_bun.ts`, output: path });
      return { program: "compiled by Bun for this demo", compiled: true, env: {} };
    } catch (failure) {
      program += ` (it could not be compiled: ${failure instanceof Error ? failure.message : failure})`;
    }
  }
  const command = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    ...DENO_PERMISSIONS,
    `${root}/src/main.ts`,
  ];
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  await Deno.writeTextFile(path, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  // The home is thrown away; what deno has cached is not.
  return {
    program,
    compiled: false,
    env: { DENO_DIR: await denoFolder(), DENO_NO_UPDATE_CHECK: "1" } as Record<string, string>,
  };
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string }).denoDir;
}

/** 0 where there is no such file. */
function lines(path: string): number {
  try {
    return Deno.readTextFileSync(path).split("\n").length - 1;
  } catch (failure) {
    if (failure instanceof Deno.errors.NotFound) return 0;
    throw failure;
  }
}
