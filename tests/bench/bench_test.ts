import assert from "node:assert/strict";
import { benchOptions } from "../../scripts/bench/bench_options.ts";
import { markdownTable, type Row, svgPlot } from "../../scripts/bench/report.ts";
import { race } from "../../scripts/bench/race.ts";
import { ratioVerdict } from "../../scripts/bench/ratio_verdict.ts";
import { summarize } from "../../scripts/bench/statistics.ts";
import { Command, cpuOfMany, peakMemory } from "../../scripts/bench/timed_process.ts";

Deno.test("summarize gives least, middle and 95th percentile, in whatever order values come", () => {
  assert.deepEqual(summarize([3]), { min: 3, median: 3, p95: 3 });
  assert.deepEqual(summarize([4, 1, 3, 2]), { min: 1, median: 2.5, p95: 3.8499999999999996 });
  assert.deepEqual(summarize(Array.from({ length: 101 }, (_, i) => 100 - i)), {
    min: 0,
    median: 50,
    p95: 95,
  });
});

const rows: Row[] = [
  {
    group: "cached <file>",
    program: "empty",
    summary: summarize([10]),
    unit: "ms",
    ratio: null,
    cpuRatio: null,
  },
  {
    group: "cached <file>",
    program: "ours",
    summary: summarize([12.34]),
    unit: "ms",
    ratio: 1.234,
    cpuRatio: 1.1,
  },
];

Deno.test("markdownTable shows every row, with a ratio where there is one", () => {
  const lines = markdownTable(rows).split("\n").slice(2);
  assert.deepEqual(lines, [
    "| cached <file> | empty | 10.0 | 10.0 | 10.0 | ms |  |  |",
    "| cached <file> | ours | 12.3 | 12.3 | 12.3 | ms | 1.23 | 1.10 |",
  ]);
});

Deno.test("svgPlot draws a bar for each ratio and lets no text become markup", () => {
  const svg = svgPlot(rows, "a & b");
  assert.equal(svg.match(/<rect x=/g)?.length, 1);
  assert.match(svg, />1\.10</);
  assert.match(svg, /cached &#60;file&#62;/);
  assert.match(svg, /a &#38; b/);
});

Deno.test("benchOptions takes its flags and refuses others by name", () => {
  const sh = Deno.realPathSync("/bin/sh");
  assert.deepEqual(
    benchOptions(["--rounds=7", "--against=x=/bin/sh", "--against=y=/bin/sh", "--plot=p.svg"]),
    {
      rounds: 7,
      program: null,
      previous: null,
      against: [["x", sh], ["y", sh]],
      plot: "p.svg",
    },
  );
  assert.equal(benchOptions(["--previous=/bin/sh"]).previous, sh);
  for (const wrong of ["--round=1", "--rounds=0", "--rounds=x", "--against=/bin/sh", "file"]) {
    assert.throws(() => benchOptions([wrong]), new RegExp(`unknown argument ${wrong}`));
  }
});

Deno.test("Command runs a program with its arguments and environment alone, and tells how it ended", () => {
  const exits = (script: string) =>
    new Command(["/bin/sh", "-c", script, "sh", "5"], { CODE: "7" }).run().exitCode;
  assert.equal(exits("exit $CODE"), 7);
  assert.equal(exits("exit $1"), 5);
  assert.equal(exits("kill -9 $$"), -1);
  assert.equal(exits('test -z "$HOME" && exit 3'), 3);
  assert.throws(() => new Command(["/nowhere/at/all"], {}).run(), /cannot start/);
});

Deno.test("cpuOfMany and peakMemory count what programs use", () => {
  const busy = new Command(["/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"], {});
  const idle = new Command(["/bin/sh", "-c", ":"], {});
  assert.ok(cpuOfMany(busy, 3) > 0);
  if (Deno.build.os === "linux") assert.ok(peakMemory(idle)! > 100 && peakMemory(idle)! < 20_000);
});

Deno.test("race runs everybody in turn, times no preparation, and names who fails", () => {
  const folder = Deno.makeTempDirSync();
  const sh = (script: string) => new Command(["/bin/sh", "-c", script, "sh", folder], {});
  const logs = (word: string) => ({ name: word, command: sh(`echo ${word} >> $1/log`) });
  const prepared = { ...logs("b"), before: () => void sh("echo prepared >> $1/log").run() };
  const times = race("test", [logs("a"), prepared], 2);
  assert.deepEqual(times.map(({ wallMs, cpuMs }) => [wallMs.length, cpuMs.length]), [[2, 2], [2, 2]]);
  const order = Deno.readTextFileSync(`${folder}/log`);
  assert.match(order, /^(?:a\nprepared\nb\n)+$/);
  Deno.removeSync(folder, { recursive: true });
  assert.throws(
    () => race("the test", [{ name: "bad", command: sh("exit 3") }], 1),
    /^Error: bad failed .*the test$/,
  );
});

Deno.test("ratioVerdict sets the ratio of the medians beside the bound", () => {
  assert.match(
    ratioVerdict([5, 6, 90], [4, 5, 5], 1.2),
    /takes 1\.20 of .* \(median of 3 pairs\), within the bound of 1\.2$/,
  );
  assert.match(ratioVerdict([7, 7, 7], [5, 5, 5], 1.2), /takes 1\.40 .*: BEYOND THE BOUND of 1\.2\./);
});
