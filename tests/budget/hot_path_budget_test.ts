/**
 * What a cached answer may ask of the machine, in counts that are the same everywhere: files, system calls, modules, bytes of code. Runs the
 * compiled program (`AWS_VAULT_TEST_PROGRAM`, else one compiled for this test). A change that needs more changes budget.json and says why.
 */
import assert from "node:assert/strict";
import { hostBunTarget } from "../../scripts/bun_targets.ts";
import { bunExecutable, compileBun, runBuilder, startInOnePiece } from "../../scripts/compile_bun.ts";
import { compiledProgram } from "../compiled_program.ts";
import { sleep, Stage } from "../races/stage.ts";
import budget from "./budget.json" with { type: "json" };
import { countKinds, openedPaths, trace } from "./trace.ts";

const root = new URL("../../", import.meta.url).pathname;
const entry = `${root}src/main_bun.ts`;

/** Never on a hit: network, other processes, locks, changes to files, looking through folders. */
const FORBIDDEN =
  /^(?:socket|socketpair|connect|bind|fork|vfork|flock|getdents(?:64)?|rename(?:at2?)?|unlink(?:at)?|mkdir(?:at)?|f(?:data)?sync|f?chmod(?:at)?|link(?:at)?|symlink(?:at)?|add_key|kill|ptrace|pipe2?)$/;

/** Memory, threads, and what the engine asks about the machine. */
const RUNTIMES_OWN =
  /^(?:futex|m(?:map|unmap|protect|advise)|brk|prctl|clone3?|rseq|set_robust_list|rt_sig\w+|sched_\w+|get(?:pid|tid|random)|epoll_\w+)$/;

/** Longer than a file's time stamp may be the same for two states: remember_answer.ts. */
const SETTLED_MS = 2_200;

const HIT = ["export", "--format=json"];

for (const profile of ["plain", "base", "role0"]) {
  Deno.test(`a cached answer (${profile}) asks the kernel for its two files and two keys, and for nothing else`, async () => {
    await withStage(async (stage, program) => {
      const answer = await remembered(stage, profile);
      const { calls, stdout } = await trace([program, ...HIT, profile], stage.env);
      assert.equal(stdout, answer);

      assert.deepEqual(calls.filter(({ name }) => FORBIDDEN.test(name)), []);
      assert.equal(calls.filter(({ name }) => name === "execve").length, 1);
      const processes = calls.filter(({ name, text }) =>
        /^clone3?$/.test(name) && !text.includes("CLONE_THREAD")
      );
      assert.deepEqual(processes, []);
      assert.deepEqual(calls.filter(({ name, text }) => name === "fcntl" && /_SETLKW?\b/.test(text)), []);
      assert.deepEqual(
        calls.filter(({ name, text }) => /^open/.test(name) && /O_WRONLY|O_RDWR|O_CREAT/.test(text)),
        [],
      );

      const ours = calls.filter(({ name, text }) => name !== "execve" && text.includes(stage.folder));
      const paths = openedPaths(ours).map((path) =>
        path.slice(stage.folder.length).replace(/[0-9a-f]{64}/, "RECORD")
      );
      assert.deepEqual(paths, ["/config", "/cache/RECORD.session"]);
      assert.deepEqual(countKinds(ours), budget.systemCallsOnOurFiles);
      assert.equal(calls.filter(({ name }) => name === "keyctl").length, budget.keyctlCalls);
      const written = calls.filter(({ name, text }) => name.startsWith("write") && /^[12]</.test(text));
      assert.equal(written.length, 1);
    });
  });
}

Deno.test("a cached answer reads nothing of a large config that has settled", async () => {
  await withStage(async (stage, program) => {
    const config = `${stage.folder}/config`;
    await Deno.writeTextFile(config, "# filler\n".repeat(10_000), { append: true });
    await sleep(SETTLED_MS);
    const answer = await remembered(stage, "plain");
    const { calls, stdout } = await trace([program, ...HIT, "plain"], stage.env);
    assert.equal(stdout, answer);
    const onConfig = calls.filter(({ name, text }) => name !== "execve" && text.includes(config));
    assert.deepEqual(countKinds(onConfig), { statx: 1 });
  });
});

Deno.test("a cached answer opens no file that an empty program does not open, apart from its own two", async () => {
  await withStage(async (stage, program) => {
    await remembered(stage, "plain");
    const empty = `${stage.folder}/empty`;
    await Deno.writeTextFile(`${stage.folder}/empty.ts`, "export {};\n");
    await compileBun({ target: hostBunTarget(), entry: `${stage.folder}/empty.ts`, output: empty });
    const ofEmpty = (await trace([empty], stage.env)).calls;
    const ofHit = (await trace([program, ...HIT, "plain"], stage.env)).calls;
    const baseline = new Set(openedPaths(ofEmpty));
    const more = openedPaths(ofHit).filter((path) => !baseline.has(path) && !path.startsWith(stage.folder));
    assert.deepEqual(more, []);

    // The engine looks at its memory once more or not, and threads wake each other as they like.
    const itsOwn = (calls: typeof ofHit) =>
      countKinds(
        calls.filter(({ name, text }) => !RUNTIMES_OWN.test(name) && !/\/(?:proc|sys)\//.test(text)),
      );
    const without = itsOwn(ofEmpty);
    const beyond = Object.entries(itsOwn(ofHit)).map(([name, count]) => [name, count - (without[name] ?? 0)]);
    assert.deepEqual(
      Object.fromEntries(beyond.filter(([, count]) => count !== 0)),
      budget.systemCallsBeyondEmpty,
    );
  });
});

Deno.test("a cached answer loads the modules of the budget, and no more bytes of code", async () => {
  await withStage(async (stage) => {
    await remembered(stage, "plain");
    const bun = await bunExecutable(hostBunTarget());
    const source = await trace([bun, entry, ...HIT, "plain"], stage.env);
    const modules = new Set(openedPaths(source.calls).filter((path) => /\/src\/.*\.ts$/.test(path)));
    assert.deepEqual([...modules].map((path) => path.slice(root.length)).sort(), budget.modules);

    const bundle = `${stage.folder}/bundle`;
    await runBuilder([
      ...["build", "--target=bun", "--minify", "--format=esm", "--splitting"],
      ...["--define", `process.env.AWS_VAULT_LIBC="gnu"`, `--outdir=${bundle}`, await startInOnePiece(entry)],
    ]);
    const bundled = await trace([bun, `${bundle}/main_bun.js`, ...HIT, "plain"], stage.env);
    const chunks = new Set(
      openedPaths(bundled.calls).filter((path) => path.startsWith(`${bundle}/`) && path.endsWith(".js")),
    );
    const bytes = [...chunks].reduce((sum, path) => sum + Deno.statSync(path).size, 0);
    assert.equal(chunks.size, budget.chunksLoaded);
    assert.ok(bytes <= budget.hotBytes, `${bytes} bytes of code are loaded, ${budget.hotBytes} may be`);
    assert.ok(
      bytes > budget.hotBytes * 0.9,
      `${bytes} bytes of code are loaded: the budget of ${budget.hotBytes} is too wide`,
    );
  });
});

/** From AWS, from the cache, and from then on from the kernel's memory. */
async function remembered(stage: Stage, profile: string): Promise<string> {
  const first = await stage.ask(profile), second = await stage.ask(profile);
  assert.equal(second.stdout, first.stdout);
  return first.stdout;
}

async function withStage(test: (stage: Stage, program: string) => Promise<void>): Promise<void> {
  const program = await compiledProgram();
  const stage = await Stage.open(program);
  try {
    await test(stage, program);
  } finally {
    await stage.close();
  }
}
