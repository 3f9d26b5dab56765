/** Durations as Go writes them (`1h30m`, `90s`, `1.5h`), which is how flags and variables of this program take them. */
import { AppError, escapeControls } from "../errors.ts";

const nanosecondsPerUnit = new Map<string, bigint>([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n], // U+00B5 micro sign
  ["μs", 1_000n], // U+03BC Greek letter mu
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

// A week and a day in flags, as https://github.com/xhit/go-str2duration has them: always seven days of 24 hours.
const nanosecondsPerLongUnit = new Map<string, bigint>([
  ["d", 86_400_000_000_000n],
  ["w", 604_800_000_000_000n],
]);

/** Go keeps durations in 64 signed bits of nanoseconds: https://pkg.go.dev/time#Duration */
const LONGEST = 2n ** 63n - 1n;

/**
 * Whole seconds; a part below one second is cut off (toward zero). A sign may lead, and a bare `0` needs no unit; every other number does.
 * Throws AppError `duration-invalid` (kind usage), which does not say where the text came from.
 */
export function parseDuration(text: string, options: { allowDaysAndWeeks?: boolean } = {}): number {
  const negative = text.startsWith("-");
  const unsigned = negative || text.startsWith("+") ? text.slice(1) : text;
  if (unsigned === "0") return 0;
  const term = /(\d*)(?:\.(\d*))?([a-zµμ]+)/gy;
  let nanoseconds = 0n, end = 0;
  for (let match = term.exec(unsigned); match !== null; match = term.exec(unsigned)) {
    const whole = match[1]!, fraction = match[2] ?? "", unit = match[3]!;
    const scale = nanosecondsPerUnit.get(unit) ??
      (options.allowDaysAndWeeks ? nanosecondsPerLongUnit.get(unit) : undefined);
    // 40 digits are beyond the longest duration in any unit, leading zeros apart; more would only cost time.
    if (scale === undefined || whole + fraction === "" || whole.length > 40 || fraction.length > 40) {
      throw invalid(text, options);
    }
    nanoseconds += BigInt(whole || "0") * scale +
      BigInt(fraction || "0") * scale / 10n ** BigInt(fraction.length);
    end = term.lastIndex;
  }
  if (end === 0 || end !== unsigned.length || nanoseconds > LONGEST) throw invalid(text, options);
  const seconds = Number(nanoseconds / 1_000_000_000n);
  return negative && seconds !== 0 ? -seconds : seconds;
}

function invalid(text: string, options: { allowDaysAndWeeks?: boolean }): AppError {
  return new AppError("duration-invalid", "usage", `not a duration: "${escapeControls(text.slice(0, 60))}"`, {
    hints: [`write for example 90s, 15m or 1h30m${options.allowDaysAndWeeks ? ", 1d, 2w" : ""}`],
  });
}
