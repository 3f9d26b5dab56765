/**
 * `deno task bench [--rounds=40] [--program=PATH] [--previous=PATH] [--against=NAME=/path]… [--plot=docs/performance.svg]`: what a cached and
 * an uncached answer cost, as whole processes and in ratio to an empty program that is compiled in the same way and measured in turns with
 * it. `--previous` is an older binary of ours; `--against` any tool with the command line of aws-vault. What is found on PATH takes part too.
 */
import { chosenProgram } from "../../tests/transcripts/chosen_program.ts";
import { hostBunTarget } from "../bun_targets.ts";
import { compileBun } from "../compile_bun.ts";
import { DENO_PERMISSIONS } from "../deno_permissions.ts";
import { runTask } from "../run_task.ts";
import { benchOptions } from "./bench_options.ts";
import { compileEmpty } from "./compile_empty.ts";
import { type Contestant, race } from "./race.ts";
import { markdownTable, type Row, svgPlot } from "./report.ts";
import { summarize } from "./statistics.ts";
import { type BenchStore, type OpenStore, storesOfThisMachine } from "./stores.ts";
import { findTools } from "./tools_on_path.ts";
import { Command, cpuOfMany, peakMemory } from "./timed_process.ts";
import { type CaseName, CASES, type Program, Workplace } from "./workplace.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const PARALLEL = 200;
const DELAYS_MS = [0, 50];
const FEW = 5;
/** Longer than two states of a file may have the same time stamp on any file system. */
const SETTLED_MS = 2_200;

interface Ready {
  readonly program: Program;
  readonly env: Readonly<Record<string, string>>;
}

class Bench {
  readonly rows: Row[] = [];
  readonly notes: string[] = [];
  readonly #place: Workplace;
  readonly #rounds: number;
  readonly #programs: readonly Program[];
  readonly #empty: Contestant;

  constructor(place: Workplace, rounds: number, programs: readonly Program[], empty: string) {
    this.#place = place;
    this.#rounds = rounds;
    this.#programs = programs;
    this.#empty = { name: "empty", command: new Command([empty], { HOME: place.folder }) };
  }

