/**
 * `deno task wine`: the Windows executable under Wine. AWS_VAULT_TEST_WINDOWS_PROGRAM names it; default
 * `dist/windows-x64/aws-vault.exe`. Our own code on Windows is compiled here from `windows_probe.ts`.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { compileBun } from "../../scripts/compile_bun.ts";
import { readVectors } from "../config/test_vectors.ts";
import { HOST_CONTRACT } from "../contracts/host_contract.ts";
import { FakeAws } from "../fakes/fake_aws.ts";
import { awsSsoParts } from "../imports/aws_sso_parts.ts";
import { type CredentialRequest, SecondProgram } from "./second_program.ts";
import {
  compileForWindows,
  makeWinePrefix,
  windowsPath,
  type WinePrefix,
  type WineResult,
} from "./wine_prefix.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const PREFIX = "aws-vault:aws-vault:";
const KEY_ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SERIAL = "arn:aws:iam::123456789012:mfa/jon";
/** For `add --env`. */
const KEYS = { AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET };

const program = await Deno.realPath(
  Deno.env.get("AWS_VAULT_TEST_WINDOWS_PROGRAM") ?? `${ROOT}/dist/windows-x64/aws-vault.exe`,
);

/** Windows with our executables in it; made for the first test, gone after the last. */
interface Machine {
  readonly prefix: WinePrefix;
  readonly probe: string;
  readonly second: SecondProgram;
}
let machine: Machine | null = null;

async function start(): Promise<Machine> {
  if (machine !== null) return machine;
  const prefix = await makeWinePrefix();
  const [probe, other] = [`${prefix.env.HOME}/probe.exe`, `${prefix.env.HOME}/credentials.exe`];
  await compileBun({ target: "windows-x64", entry: `${ROOT}/tests/wine/windows_probe.ts`, output: probe });
  await compileForWindows("credentials.c", other);
  return machine = { prefix, probe, second: new SecondProgram(prefix, other) };
}

Deno.test.afterAll(async () => {
  await machine?.second.close();
  await machine?.prefix.close();
});

function test(name: string, body: (machine: Machine, t: Deno.TestContext) => Promise<void>): void {
  Deno.test(name, async (t) => {
    const started = await start();
    await Deno.mkdir(`${started.prefix.home}/.aws`, { recursive: true });
    await Deno.writeTextFile(`${started.prefix.home}/.aws/config`, "");
    await empty(started);
    await body(started, t);
  });
}

async function empty({ second }: Machine): Promise<void> {
  const [listed] = await second.ask({ verb: "list", target: PREFIX });
  await second.ask(...listed!.texts.map((target) => ({ verb: "delete", target } as const)));
}

/** Runs the executable and holds it to an exit code; the secret turns up only where it was asked for. */
async function awsVault(
  { prefix }: Machine,
  args: readonly string[],
  options: { env?: Record<string, string>; stdin?: string; code?: number } = {},
): Promise<WineResult> {
  const result = await prefix.run(program, args, options);
  assert.equal(result.code, options.code ?? 0, `${args.join(" ")}\n${result.stdout}${result.stderr}`);
  assert(!result.stderr.includes(SECRET), result.stderr);
  return {
    ...result,
    stdout: result.stdout.replaceAll("\r\n", "\n"),
    stderr: result.stderr.replaceAll("\r\n", "\n"),
  };
}

function credentials(accessKeyId: string, secretAccessKey: string): string {
  // As Go writes the struct.
  return JSON.stringify({
    AccessKeyID: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: "",
    Source: "",
    CanExpire: false,
    Expires: "0001-01-01T00:00:00Z",
    AccountID: "",
  });
}

test("the executable starts and says its version", async (machine) => {
  const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  assert.equal((await awsVault(machine, ["version"])).stdout, `${version}\n`);
});

