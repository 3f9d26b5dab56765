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
import { markdownTable, type Row, svgPlot } from "./report.ts";
import { summarize } from "./statistics.ts";
import { openStores } from "./stores.ts";
import { findTools } from "./tools_on_path.ts";
import { Command, cpuOfMany, peakMemory } from "./timed_process.ts";
import { askFor, PLAIN, PROFILES, type Program, ROLE_WITH_MFA, Workplace } from "./workplace.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const WARM_UP_ROUNDS = 3;
const PARALLEL = 200;
const DELAYS_MS = [0, 50];
const FEW = 5;

interface Ready {
  readonly program: Program;
  readonly env: Readonly<Record<string, string>>;
}

interface Contestant {
  readonly name: string;
  readonly command: Command;
  /** Not timed. */
  readonly before?: () => void;
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

  async store(name: string, storeEnv: Readonly<Record<string, string>>): Promise<void> {
    const ready: Ready[] = [];
    for (const program of this.#programs) {
      const env = this.#place.environment(program, storeEnv, `-${name}`);
      if (await this.#can(program, name, () => this.#place.storeKeys(program, env))) {
        ready.push({ program, env });
      }
    }
    await this.#cached(name, ready);
    await this.#notCached(name, ready);
    for (const { program, env } of ready) {
      await this.#can(program, name, () => this.#place.removeKeys(program, env));
    }
  }

  async #cached(store: string, ready: readonly Ready[]): Promise<void> {
    for (const [profile, what] of Object.entries(PROFILES)) {
      const contestants: Contestant[] = [];
      for (const { program, env } of ready) {
        const warmUp = () => this.#place.warmUp(program, profile, env);
        if (await this.#can(program, `${store}, ${what}`, warmUp)) {
          contestants.push(asking(program, profile, env));
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
          return { ...asking(program, PLAIN!, env), before: () => void clear.run() };
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
      await this.#place.storeKeys(program, this.#fileEnvironment(program));
    }
  }

  async largeConfigs(): Promise<void> {
    for (const size of [10, 1_000, 10_000]) {
      const contestants: Contestant[] = [];
      for (const program of this.#programs) {
        const env = { ...this.#fileEnvironment(program), AWS_CONFIG_FILE: this.#place.config(size) };
        const able = await this.#can(
          program,
          "large configs",
          () => this.#place.warmUp(program, ROLE_WITH_MFA!, env),
        );
        if (able) contestants.push(asking(program, ROLE_WITH_MFA!, env));
      }
      this.#race(`cached, config of ${size} profiles`, contestants);
    }
  }

  async manyAtOnce(): Promise<void> {
    for (const program of this.#vaults) {
      const env = this.#fileEnvironment(program);
      await this.#place.warmUp(program, PLAIN!, env);
      const [empty, own]: [number[], number[]] = [[], []];
      for (let round = 0; round < FEW; round++) {
        empty.push(cpuOfMany(this.#empty.command, PARALLEL));
        own.push(cpuOfMany(asking(program, PLAIN!, env).command, PARALLEL));
      }
      this.#add(`processor time of ${PARALLEL} at once`, program.name, own, empty, "ms");
    }
  }

  async memory(): Promise<void> {
    for (const program of this.#vaults) {
      const env = this.#fileEnvironment(program);
      await this.#place.warmUp(program, ROLE_WITH_MFA!, env);
      const [empty, own]: [number[], number[]] = [[], []];
      for (let round = 0; round < FEW; round++) {
        const both = [this.#empty.command, asking(program, ROLE_WITH_MFA!, env).command].map(peakMemory);
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
    const env = this.#place.environment(program, { AWS_VAULT_BACKEND: "file" });
    await this.#place.storeKeys(program, env);
    const emptySource = `${this.#place.folder}/empty.ts`;
    const emptyArgv = [argv[0]!, "run", "--quiet", "--no-check", ...DENO_PERMISSIONS, emptySource];
    const empty = { name: "empty under deno run", command: new Command(emptyArgv, env) };
    for (const profile of [PLAIN!, ROLE_WITH_MFA!]) {
      await this.#place.warmUp(program, profile, env);
      const what = PROFILES[profile as keyof typeof PROFILES];
      this.#race(`cached, file: ${what}, deno run`, [asking(program, profile, env)], { empty });
    }
  }

  /** `takenOffMs`: of everything but the empty program, whose ratio then says nothing. */
  #race(
    group: string,
    contestants: readonly Contestant[],
    { empty = this.#empty, takenOffMs = null }: { empty?: Contestant; takenOffMs?: number | null } = {},
  ): void {
    const everybody = [empty, ...contestants];
    const times = everybody.map((): number[] => []), cpu = everybody.map((): number[] => []);
    for (let round = -WARM_UP_ROUNDS; round < this.#rounds; round++) {
      everybody.forEach(({ name, command, before }, i) => {
        before?.();
        const { wallMs, cpuMs, exitCode } = command.run();
        if (exitCode !== 0) throw new Error(`${name} failed while it was measured: ${group}`);
        if (round < 0) return;
        times[i]!.push(wallMs);
        cpu[i]!.push(cpuMs);
      });
    }
    everybody.forEach(({ name }, i) => {
      const values = i === 0 ? times[0]! : times[i]!.map((ms) => ms - (takenOffMs ?? 0));
      const isMeasure = i > 0 && takenOffMs === null;
      const cpuRatio = isMeasure ? summarize(cpu[i]!).median / summarize(cpu[0]!).median : null;
      this.#add(group, name, values, isMeasure ? times[0]! : null, "ms", cpuRatio);
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

  #fileEnvironment(program: Program): Record<string, string> {
    return this.#place.environment(program, { AWS_VAULT_BACKEND: "file" }, "-later");
  }

  /** A tool that can't do something is left out of it, with a note; ours has to be able. */
  async #can(program: Program, what: string, attempt: () => Promise<void>): Promise<boolean> {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (program === this.#programs[0]) throw error;
      this.notes.push(`${program.name}, ${what}: ${(error as Error).message.split("\n")[0]}`);
      return false;
    }
  }
}

function asking(program: Program, profile: string, env: Readonly<Record<string, string>>): Contestant {
  return {
    name: program.name,
    command: new Command([...program.argv, ...(program.ask ?? askFor)(profile)], env),
  };
}

/** Compiled exactly as the program is. */
async function compile(entry: string, output: string): Promise<string> {
  await compileBun({ target: hostBunTarget(), entry, output });
  return output;
}

await runTask("bench", async () => {
  const options = benchOptions(Deno.args);
  const place = await Workplace.open(root);
  const { stores, missing } = await openStores();
  try {
    await Deno.writeTextFile(`${place.folder}/empty.ts`, "export {};\n");
    const empty = await compile(`${place.folder}/empty.ts`, `${place.folder}/bin/empty`);
    const program = options.program ??
      await compile(`${root}/src/main_bun.ts`, `${place.folder}/bin/aws-vault`);
    const tools = [
      ...(options.previous === null ? [] : [["previous", options.previous] as const]),
      ...options.against,
    ];
    const programs: Program[] = [["aws-vault", program] as const, ...tools].map(([name, path]) => ({
      name,
      argv: [path],
      env: {},
    }));
    const found = await findTools(program);
    programs.push(...found.programs);

    const bench = new Bench(place, options.rounds, programs, empty);
    for (const { name, env } of stores) await bench.store(name, env);
    await bench.prepareFileStore();
    await bench.largeConfigs();
    await bench.manyAtOnce();
    await bench.memory();
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
    for (const store of stores) await store.close();
    await place.close();
  }
});
