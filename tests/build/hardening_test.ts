/**
 * The hardened runtime on this machine: variables and files that reach a stock Bun executable before its program runs have
 * no effect on ours. Every row also runs on a stock build of the same probe, where it must show, so that no row is empty.
 */
import assert from "node:assert/strict";
import { bunArguments, bunExecutable, compileBun, runBuilder } from "../../scripts/compile_bun.ts";
import { hostBunTarget } from "../../scripts/bun_targets.ts";
import { withTlsServer } from "./tls_server.ts";

interface Row {
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The stock runtime shows no difference on this machine either: the row only proves that ours does not. */
  readonly stockSilent?: true;
}

interface Programs {
  readonly ours: string;
  readonly stock: string;
  readonly folder: string;
}

const intel = Deno.build.arch === "x86_64";

const noisy: readonly Row[] = [
  { env: { BUN_OPTIONS: "--preload ./preload.ts" } },
  { env: { BUN_BE_BUN: "1" } },
  { env: { BUN_JSC_dumpOptions: "2" } },
  { env: { BUN_JSC_logGC: "2" } },
  { env: { BUN_BYTECODE_ORDER_OUT: "./order" } },
  { env: { BUN_BYTECODE_DIGEST_OUT: "./digest" } },
  ...(intel ? [{ env: { MIMALLOC_VERBOSE: "1" } }, { env: { SIMDUTF_FORCE_IMPLEMENTATION: "x" } }] : []),
  { env: { NODE_OPTIONS: "--require ./preload.ts" }, stockSilent: true },
  { env: { BUN_INSPECT_CONNECT_TO: "127.0.0.1:9" }, stockSilent: true },
  { env: { BUN_INSPECT_PRELOAD: "./preload.ts" }, stockSilent: true },
  { env: { NODE_CHANNEL_FD: "2" }, stockSilent: true },
  { env: { NODE_COMPILE_CACHE: "./cache", NODE_V8_COVERAGE: "./coverage" }, stockSilent: true },
  { env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "./cache", BUN_TRACE: "./trace" }, stockSilent: true },
  { env: { BUN_GC_TIMER_INTERVAL: "1", BUN_DESTRUCT_VM_ON_EXIT: "1" }, stockSilent: true },
  { env: { BUN_CRASH_REPORT_URL: "http://127.0.0.1:9", BUN_ENABLE_CRASH_REPORTING: "1" }, stockSilent: true },
  { env: { JSC_dumpOptions: "2", JSC_SIGNAL_FOR_GC: "10" }, stockSilent: true },
  { env: { NODE_PATH: ".", NODE_DEBUG: "*", NODE_REDIRECT_WARNINGS: "./warnings" }, stockSilent: true },
];

const arguments_: readonly (readonly string[])[] = [
  ["--inspect"],
  ["--inspect-brk", "x"],
  ["-e", "1"],
  ["--eval=1"],
  ["-p", "1"],
  ["run", "preload.ts"],
  ["--preload", "./preload.ts"],
  ["-r", "./preload.ts"],
  ["--env-file=.env"],
  ["--config=bunfig.toml"],
  ["--version"],
  ["--help"],
  ["upgrade"],
  ["--cwd", "/"],
  ["--title=x"],
  ["exec", "p", "--", "ls", "-l"],
  ["--"],
  [""],
];