test("add, list, export and remove on the Credential Manager, as another program sees it", async (machine) => {
  const { second } = machine;
  await awsVault(machine, ["add", "team a/ü", "--env"], { env: KEYS });
  assert.match((await awsVault(machine, ["list"])).stdout, /^team a\/ü +team a\/ü +- *$/m);
  const answers = await second.ask(
    { verb: "list", target: "aws-vault" },
    { verb: "read", target: `${PREFIX}team a/ü` },
  );
  assert.deepEqual(answers, [
    { error: null, texts: [`${PREFIX}team a/ü`] },
    { error: null, texts: [credentials(KEY_ID, SECRET), "", "2"] },
  ]);
  const exported = await awsVault(machine, ["export", "team a/ü", "--no-session", "--format=json"]);
  assert.deepEqual(JSON.parse(exported.stdout), { Version: 1, AccessKeyId: KEY_ID, SecretAccessKey: SECRET });
  const changed = { ...KEYS, AWS_ACCESS_KEY_ID: "AKIAI44QH8DHBEXAMPLE" };
  await awsVault(machine, ["add", "team a/ü", "--env"], { env: changed });
  assert.equal(
    JSON.parse((await awsVault(machine, ["export", "team a/ü", "--no-session", "--format=json"])).stdout)
      .AccessKeyId,
    changed.AWS_ACCESS_KEY_ID,
  );
  await awsVault(machine, ["remove", "team a/ü", "--force"]);
  assert.deepEqual(await second.ask({ verb: "list", target: "aws-vault" }), [
    { error: 1168, texts: [] },
  ]);
});

test("credentials that aws-vault wrote are listed and read in place", async (machine) => {
  const { vaults } = readVectors<
    {
      vaults: readonly {
        credentials: readonly {
          profile?: string;
          fileName: string;
          accessKeyId: string;
          secretAccessKey: string;
        }[];
      }[];
    }
  >("vaults/file.json");
  // Windows takes names that differ in case only for one.
  const items = new Map(
    vaults.flatMap(({ credentials }) =>
      credentials.map((one) => [one.profile ?? one.fileName.replaceAll("%2F", "/"), one] as const)
    ),
  );
  const distinct = [...items].filter(([name], i, all) =>
    all.findIndex(([other]) => other.toLowerCase() === name.toLowerCase()) === i
  );
  assert(distinct.length >= 50, `${distinct.length} of ${items.size}`);
  const { second } = machine;
  const writes = distinct.map(([name, one]): CredentialRequest => ({
    verb: "write",
    target: PREFIX + name,
    blob: credentials(one.accessKeyId, one.secretAccessKey),
  }));
  for (const answer of await second.ask(...writes)) assert.equal(answer.error, null);
  const listed = (await awsVault(machine, ["list", "--credentials"])).stdout.trimEnd().split("\n");
  assert.deepEqual(listed.sort(), distinct.map(([name]) => name).sort());
  for (const [name, one] of distinct) {
    const { stdout } = await awsVault(machine, ["exec", "--no-session", "--json", name]);
    assert.deepEqual(JSON.parse(stdout), {
      Version: 1,
      AccessKeyId: one.accessKeyId,
      SecretAccessKey: one.secretAccessKey,
    }, name);
  }
});

test("import reads what granted and aws-sso-cli keep in the Credential Manager", async (machine) => {
  const granted = "granted-aws-iam-credentials", sso = "aws-sso-cli";
  // Long enough for three parts, with characters that are cut.
  const records = JSON.stringify({
    RoleCredentials: { x: "ü".repeat(2500) },
    StaticCredentials: { "arn:a": { Profile: "static", accessKeyId: KEY_ID, secretAccessKey: SECRET } },
  });
  const parts = [...awsSsoParts(records)];
  assert.equal(parts.length, 3);
  const writes = [
    { verb: "write", target: `${granted}:${granted}:prod`, blob: credentials(KEY_ID, SECRET) } as const,
    ...parts.map(([name, blob]) => ({ verb: "write", target: `${sso}:${sso}:${name}`, blob }) as const),
  ];
  for (const answer of await machine.second.ask(...writes)) assert.equal(answer.error, null);
  for (const [tool, profile] of [["granted", "prod"], ["aws-sso", "static"]] as const) {
    await awsVault(machine, ["import", `--from=${tool}`, "--from-backend=wincred", "--yes"]);
    const exported = await awsVault(machine, ["export", profile, "--no-session", "--format=json"]);
    assert.deepEqual(JSON.parse(exported.stdout), {
      Version: 1,
      AccessKeyId: KEY_ID,
      SecretAccessKey: SECRET,
    });
  }
  const deletes = writes.map(({ target }) => ({ verb: "delete", target }) as const);
  for (const answer of await machine.second.ask(...deletes)) assert.equal(answer.error, null);
});

