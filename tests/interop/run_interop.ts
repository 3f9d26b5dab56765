/**
 * `deno task interop`: the programs that people use, with the article's own config, get their credentials from the binary: AWS CLI, boto3,
 * the AWS SDK for JavaScript and Terraform's S3 backend, against moto on loopback. Ends with `N passed, N failed`.
 */
import assert from "node:assert/strict";
import { ArgumentWatch } from "./argument_watch.ts";
import { startMoto } from "./moto_server.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const PASSPHRASE = "correct horse battery staple";
const ADMIN_ARN = /^arn:aws:sts::123456789012:assumed-role\/Admin\//;
const COMMAND_TIMEOUT_MS = 120_000;

/** Verbatim but for the names: the article's profile, a role behind it for SDKs to assume, and the same role assumed by aws-vault. */
const CONFIG = `[profile work]
region = eu-central-1
mfa_serial = arn:aws:iam::123456789012:mfa/jon
credential_process = aws-vault exec work --duration=1h --json --prompt=osascript

[profile work-admin]
region = eu-central-1
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = work

[profile vault-admin]
region = eu-central-1
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = work
mfa_serial = arn:aws:iam::123456789012:mfa/jon

[profile admin]
region = eu-central-1
credential_process = aws-vault exec vault-admin --duration=1h --json --prompt=osascript
`;

/** A dialog that answers with six digits, counts how often it was shown, and tells what it was given. */
const OSASCRIPT = `#!/bin/sh
echo shown >> "$HOME/prompts"
{ env; printf '%s\\n' "$@"; } >> "$HOME/helper"
printf '%06d\\n' "$(wc -l < "$HOME/prompts")"
`;

const aws = Deno.env.get("AWS_VAULT_TEST_AWSCLI") ?? "/usr/bin/aws";
const python = required("AWS_VAULT_TEST_PYTHON");
const terraform = await found("terraform");
const program = await Deno.realPath(Deno.env.get("AWS_VAULT_TEST_PROGRAM") ?? `${ROOT}/dist/aws-vault`);
const home = await Deno.makeTempDir({ prefix: "aws-vault-interop-" });
const moto = await startMoto(required("AWS_VAULT_TEST_MOTO"), home);
const env = {
  HOME: home,
  PATH: `${home}/bin:/usr/local/bin:/usr/bin:/bin`,
  AWS_VAULT_BACKEND: "file",
  AWS_VAULT_FILE_PASSPHRASE: PASSPHRASE,
  // For the binary and for SDKs that know it; the AWS CLI of Debian 12 is told by a flag.
  AWS_ENDPOINT_URL: moto.url,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_PAGER: "",
  TF_CLI_CONFIG_FILE: "/dev/null",
  CHECKPOINT_DISABLE: "1",
};
const complaints: string[] = [];
const watch = Deno.build.os === "linux" ? new ArgumentWatch() : null;
let [passed, failed] = [0, 0];

