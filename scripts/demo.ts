/**
 * `deno task demo [--run=bun|deno]`: the main job on a machine that has only npm. Each step is a command that a reader could type, with
 * its output, secrets shortened, and what it cost: prompts and calls. Fails when a step does not do what it says.
 */
import { runTask } from "./run_task.ts";
import { taskOptions } from "./task_options.ts";
import { shortenSecrets } from "./demo/shorten_secrets.ts";
import { KEY_VARIABLES, setStage, type Stage } from "./demo/stage.ts";

const COMMAND_TIMEOUT_MS = 180_000;
const ended = new AbortController();
const TIMED_RUNS = 21;

const ASK_WORK = "aws-vault exec work --duration=1h --json --prompt=osascript";
const ASK_ADMIN = "aws-vault exec admin --json --prompt=osascript";

interface Cost {
  readonly prompts: number;
  readonly calls: readonly string[];
}

const NOTHING: Cost = { prompts: 0, calls: [] };

async function play(stage: Stage): Promise<void> {
  const callers = stage.compiled ? 100 : 20;
  say(`The program: ${stage.program}. AWS: a stand-in on loopback that checks signatures and MFA codes.`);
  say("The home and everything in it is thrown away at the end.\n");
  print(`$ export HOME=${stage.home} PATH=${stage.home}/bin:$PATH`);
  for (const name of ["AWS_ENDPOINT_URL", "AWS_VAULT_BACKEND", "AWS_VAULT_FILE_PASSPHRASE"]) {
    print(`$ export ${name}=${stage.env[name]}`);
  }

  title("The setup: one user with MFA, one role behind it");
  await run(stage, "cat ~/.aws/config");

  title("A key goes in once");
  for (const [name, value] of Object.entries(KEY_VARIABLES)) print(`$ export ${name}=${value}`);
  await run(stage, "aws-vault add --env work", KEY_VARIABLES);
  print(`$ unset ${Object.keys(KEY_VARIABLES).join(" ")}`);
  await run(stage, "ls -l ~/.awsvault/keys");

  title("Short-lived credentials come out: what the AWS CLI, SDKs and Terraform run as credential_process");
  const session = await run(stage, ASK_WORK);
  await expectCost(stage, { prompts: 1, calls: ["GetSessionToken"] });
  expectCredentials(session);
  say("Again:");
  expectEqual("the second answer", await run(stage, ASK_WORK), session);
  await expectCost(stage, NOTHING);

  title("A role that wants MFA");
  const role = await run(stage, ASK_ADMIN);
  await expectCost(stage, { prompts: 1, calls: ["GetSessionToken", "AssumeRole"] });
  expectCredentials(role);

  title("A program with credentials in its environment, and without what opens the vault");
  const environment = await run(stage, "aws-vault exec admin -- env | grep ^AWS_");
  await expectCost(stage, NOTHING);
  expectEqual("the child's key id", /^AWS_ACCESS_KEY_ID=(.+)$/m.exec(environment)?.[1], keyId(role));
  expectEqual("the passphrase in the child", environment.includes("AWS_VAULT_FILE_PASSPHRASE"), false);
  await run(stage, "aws-vault list");

  title(`${callers} callers at once, and nothing cached`);
  await run(stage, "aws-vault clear");
  await run(stage, `for i in $(seq ${callers}); do ${ASK_ADMIN} > ~/answer.$i & done; wait`);
  await expectCost(stage, { prompts: 1, calls: ["GetSessionToken", "AssumeRole"] });
  const answers = await run(stage, "cat ~/answer.* | grep AccessKeyId | sort | uniq -c");
  expectEqual("equal answers", Number(/^ *(\d+) .*\n$/.exec(answers)?.[1]), callers);

  title("What a cached answer costs");
  print(`$ time ${ASK_ADMIN} > /dev/null`);
  say(
    `${await medianMs(stage, ["aws-vault", ...ASK_ADMIN.split(" ").slice(1)])} ms, the median of ` +
      `${TIMED_RUNS} runs; \`true\` takes ${await medianMs(stage, ["true"])} ms`,
  );
  await expectCost(stage, NOTHING);

  title("The key out again, and nothing left");
  await run(stage, "aws-vault clear --lock");
  await run(stage, "aws-vault remove --force work");
  await run(stage, "aws-vault list");
}

/** Shows a command and what it prints; answers its stdout. Throws when it fails. */
async function run(stage: Stage, command: string, env: Readonly<Record<string, string>> = {}) {
  ended.signal.throwIfAborted();
  print(`$ ${command}`);
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", command],
    cwd: stage.home,
    clearEnv: true,
    env: { ...stage.env, ...env },
    stdin: "null",
    signal: AbortSignal.any([ended.signal, AbortSignal.timeout(COMMAND_TIMEOUT_MS)]),
  }).output();
  ended.signal.throwIfAborted();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  print(`${output}${decoder.decode(stderr)}`.trimEnd());
  if (code !== 0) throw new Error(`\`${command}\` ended with exit code ${code}`);
  return output;
}

async function expectCost(stage: Stage, wanted: Cost): Promise<void> {
  const cost = await stage.takeCounts();
  say(`That took ${describe(cost)}.`);
  expectEqual("the cost", describe(cost), describe(wanted));
}

/** `1 prompt, 1 GetSessionToken, 1 AssumeRole` */
function describe({ prompts, calls }: Cost): string {
  const counts = [...new Set(calls)].map((name) => `${calls.filter((call) => call === name).length} ${name}`);
  return [prompts === 1 ? "1 prompt" : `${prompts} prompts`, ...counts.length === 0 ? ["0 calls"] : counts]
    .join(", ");
}

function expectCredentials(answer: string): void {
  const { Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration } = JSON.parse(answer);
  const complete = Version === 1 && /^ASIA/.test(AccessKeyId) && SecretAccessKey && SessionToken &&
    Date.parse(Expiration) > Date.now();
  if (!complete) throw new Error("the answer lacks what SDKs expect");
}

function keyId(answer: string): string {
  return JSON.parse(answer).AccessKeyId;
}

function expectEqual(what: string, actual: unknown, wanted: unknown): void {
  if (actual !== wanted) throw new Error(`${what} should have been ${wanted}, and was ${actual}`);
}

/** Of the whole process, milliseconds with one decimal. */
async function medianMs(stage: Stage, [program, ...args]: readonly string[]): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < TIMED_RUNS; i++) {
    const started = performance.now();
    await new Deno.Command(program!, { args, clearEnv: true, env: stage.env, stdin: "null" }).output();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[TIMED_RUNS >> 1]!.toFixed(1);
}

function title(text: string): void {
  print(`\n=== ${text}\n`);
}

function say(text: string): void {
  print(`# ${text}`);
}

function print(text: string): void {
  if (text !== "") console.log(shortenSecrets(text));
}

await runTask("demo", async () => {
  const { run } = taskOptions(Deno.args, { run: "bun" });
  if (run !== "bun" && run !== "deno") throw new Error(`--run takes bun or deno, not ${run}`);
  if (Deno.build.os === "windows") throw new Error("the demo needs a POSIX shell: Linux or macOS");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => ended.abort(new Error(`ended by ${signal}`)));
  }
  const stage = await setStage(run);
  try {
    await play(stage);
  } finally {
    await stage.close();
  }
  ended.signal.throwIfAborted();
  print("\n=== Done: every step did what it says.");
  Deno.exit(0);
});