/** Names that Windows tells apart, and payloads. */
const GENERATED = [
  ...new Map(fc.sample(
    fc.tuple(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
        // deno-lint-ignore no-control-regex
        .filter((name) => !/[\u0000-\u001f\u007f-\u009f]/.test(name) && name === name.toLowerCase()),
      fc.string({ unit: "binary", minLength: 1, maxLength: 600 }).filter((text) =>
        !/\p{Surrogate}/u.test(text)
      ),
    ),
    { seed: 20261126, numRuns: 100 },
  )),
].slice(0, 60);

test("60 generated items go from us to the other program and back", async ({ prefix, probe, second }) => {
  assert.equal(GENERATED.length, 60);
  const path = `${prefix.env.HOME}/items.json`;
  await Deno.writeTextFile(path, JSON.stringify(GENERATED));
  assert.equal((await prefix.run(probe, ["write-items", windowsPath(path)])).code, 0);
  const read = await second.ask(
    ...GENERATED.map(([name]) => ({ verb: "read", target: PREFIX + name } as const)),
  );
  assert.deepEqual(read.map(({ texts }) => texts), GENERATED.map(([, payload]) => [payload, "", "2"]));

  const others = GENERATED.map(([name, payload]) => [name, `${payload} by the other`] as const);
  const writes = others.map(([name, blob]): CredentialRequest => ({
    verb: "write",
    target: PREFIX + name,
    blob,
  }));
  for (const { error } of await second.ask(...writes)) assert.equal(error, null);
  const { stdout } = await prefix.run(probe, ["read-items"]);
  const byName = (items: readonly (readonly [string, string])[]) =>
    [...items].sort(([a], [b]) => a < b ? -1 : 1);
  assert.deepEqual(byName(JSON.parse(stdout)), byName(others));
});

test("what Windows would refuse is refused before anything is written", async (machine) => {
  const { second } = machine;
  const tooLong = { AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: "x".repeat(2600) };
  const { stderr } = await awsVault(machine, ["add", "work", "--env"], { env: tooLong, code: 1 });
  assert.match(
    stderr,
    /the Credential Manager takes at most 2560 bytes, this item has \d+\n.*--backend=file/s,
  );
  await awsVault(machine, ["add", "work", "--env"], { env: KEYS });
  const twin = await awsVault(machine, ["add", "WORK", "--env"], { env: KEYS, code: 1 });
  assert.match(twin.stderr, /does not tell its name from that of another item/);
  const missing = await awsVault(machine, ["export", "Work", "--no-session"], { code: 1 });
  assert.match(missing.stderr, /no keys|not|add/i);
  await second.ask({ verb: "write", target: `${PREFIX}broken`, blob: Uint8Array.of(0xff, 0xfe) });
  const damaged = await awsVault(machine, ["export", "broken", "--no-session"], { code: 1 });
  assert.match(damaged.stderr, /the item in the Credential Manager is not text/);
  assert.deepEqual((await awsVault(machine, ["list", "--credentials"])).stdout.trim().split("\n").sort(), [
    "broken",
    "work",
  ]);
  const keychain = await awsVault(machine, ["list", "--backend=keychain"], { code: 1 });
  assert.match(keychain.stderr, /this system \(windows\) has no such store/);
});

test("the file store keeps names that no Windows file can have", async (machine) => {
  const env = { AWS_VAULT_BACKEND: "file", AWS_VAULT_FILE_PASSPHRASE: "correct horse" };
  for (const name of ["con", "a:b?", "dots."]) {
    await awsVault(machine, ["add", name, "--env"], { env: { ...KEYS, ...env } });
    const { stdout } = await awsVault(machine, ["export", name, "--no-session", "--format=json"], { env });
    assert.equal(JSON.parse(stdout).AccessKeyId, KEY_ID);
  }
  const { stdout } = await awsVault(machine, ["list", "--credentials"], { env });
  assert.deepEqual(stdout.trim().split("\n").sort(), ["a:b?", "con", "dots."]);
});

