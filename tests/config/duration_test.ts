import assert from "node:assert/strict";
import { parseDuration } from "../../src/config/duration.ts";
import { failureOf } from "./config_texts.ts";

const valid: [text: string, seconds: number][] = [
  ["0", 0],
  ["+0", 0],
  ["-0", 0],
  ["0s", 0],
  ["90s", 90],
  ["15m", 900],
  ["1h30m", 5400],
  ["72h3m0.5s", 259380],
  ["1.5h", 5400],
  [".5m", 30],
  ["1.m", 60],
  ["1.1h", 3960],
  ["0.29m", 17],
  ["4.35m", 261],
  ["999ms", 0],
  ["-999ms", 0],
  ["1000ms", 1],
  ["600ms400ms", 1],
  ["1000000us", 1],
  ["1000000µs", 1],
  ["1000000μs", 1],
  ["1000000000ns", 1],
  ["-1h", -3600],
  ["+1h", 3600],
  ["30m1h", 5400],
  ["0.3333333333333333333h", 1199],
  ["2562047h47m16s", 9223372036],
];

for (const [text, seconds] of valid) {
  Deno.test(`parseDuration reads ${text} as ${seconds} s`, () => {
    assert.equal(parseDuration(text), seconds);
    assert.equal(parseDuration(text, { allowDaysAndWeeks: true }), seconds);
  });
}

const withDays: [text: string, seconds: number][] = [
  ["1d", 86400],
  ["2w", 1209600],
  ["1w2d3h", 788400],
  ["0.5d", 43200],
];

for (const [text, seconds] of withDays) {
  Deno.test(`parseDuration reads ${text} only where days and weeks are allowed`, () => {
    assert.equal(parseDuration(text, { allowDaysAndWeeks: true }), seconds);
    assert.match(failureOf(() => parseDuration(text)), /^duration-invalid: /);
  });
}

for (
  const text of [
    "",
    " ",
    "3600",
    "-",
    "+",
    "h",
    ".h",
    "1",
    "1h ",
    " 1h",
    "1 h",
    "1H",
    "1x",
    "1hour",
    "--1h",
    "1h-1m",
    "1e3s",
    "0x10s",
    "٣h",
    "2562048h",
    "1h\n",
    "9".repeat(41) + "h",
    "x".repeat(100_000),
  ]
) {
  Deno.test(`parseDuration refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.match(
      failureOf(() => parseDuration(text, { allowDaysAndWeeks: true })),
      /^duration-invalid: not a/,
    );
  });
}
