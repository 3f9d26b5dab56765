/** Runs `deno task demo` as a user would, and looks for what it promises to show, and for what it must not leave behind. */
import { strict as assert } from "node:assert";
import { shortenSecrets } from "../../scripts/demo/shorten_secrets.ts";

const script = new URL("../../scripts/demo.ts", import.meta.url).pathname;

/** In this order. */
const MILESTONES = [
  `credential_process = aws-vault exec work --duration=1h --json --prompt=osascript`,
  `$ aws-vault add --env work\nAdded the access key of profile "work" in the vault`,
  `$ aws-vault exec work --duration=1h --json --prompt=osascript\n{\n  "Version": 1,\n  "AccessKeyId": "ASIA`,
  `# That took 1 prompt, 1 GetSessionToken.`,
  `# That took 0 prompts, 0 calls.`,
  `$ aws-vault exec admin --json --prompt=osascript\n{`,
  `# That took 1 prompt, 1 GetSessionToken, 1 AssumeRole.`,
  `$ aws-vault exec admin -- env | grep ^AWS_`,
  `AWS_VAULT=admin`,
  `=== 100 callers at once`,
  `# That took 1 prompt, 1 GetSessionToken, 1 AssumeRole.`,
  `    100   "AccessKeyId": "ASIA`,
  ` ms, the median of 21 runs`,
  `# That took 0 prompts, 0 calls.`,
  `Deleted the access key of profile "work"`,
  `=== Done: every step did what it says.`,
];

Deno.test("the demo shows each of its milestones, shortens every secret and leaves nothing behind", async () => {
  const { code, stdout, stderr } = await demo([]).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, `${text}${new TextDecoder().decode(stderr)}`);
  let at = 0;
  for (const milestone of MILESTONES) {
    const found = text.indexOf(milestone, at);
    assert.ok(found >= 0, `not shown, or not in its place: ${milestone}\n${text.slice(at)}`);
    at = found + milestone.length;
  }
  assert.doesNotMatch(text, /[A-Za-z0-9+/]{40}|correct-horse/);
  await assertNothingLeft(text);
});

Deno.test("the demo ends with exit code 1 and leaves nothing behind when it is told to stop", async () => {
  const child = demo(["--run=deno"]).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (!text.includes("$ aws-vault add") && (text += chunk).includes("$ aws-vault add")) {
      child.kill("SIGTERM");
    }
  }
  const problems = await new Response(child.stderr).text();
  assert.equal((await child.status).code, 1);
  assert.equal(problems, "demo: ended by SIGTERM\n");
  await assertNothingLeft(text);
});

Deno.test("shortenSecrets leaves enough to tell two secrets apart, and what is none as it is", () => {
  const rows: readonly [string, string][] = [
    [`  "SecretAccessKey": "abcdefghijkl/+",`, `  "SecretAccessKey": "abcdef…",`],
    [`{"SessionToken":"abcdefghijkl=="}`, `{"SessionToken":"abcdef…"}`],
    ["AWS_SECRET_ACCESS_KEY=abcdefghijkl\nAWS_REGION=x", "AWS_SECRET_ACCESS_KEY=abcdef…\nAWS_REGION=x"],
    ["$ export AWS_VAULT_FILE_PASSPHRASE=abcdefghijkl", "$ export AWS_VAULT_FILE_PASSPHRASE=abcdef…"],
    [`"AccessKeyId": "ASIAabcdefghijkl"`, `"AccessKeyId": "ASIAabcdefghijkl"`],
  ];
  for (const [text, wanted] of rows) assert.equal(shortenSecrets(text), wanted);
});

function demo(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, ...args],
    // The user's own settings must not matter.
    env: { AWS_PROFILE: "other", AWS_VAULT_BACKEND: "keychain", AWS_REGION: "xx-nowhere-1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(240_000),
  });
}

/** No home, no key in the kernel, no stand-in that still listens. */
async function assertNothingLeft(text: string): Promise<void> {
  const home = /^\$ export HOME=(\S+)/m.exec(text)?.[1];
  const url = /^\$ export AWS_ENDPOINT_URL=(\S+)/m.exec(text)?.[1];
  assert.ok(home && url, text);
  await assert.rejects(Deno.stat(home), Deno.errors.NotFound);
  await assert.rejects(fetch(url), TypeError);
  const kernelKeys = await Deno.readTextFile("/proc/keys").catch(() => "");
  assert.ok(!kernelKeys.includes(home));
}
