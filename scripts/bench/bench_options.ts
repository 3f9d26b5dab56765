/** The arguments of the benchmark. */

export interface BenchOptions {
  /** Pairs per case. */
  readonly rounds: number;
  /** A binary to measure; `null` compiles the source as it is. */
  readonly program: string | null;
  readonly previous: string | null;
  readonly against: readonly (readonly [name: string, path: string])[];
  /** Where to write the plot. */
  readonly plot: string | null;
}

/** Throws on anything it does not know. */
export function benchOptions(args: readonly string[]): BenchOptions {
  let [rounds, program, previous, plot]: [number, string | null, string | null, string | null] = [
    40,
    null,
    null,
    null,
  ];
  const against: (readonly [string, string])[] = [];
  for (const arg of args) {
    const [, name, value] = /^--([a-z]+)=(.+)$/.exec(arg) ?? [];
    if (name === "rounds" && /^[1-9]\d{0,4}$/.test(value!)) rounds = Number(value);
    else if (name === "program") program = Deno.realPathSync(value!);
    else if (name === "previous") previous = Deno.realPathSync(value!);
    else if (name === "plot") plot = value!;
    else if (name === "against" && /^[^=]+=.+$/.test(value!)) {
      const equals = value!.indexOf("=");
      against.push([value!.slice(0, equals), Deno.realPathSync(value!.slice(equals + 1))]);
    } else {
      throw new Error(
        `unknown argument ${arg} (known: --rounds=N, --program=PATH, --previous=PATH, --against=NAME=PATH, --plot=FILE)`,
      );
    }
  }
  return { rounds, program, previous, against, plot };
}
