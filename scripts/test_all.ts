/**
 * `deno task test:all`: everything that must hold, from formatting to other programs that get credentials from the binary. It
 * installs what is missing where it can, and ends with a line `N passed, N failed` over all sections. Most real parts are Linux's; on
 * macOS and Windows it runs what holds everywhere, and the binary with that system's store.
 */
import { hostBunTarget } from "./bun_targets.ts";
import { bunExecutable } from "./compile_bun.ts";
import { countTests } from "./count_tests.ts";
import { provideTestTools } from "./test_tools.ts";

interface Section {
  readonly title: string;
  /** Arguments for this deno. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const root = new URL("..", import.meta.url).pathname.replace(/^\/([A-Za-z]:)/, "$1").replace(/\/$/, "");
/** Several times what the longest one takes on two cores with nothing else to do. */
const SECTION_TIMEOUT_MS = 40 * 60_000;

/** Tests of these folders need nothing but Deno and the vectors, so they hold on every system. */
const PORTABLE = ["aws", "cli", "config", "credentials", "sessions", "vault"].map((room) => `tests/${room}`);

const everywhere: readonly Section[] = [
  { title: "format", args: ["fmt", "--check"] },
  { title: "lint", args: ["lint"] },
  { title: "types", args: ["check"] },
  { title: "generated files", args: ["task", "docs:check"] },
  { title: "tests of every system", args: ["test", "-A", "--quiet", ...PORTABLE] },
  { title: "Bun binary", args: ["task", "compile:bun"] },
  { title: "binary with the store of this system", args: ["run", "-A", "scripts/check_store.ts"] },
];

const linux: readonly Section[] = [
  { title: "format", args: ["fmt", "--check"] },
  { title: "lint", args: ["lint"] },
  { title: "types", args: ["check"] },
  { title: "generated files", args: ["task", "docs:check"] },
  { title: "workflows", args: ["task", "workflows"] },
  { title: "Bun binary", args: ["task", "compile:bun"] },
  { title: "cached answer beside an empty program", args: ["run", "-A", "scripts/bench/check_ratio.ts"] },
  { title: "tests", args: ["task", "test"], env: { AWS_VAULT_TEST_PROGRAM: "dist/aws-vault" } },
  {
    title: "transcripts on the binary",
    args: ["task", "transcripts"],
    env: { AWS_VAULT_TEST_PROGRAM: "dist/aws-vault" },
  },
  {
    title: "transcripts under deno run",
    args: ["task", "transcripts"],
    env: { AWS_VAULT_TEST_PROGRAM: "deno" },
  },
  { title: "binary with a store of files", args: ["run", "-A", "scripts/check_store.ts"] },
  { title: "interop", args: ["task", "interop"] },
  { title: "archives", args: ["task", "dist", "--targets=bun"] },
  { title: "archives, opened and put to work", args: ["task", "dist:check"] },
  { title: "Windows archive, unpacked", args: ["run", "-A", "tests/archives/unpack_windows.ts"] },
  { title: "Windows archive under Wine", args: ["task", "wine"] },
];

const onLinux = Deno.build.os === "linux";
const sections = onLinux ? linux : everywhere;

let [passed, failed] = [0, 0];
const broken: string[] = [];

console.log("== tools");
for (const complaint of onLinux ? await provideTestTools(root) : []) {
  console.log(complaint);
  broken.push(complaint);
  failed++;
}
const env = await testEnvironment();
for (const section of sections) {
  const started = performance.now();
  console.log(`\n== ${section.title}`);
  const { code, output } = await runSection(section);
  const counts = countTests(output, code);
  passed += counts.passed;
  failed += counts.failed;
  if (counts.failed > 0) broken.push(section.title);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`-- ${section.title}: ${counts.passed} passed, ${counts.failed} failed in ${seconds} s`);
}
if (broken.length > 0) console.log(`\nfailed: ${broken.join("; ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

/** What tests find in the environment: none of this user's AWS settings, and where the real parts are. */
async function testEnvironment(): Promise<Record<string, string>> {
  const kept = Object.entries(Deno.env.toObject())
    .filter(([name]) => !name.startsWith("AWS_") || name.startsWith("AWS_VAULT_TEST_"));
  return {
    AWS_VAULT_TEST_BUN: await bunExecutable(hostBunTarget()),
    AWS_VAULT_TEST_MOTO: `${root}/.venv/bin/moto_server`,
    AWS_VAULT_TEST_PYTHON: `${root}/.venv/bin/python3`,
    AWS_EC2_METADATA_DISABLED: "true",
    NO_COLOR: "1",
    ...Object.fromEntries(kept),
  };
}

async function runSection(section: Section): Promise<{ code: number; output: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...section.args],
    cwd: root,
    clearEnv: true,
    env: { ...env, ...section.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(SECTION_TIMEOUT_MS),
  }).spawn();
  const [status, out, err] = await Promise.all([
    child.status,
    passOn(child.stdout, Deno.stdout),
    passOn(child.stderr, Deno.stderr),
  ]);
  return { code: status.code, output: `${out}\n${err}` };
}

/** Shows what comes, as it comes, and keeps it. */
async function passOn(
  from: ReadableStream<Uint8Array>,
  to: { writeSync(bytes: Uint8Array): number },
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of from) {
    for (let at = 0; at < chunk.length;) at += to.writeSync(chunk.subarray(at));
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
