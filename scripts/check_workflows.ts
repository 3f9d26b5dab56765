/**
 * `deno task workflows`: what of CI and releases can be checked without running them. actionlint and zizmor read .github, ShellCheck the
 * shell scripts. The first two are in `.venv`, where `deno task test:all` puts them.
 */
const root = new URL("../", import.meta.url).pathname;
const python = Deno.env.get("AWS_VAULT_TEST_PYTHON") ?? `${root}.venv/bin/python3`;
const venv = python.slice(0, python.lastIndexOf("/"));

const workflows = [...Deno.readDirSync(`${root}.github/workflows`)].map(({ name }) =>
  `.github/workflows/${name}`
).sort();

const checks: readonly (readonly string[])[] = [
  [`${venv}/actionlint`, "-color=false", ...workflows],
  [`${venv}/zizmor`, "--offline", "--no-progress", "--quiet", ".github"],
  [
    "shellcheck",
    ".ci/run",
    "scripts/release/offer_change.sh",
    "scripts/release/sign_macos.sh",
    "src/cli/completions/scripts/aws-vault.bash",
  ],
];

let failed = 0;
for (const [program = "", ...args] of checks) {
  const name = program.slice(program.lastIndexOf("/") + 1);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(120_000),
  }).output();
  console.log(`${success ? "ok    " : "FAILED"} ${name}`);
  if (success) continue;
  failed++;
  console.log(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
}
console.log(`workflows: ${checks.length - failed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