try {
  await prepareHome();
  await check("aws-vault stores the key", async () => {
    const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: SECRET };
    await run("aws-vault", ["add", "--env", "--no-add-config", "work"], keys);
  });
  await check("AWS CLI, the user's profile by credential_process", async () => {
    const identity = JSON.parse(await run(aws, [...cliFlags("work"), "sts", "get-caller-identity"]));
    assert.equal(identity.Account, "123456789012");
  });
  await check("AWS CLI, a role that aws-vault assumes", async () => {
    const identity = JSON.parse(await run(aws, [...cliFlags("admin"), "sts", "get-caller-identity"]));
    assert.match(identity.Arn, ADMIN_ARN);
  });
  await check("boto3, the role with source_profile on the user's profile", async () => {
    const code =
      'import boto3; print(boto3.Session(profile_name="work-admin").client("sts").get_caller_identity()["Arn"])';
    assert.match(await run(python, ["-c", code]), ADMIN_ARN);
  });
  await check("boto3, a role that aws-vault assumes", async () => {
    const code =
      'import boto3; print(boto3.Session(profile_name="admin").client("sts").get_caller_identity()["Arn"])';
    assert.match(await run(python, ["-c", code]), ADMIN_ARN);
  });
  await check("AWS SDK for JavaScript, fromIni with source_profile", async () => {
    const client = new URL("js_sdk_client.ts", import.meta.url).pathname;
    assert.match(await run(Deno.execPath(), ["run", "-A", "--quiet", client, "work-admin"]), ADMIN_ARN);
  });
  await check("aws-vault exec, with the AWS CLI as its child", async () => {
    const identity = JSON.parse(
      await run("aws-vault", [
        "exec",
        "vault-admin",
        "--duration=1h",
        "--",
        aws,
        "--endpoint-url",
        moto.url,
        "sts",
        "get-caller-identity",
      ]),
    );
    assert.match(identity.Arn, ADMIN_ARN);
  });
  if (terraform === null) console.log("not run: Terraform's S3 backend, because terraform is not installed");
  else await check("Terraform's S3 backend, with the role's profile", () => keepStateInS3(terraform));
  await check("one MFA code was asked for in all, and one session made", async () => {
    assert.equal(await Deno.readTextFile(`${home}/prompts`), "shown\n");
    const sessions = (await run("aws-vault", ["list", "--sessions"])).trim().split("\n");
    assert.deepEqual(sessions.map((line) => line.split(":")[0]).sort(), [
      "sts.AssumeRole",
      "sts.GetSessionToken",
    ]);
  });
  await check("aws-vault called STS once for the session and once for the role", async () => {
    assert.deepEqual(await moto.stsCallsOf("aws-vault/"), ["GetSessionToken", "AssumeRole"]);
  });
  await check("no secret on stderr, in the dialog's environment or in a command line", async () => {
    if (watch === null) console.log("not looked at: command lines, because this system has no /proc");
    const secrets = [SECRET, PASSPHRASE, ...await secretsOf("work"), ...await secretsOf("vault-admin")];
    const places = {
      "stderr of a program": complaints.join("\n"),
      "what the dialog was given": await Deno.readTextFile(`${home}/helper`),
      "a command line": watch?.stop().join("\n") ?? "",
    };
    assert.match(places["what the dialog was given"], /display dialog/);
    if (watch !== null) assert.match(places["a command line"], /aws-vault exec work --duration=1h --json/);
    for (const [place, text] of Object.entries(places)) {
      for (const [index, secret] of secrets.entries()) {
        assert.ok(!text.includes(secret), `secret ${index + 1} is in ${place}`);
      }
    }
  });
} finally {
  watch?.stop();
  // The kernel's copy of the cache key is in no folder.
  await run("aws-vault", ["clear", "--lock"]).catch((error) => console.log(error.message));
  await moto.stop();
  await Deno.remove(home, { recursive: true });
}
console.log(`interop: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

async function check(name: string, test: () => Promise<void>): Promise<void> {
  try {
    await test();
    passed++;
    console.log(`ok     ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}\n${error instanceof Error ? error.message : error}`);
  }
}

/** stdout of a program that must succeed, and that must not show the stored secret anywhere. */
async function run(
  command: string,
  args: readonly string[],
  more: Record<string, string> = {},
  cwd = home,
): Promise<string> {
  const path = command.includes("/") ? command : `${home}/bin/${command}`;
  const { code, stdout, stderr } = await new Deno.Command(path, {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { ...env, ...more },
    stdin: "null",
    signal: AbortSignal.timeout(COMMAND_TIMEOUT_MS),
  }).output();
  const [out, err] = [new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)];
  complaints.push(err);
  assert.ok(!out.includes(SECRET) && !err.includes(SECRET), `${command} shows the stored secret`);
  assert.equal(code, 0, `${command} exited with ${code}:\n${err}\n${out}`);
  return out;
}

/** Of the profile's cached credentials. */
async function secretsOf(profile: string): Promise<string[]> {
  const answer = await run("aws-vault", ["exec", profile, "--duration=1h", "--json"]);
  const { SecretAccessKey, SessionToken } = JSON.parse(answer);
  assert.ok(SecretAccessKey && SessionToken);
  return [SecretAccessKey, SessionToken];
}

function cliFlags(profile: string): string[] {
  return ["--endpoint-url", moto.url, "--output", "json", "--profile", profile];
}

async function prepareHome(): Promise<void> {
  await Deno.mkdir(`${home}/.aws`, { mode: 0o700 });
  await Deno.mkdir(`${home}/bin`);
  await Deno.writeTextFile(`${home}/.aws/config`, CONFIG, { mode: 0o600 });
  await Deno.writeTextFile(`${home}/bin/osascript`, OSASCRIPT, { mode: 0o755 });
  await Deno.symlink(program, `${home}/bin/aws-vault`);
}

/** A backend needs no provider, so nothing is downloaded. */
async function keepStateInS3(terraformPath: string): Promise<void> {
  const folder = `${home}/terraform`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(
    `${folder}/main.tf`,
    `terraform {
  backend "s3" {
    bucket                      = "terraform-state"
    key                         = "network.tfstate"
    region                      = "eu-central-1"
    profile                     = "work-admin"
    use_path_style              = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    endpoints = { s3 = "${moto.url}", sts = "${moto.url}", iam = "${moto.url}" }
  }
}
output "answer" { value = 42 }
`,
  );
  await run(aws, [
    ...cliFlags("admin"),
    "s3api",
    "create-bucket",
    "--bucket",
    "terraform-state",
    "--create-bucket-configuration",
    "LocationConstraint=eu-central-1",
  ]);
  await run(terraformPath, ["init", "-input=false", "-no-color"], {}, folder);
  await run(terraformPath, ["apply", "-input=false", "-auto-approve", "-no-color"], {}, folder);
  const state = JSON.parse(
    await run(aws, [...cliFlags("admin"), "s3", "cp", "s3://terraform-state/network.tfstate", "-"]),
  );
  assert.equal(state.outputs.answer.value, 42);
}

function required(name: string): string {
  const value = Deno.env.get(name);
  if (value) return value;
  console.log(`missing: ${name} is not set (deno task test:all sets it)\ninterop: 0 passed, 1 failed`);
  Deno.exit(1);
}

async function found(name: string): Promise<string | null> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${name}`;
    const info = await Deno.stat(path).catch(() => null);
    if (info?.isFile) return path;
  }
  return null;
}