Deno.test("the hardened runtime", async (test) => {
  const folder = await Deno.makeTempDir({ prefix: "hardening-" });
  try {
    const programs = await build(folder);
    const compare = comparer(programs);
    for (const row of noisy) {
      await test.step(`is deaf to ${Object.keys(row.env).join(", ")}`, () => compare(row));
    }
    await test.step("passes every argument to the program", async () => {
      for (const argv of arguments_) {
        const { stdout } = await run(programs.ours, argv, {}, `${folder}/empty`);
        assert.deepEqual(JSON.parse(stdout), { argv, execArgv: [] });
      }
    });
    await test.step("loads no file of the directory it is started in", () => loadsNothing(programs));
    await test.step("leaves the variables in the environment for child processes", async () => {
      const env = {
        BUN_OPTIONS: "--smol",
        NODE_EXTRA_CA_CERTS: "/x",
        HTTPS_PROXY: "http://y",
        NODE_ENV: "z",
      };
      const { stdout } = await run(programs.ours, ["env", Object.keys(env).join(",")], env, folder);
      assert.equal(stdout, "BUN_OPTIONS=--smol NODE_EXTRA_CA_CERTS=/x HTTPS_PROXY=http://y NODE_ENV=z\n");
    });
    await test.step("opens no debugger for BUN_INSPECT", () => opensNoDebugger(programs));
    await test.step("verifies TLS and goes direct whatever the environment says", () => checksTls(programs));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Our build of the probe, and one with everything a stock build does by default. */
async function build(folder: string): Promise<Programs> {
  const target = hostBunTarget();
  const entry = new URL("./runtime_probe.ts", import.meta.url).pathname;
  const ours = { target, entry, output: `${folder}/ours/probe` };
  const stock = { target, entry, output: `${folder}/stock/probe` };
  await Deno.mkdir(`${folder}/stock`);
  await Deno.mkdir(`${folder}/empty`);
  await compileBun(ours);
  const pristine = await bunExecutable(target);
  await runBuilder(bunArguments(stock, pristine).filter((flag) => !flag.startsWith("--no-compile-autoload")));
  return { ours: ours.output, stock: stock.output, folder };
}

function comparer({ ours, stock, folder }: Programs): (row: Row) => Promise<void> {
  return async ({ env, args = ["show"], stockSilent }) => {
    const plain = await observed(ours, args, {}, folder);
    assert.deepEqual(await observed(ours, args, env, folder), plain, "ours changed");
    if (stockSilent !== true) {
      assert.notDeepEqual(
        await observed(stock, args, env, folder),
        plain,
        "the stock build does nothing here either",
      );
    }
  };
}

/** Everything that a run shows, the files it leaves included. */
async function observed(
  program: string,
  args: readonly string[],
  env: Row["env"],
  folder: string,
): Promise<unknown> {
  const cwd = await Deno.makeTempDir({ dir: folder });
  await Deno.writeTextFile(`${cwd}/preload.ts`, `console.log("preloaded")`);
  const result = await run(program, args, env, cwd);
  const files = [...Deno.readDirSync(cwd)].map((entry) => entry.name).sort();
  return { ...result, files };
}

async function loadsNothing({ ours, stock, folder }: Programs): Promise<void> {
  const cwd = `${folder}/hostile`;
  await Deno.mkdir(cwd);
  await Deno.writeTextFile(`${cwd}/.env`, "AWS_VAULT_PROBE=from-dot-env\n");
  await Deno.writeTextFile(`${cwd}/bunfig.toml`, `preload = ["./preload.ts"]\n`);
  await Deno.writeTextFile(`${cwd}/preload.ts`, `console.log("preloaded")\n`);
  await Deno.writeTextFile(`${cwd}/tsconfig.json`, "{ not json");
  await Deno.writeTextFile(`${cwd}/package.json`, "{ not json");
  const args = ["env", "AWS_VAULT_PROBE"];
  assert.deepEqual(await run(ours, args, {}, cwd), {
    code: 0,
    stdout: "AWS_VAULT_PROBE=undefined\n",
    stderr: "",
  });
  const loose = await run(stock, args, {}, cwd);
  assert.match(loose.stdout, /preloaded/);
  assert.match(loose.stdout, /from-dot-env/);
}

async function checksTls(programs: Programs): Promise<void> {
  await withTlsServer(async ({ url, certificate, certificatePath }) => {
    const compare = comparer(programs);
    const args = ["fetch", url];
    const untrusted = await run(programs.ours, args, {}, programs.folder);
    assert.equal(untrusted.stdout, "DEPTH_ZERO_SELF_SIGNED_CERT\n");
    await compare({ args, env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
    await compare({ args, env: { NODE_EXTRA_CA_CERTS: certificatePath } });
    await compare({ args, env: { SSL_CERT_FILE: certificatePath } });
    await compare({ args, env: { SSL_CERT_FILE: certificatePath, NODE_USE_SYSTEM_CA: "1" } });
    const trusted = ["fetch", url, certificate];
    assert.equal((await run(programs.ours, trusted, {}, programs.folder)).stdout, "200\n");
    await compare({ args: trusted, env: { BUN_CONFIG_VERBOSE_FETCH: "1" } });
    await compare({ args: trusted, env: { BUN_CONFIG_VERBOSE_FETCH: "curl" } });
    await compare({ args: trusted, env: { BUN_CONFIG_MAX_HTTP_REQUESTS: "x" } });
    for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) {
      await compare({ args: trusted, env: { [name]: "http://127.0.0.1:9" } });
    }
  });
}

async function opensNoDebugger({ ours, stock, folder }: Programs): Promise<void> {
  const port = freePort();
  // The runtime opens its debugger before the program starts.
  assert.equal(await debuggerAnswers(ours, port, folder, 1), false);
  assert.equal(await debuggerAnswers(stock, port, folder, 100), true);
}

async function debuggerAnswers(
  program: string,
  port: number,
  cwd: string,
  attempts: number,
): Promise<boolean> {
  const child = new Deno.Command(program, {
    args: ["wait"],
    cwd,
    clearEnv: true,
    env: { BUN_INSPECT: `ws://127.0.0.1:${port}/x` },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const reader = child.stdout.getReader();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "ready\n");
    await reader.cancel();
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return true;
      } catch (failure) {
        if (!(failure instanceof Deno.errors.ConnectionRefused)) throw failure;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
    return false;
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function run(
  program: string,
  args: readonly string[],
  env: Row["env"],
  cwd: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", HOME: cwd, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(20_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