test("winhello lists without asking, and is refused where there is no Windows Hello, with nothing stored", async (machine) => {
  const { prefix, probe, second } = machine;
  const hello = ["--backend=winhello"];
  await second.ask({ verb: "write", target: "keyring-winhello:aws-vault:work", blob: "{}" });
  assert.equal((await awsVault(machine, ["list", "--credentials", ...hello])).stdout, "work\n");
  const added = await awsVault(machine, ["add", "play", "--env", ...hello], { env: KEYS, code: 1 });
  assert.match(added.stderr, /Windows Hello can't be used \(0x[0-9a-f]{8}\)\n.*--backend=wincred/s);
  const read = await awsVault(machine, ["export", "work", "--no-session", ...hello], { code: 1 });
  assert.match(read.stderr, /the Windows Hello item makes no sense/);
  await awsVault(machine, ["remove", "work", "--force", ...hello]);
  const [left] = await second.ask({ verb: "list", target: "keyring-winhello:" });
  assert.deepEqual(left, { error: 1168, texts: [] });
  assert.match((await prefix.run(probe, ["sid"])).stdout, /^S-1-5-21-\d+-\d+-\d+-\d+$/);
});

test("native calls wait beside the program, which can end meanwhile", async ({ prefix, probe }) => {
  const [order, end, missing] = [
    await prefix.run(probe, ["blocking", "answer"]),
    await prefix.run(probe, ["blocking", "end"]),
    await prefix.run(probe, ["blocking", "missing"]),
  ];
  assert.deepEqual(JSON.parse(order.stdout), ["program", "call", "C:\\windows\\system32"]);
  assert.equal(end.code, 3);
  assert.equal(missing.stdout, "native-unavailable");
});

/** A config for `admin`, a role behind `work`, and the double that answers for it. */
async function withAws(machine: Machine, use: (aws: FakeAws) => Promise<void>): Promise<void> {
  const aws = new FakeAws({
    users: [{
      name: "jon",
      keys: [{ id: KEY_ID, secret: SECRET }],
      mfa: { serial: SERIAL, codes: ["123456", "234567", "908172"] },
    }],
    roles: [{ name: "Admin", principals: ["arn:aws:iam::123456789012:root"], requireMfa: true }],
  });
  try {
    await Deno.writeTextFile(
      `${machine.prefix.home}/.aws/config`,
      [
        "[profile work]",
        `mfa_serial = ${SERIAL}`,
        `endpoint_url = ${aws.url}`,
        "region = eu-central-1",
        "[profile admin]",
        "source_profile = work",
        "role_arn = arn:aws:iam::123456789012:role/Admin",
        `mfa_serial = ${SERIAL}`,
        `endpoint_url = ${aws.url}`,
        "region = eu-central-1",
        "",
      ].join("\r\n"),
    );
    await awsVault(machine, ["add", "work", "--env"], { env: KEYS });
    await awsVault(machine, ["clear"]);
    await use(aws);
  } finally {
    aws.close();
  }
}

test("exec gives a command a role's credentials and its exit code; the next call is answered from the cache", async (machine) => {
  await withAws(machine, async (aws) => {
    const child = ["exec", "admin", "--mfa-token=123456", "--", "cmd", "/c", "set AWS_& exit 7"];
    const { stdout } = await awsVault(machine, child, { code: 7 });
    assert.match(stdout, /^AWS_ACCESS_KEY_ID=ASIA\w+$/m);
    assert.match(stdout, /^AWS_REGION=eu-central-1$/m);
    assert.deepEqual(aws.calls.map(({ action }) => action), ["GetSessionToken", "AssumeRole"]);
    for (let i = 0; i < 2; i++) {
      const again = JSON.parse((await awsVault(machine, ["exec", "admin", "--json"])).stdout);
      assert(stdout.includes(`AWS_ACCESS_KEY_ID=${again.AccessKeyId}`));
    }
    assert.equal(aws.calls.length, 2);
    const sessions = `${machine.prefix.home}/AppData/Local/aws-vault/sessions`;
    const kept = [...Deno.readDirSync(sessions)].filter(({ name }) => name.endsWith(".session"));
    assert.equal(kept.length, 2);
    assert.match((await awsVault(machine, ["list"])).stdout, /sts\.GetSessionToken:7h/);
    assert.match((await awsVault(machine, ["clear"])).stdout, /Cleared 2 sessions/);
  });
});

test("eight calls at once ask AWS once", async (machine) => {
  await withAws(machine, async (aws) => {
    aws.configure({ latencyMs: 300 });
    const calls = Array.from(
      { length: 8 },
      () => awsVault(machine, ["exec", "admin", "--json", "--mfa-token=234567"]),
    );
    const answers = (await Promise.all(calls)).map(({ stdout }) => JSON.parse(stdout).AccessKeyId);
    assert.equal(new Set(answers).size, 1);
    assert.deepEqual(aws.calls.map(({ action }) => action), ["GetSessionToken", "AssumeRole"]);
  });
});

test("a lock keeps other processes out and ends when its holder is killed", async (machine) => {
  const path = windowsPath(`${machine.prefix.env.HOME}/lock`);
  const holder = await startLocking(machine, path);
  assert.equal(holder.said, "locked");
  const other = await startLocking(machine, path);
  assert.equal(other.said, "busy");
  await other.end();
  await holder.end();
  const next = await startLocking(machine, path);
  assert.equal(next.said, "locked");
  await next.end();
});

async function startLocking({ prefix, probe }: Machine, path: string) {
  const child = new Deno.Command(prefix.loader, {
    args: [probe, "lock", path],
    env: { ...prefix.env },
    clearEnv: true,
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  const said = new TextDecoder().decode((await output.read()).value).trim();
  return {
    said,
    async end() {
      if (said === "locked") child.kill("SIGKILL");
      await child.status;
      await output.cancel();
    },
  };
}

test("a code is asked for on the console while stdout is a pipe", async (machine) => {
  await withAws(machine, async (aws) => {
    const out = `${machine.prefix.env.HOME}/answer.json`;
    const script = `
      set timeout 60
      spawn -noecho sh -c {exec ${machine.prefix.loader} ${program} exec admin --json >${out}}
      expect "code"
      # What is typed before Wine has made the terminal raw would be echoed, and its Enter be another key.
      for {set i 0} {$i < 200 && [string first "-icanon" [exec stty -a <$spawn_out(slave,name)]] < 0} {incr i} {after 100}
      send "908172\\r"
      expect { eof {} timeout { exec kill -9 [exp_pid] ; exit 99 } }
      lassign [wait] pid id os status
      exit $status`;
    const child = new Deno.Command("expect", {
      args: ["-c", script],
      env: { ...machine.prefix.env },
      clearEnv: true,
    });
    const { code, stdout } = await child.output();
    const screen = new TextDecoder().decode(stdout);
    assert.equal(code, 0, screen);
    assert(!screen.includes("908172"), screen);
    assert.match(JSON.parse(await Deno.readTextFile(out)).AccessKeyId, /^ASIA/);
    assert.equal(aws.calls.length, 2);
  });
});

async function contract(
  { prefix, probe }: Machine,
  t: Deno.TestContext,
  args: readonly string[],
  count: number,
) {
  const { code, stdout, stderr } = await prefix.run(probe, args, {
    env: { AWS_VAULT_CONTRACT: "a value = with an equals sign", AWS_VAULT_CONTRACT_EMPTY: "" },
  });
  assert.equal(code, 0, stderr);
  const lines = stdout.trim().split("\n").map((line) =>
    JSON.parse(line) as { name: string; failure: string | null }
  );
  assert.equal(lines.length, count, stderr);
  for (const { name, failure } of lines) await t.step(name, () => assert.equal(failure, null));
}

test("the Bun host on Windows keeps its contract", async (machine, t) => {
  const folder = `${machine.prefix.env.HOME}/host`;
  await Deno.mkdir(folder);
  await contract(
    machine,
    t,
    ["host-contract", windowsPath(folder)],
    HOST_CONTRACT.filter((one) => !one.posixOnly).length,
  );
});

test("WincredStore keeps the contract of secret stores", async (machine, t) => {
  await contract(machine, t, ["store-contract"], 9);
});