  /** Those with the command line of aws-vault. */
  get #vaults(): readonly Program[] {
    return this.#programs.filter(({ ask }) => ask === undefined);
  }

  /** Each program has a store of its own: none finds what another one left there. */
  async store({ name, open }: BenchStore): Promise<void> {
    const ready: Ready[] = [], opened: OpenStore[] = [];
    try {
      for (const program of this.#programs) {
        const store = await this.#open(name, open);
        if (store === null) return;
        opened.push(store);
        const env = await this.#place.environment(program, store.env, `-${name}`);
        if (await this.#can(program, name, () => this.#place.storeKeys(program, env))) {
          ready.push({ program, env });
        }
      }
      await this.#cached(name, ready);
      await this.#notCached(name, ready);
      for (const { program, env } of ready) {
        await this.#can(program, name, () => this.#place.removeKeys(program, env));
        await this.#place.forget(program, env);
      }
    } finally {
      for (const store of opened) await store.close();
    }
  }

  /** `null`, and a note, where this machine has no such store. */
  async #open(name: string, open: BenchStore["open"]): Promise<OpenStore | null> {
    try {
      return await open();
    } catch (error) {
      this.notes.push(`${name}: ${(error as Error).message}`);
      return null;
    }
  }

  async #cached(store: string, ready: readonly Ready[]): Promise<void> {
    for (const [name, what] of Object.entries(CASES) as [CaseName, string][]) {
      const contestants: Contestant[] = [];
      for (const { program, env } of ready) {
        const warmUp = () => this.#place.warmUp(program, name, env);
        if (await this.#can(program, `${store}, ${what}`, warmUp)) {
          contestants.push(this.#place.asking(program, name, env));
        }
      }
      this.#race(`cached, ${store}: ${what}`, contestants);
    }
  }

  /** One GetSessionToken; what the double is told to wait is taken off. */
  async #notCached(store: string, ready: readonly Ready[]): Promise<void> {
    for (const delayMs of DELAYS_MS) {
      await this.#place.setDelay(delayMs);
      const contestants = ready.filter(({ program }) => program.ask === undefined).map(
        ({ program, env }): Contestant => {
          const clear = new Command([...program.argv, "clear"], env);
          return { ...this.#place.asking(program, "plain", env), before: () => void clear.run() };
        },
      );
      this.#race(`not cached, ${store}, STS takes ${delayMs} ms (taken off)`, contestants, {
        takenOffMs: delayMs,
      });
    }
    await this.#place.setDelay(0);
  }

  /** Everything after this uses the file store. */
  async prepareFileStore(): Promise<void> {
    for (const program of this.#programs) {
      await this.#place.storeKeys(program, await this.#fileEnvironment(program));
    }
  }

  async largeConfigs(): Promise<void> {
    for (const size of [10, 1_000, 10_000]) {
      const contestants: Contestant[] = [], configs: string[] = [];
      for (const program of this.#programs) configs.push(await this.#place.config(program, size));
      // As a user's config has: a program may trust no time stamp that is new.
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
      for (const [i, program] of this.#programs.entries()) {
        const config = configs[i]!;
        const env = { ...await this.#fileEnvironment(program), AWS_CONFIG_FILE: config };
        const able = await this.#can(
          program,
          "large configs",
          () => this.#place.warmUp(program, "role-mfa", env),
        );
        if (able) contestants.push(this.#place.asking(program, "role-mfa", env));
      }
      this.#race(`cached, config of ${size} profiles`, contestants);
    }
  }

  async forget(): Promise<void> {
    for (const program of this.#vaults) {
      await this.#place.forget(program, await this.#fileEnvironment(program));
    }
  }

  async manyAtOnce(): Promise<void> {
    for (const program of this.#vaults) {
      const env = await this.#fileEnvironment(program);
      await this.#place.warmUp(program, "plain", env);
      const [empty, own]: [number[], number[]] = [[], []];
      for (let round = 0; round < FEW; round++) {
        empty.push(cpuOfMany(this.#empty.command, PARALLEL));
        own.push(cpuOfMany(this.#place.asking(program, "plain", env).command, PARALLEL));
      }
      this.#add(`processor time of ${PARALLEL} at once`, program.name, own, empty, "ms");
    }
  }

  async memory(): Promise<void> {
    for (const program of this.#vaults) {
      const env = await this.#fileEnvironment(program);
      await this.#place.warmUp(program, "role-mfa", env);
      const [empty, own]: [number[], number[]] = [[], []];
      for (let round = 0; round < FEW; round++) {
        const both = [this.#empty.command, this.#place.asking(program, "role-mfa", env).command].map(
          peakMemory,
        );
        if (both[0] === null || both[1] === null) return;
        empty.push(both[0]! / 1024);
        own.push(both[1]! / 1024);
      }
      this.#add("peak memory of a cached answer", program.name, own, empty, "MiB");
    }
  }

  /** The source under `deno run`, against an empty file under the same. */
  async underDeno(): Promise<void> {
    const { argv, env: denoEnv } = await chosenProgram("deno", `${root}/`);
    const program: Program = { name: "deno run", argv, env: denoEnv };
    const env = await this.#place.environment(program, { AWS_VAULT_BACKEND: "file" });
    await this.#place.storeKeys(program, env);
    const emptySource = `${this.#place.folder}/empty.ts`;
    const emptyArgv = [argv[0]!, "run", "--quiet", "--no-check", ...DENO_PERMISSIONS, emptySource];
    const empty = { name: "empty under deno run", command: new Command(emptyArgv, env) };
    for (const name of ["plain", "role-mfa"] as const) {
      await this.#place.warmUp(program, name, env);
      const contestant = this.#place.asking(program, name, env);
      this.#race(`cached, file: ${CASES[name]}, deno run`, [contestant], { empty });
    }
    await this.#place.forget(program, env);
  }

  /** `takenOffMs`: of everything but the empty program, whose ratio then says nothing. */
  #race(
    group: string,
    contestants: readonly Contestant[],
    { empty = this.#empty, takenOffMs = null }: { empty?: Contestant; takenOffMs?: number | null } = {},
  ): void {
    const everybody = [empty, ...contestants];
    const times = race(group, everybody, this.#rounds);
    everybody.forEach(({ name }, i) => {
      const { wallMs, cpuMs } = times[i]!;
      const isMeasure = i > 0 && takenOffMs === null;
      const values = i === 0 ? wallMs : wallMs.map((ms) => ms - (takenOffMs ?? 0));
      const cpuRatio = isMeasure ? summarize(cpuMs).median / summarize(times[0]!.cpuMs).median : null;
      this.#add(group, name, values, isMeasure ? times[0]!.wallMs : null, "ms", cpuRatio);
    });
  }

  #add(
    group: string,
    program: string,
    values: number[],
    empty: number[] | null,
    unit: Row["unit"],
    cpuRatio: number | null = null,
  ): void {
    const summary = summarize(values);
    const ratio = empty === null ? null : summary.median / summarize(empty).median;
    this.rows.push({ group, program, summary, unit, ratio, cpuRatio });
    console.error(
      `bench: ${group}: ${program} ${summary.median.toFixed(1)} ${unit}${
        ratio === null ? "" : `, ${ratio.toFixed(2)}`
      }`,
    );
  }

  #fileEnvironment(program: Program): Promise<Record<string, string>> {
    return this.#place.environment(program, { AWS_VAULT_BACKEND: "file" }, "-later");
  }

  /** A tool that can't do something is left out of it, with a note; ours has to be able. */
  async #can(program: Program, what: string, attempt: () => Promise<void>): Promise<boolean> {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (program === this.#programs[0]) throw error;
      const reason = (error as Error).message.split("\n")[0]!;
      const isKnown = this.notes.some((note) =>
        note.startsWith(`${program.name}, `) && note.endsWith(reason)
      );
      if (!isKnown) this.notes.push(`${program.name}, ${what}: ${reason}`);
      return false;
    }
  }
}

function plainProgram(name: string, path: string): Program {
  return { name, argv: [path], env: {} };
}

await runTask("bench", async () => {
  const options = benchOptions(Deno.args);
  const place = await Workplace.open(root);
  const { stores, missing } = await storesOfThisMachine();
  try {
    const empty = await place.install("empty", await compileEmpty(place.folder));
    const program = options.program ?? `${place.folder}/compiled`;
    if (options.program === null) {
      await compileBun({ target: hostBunTarget(), entry: `${root}/src/main_bun.ts`, output: program });
    }
    const ours: [string, string][] = [["aws-vault", program]];
    if (options.previous !== null) ours.push(["previous", options.previous]);
    const programs: Program[] = [];
    for (const [name, path] of ours) programs.push(plainProgram(name, await place.install(name, path)));
    for (const [name, path] of options.against) programs.push(plainProgram(name, path));
    const found = await findTools(program);
    programs.push(...found.programs);

    const bench = new Bench(place, options.rounds, programs, empty);
    for (const store of stores) await bench.store(store);
    await bench.prepareFileStore();
    await bench.largeConfigs();
    await bench.manyAtOnce();
    await bench.memory();
    await bench.forget();
    await bench.underDeno();

    console.log(markdownTable(bench.rows));
    for (const note of [...missing, ...found.notes, ...bench.notes]) console.log(`\nleft out: ${note}`);
    if (options.plot !== null) {
      await Deno.writeTextFile(
        options.plot,
        svgPlot(bench.rows, "Processor time of whole processes, in empty programs"),
      );
    }
  } finally {
    await place.close();
  }
});
