/** Compares what a command printed with what a transcript expects, where `<word>` stands for parts that vary. */

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  any: ".*",
  number: "\\d+",
  expiry: "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ",
  version: "\\d+\\.\\d+\\.\\d+",
  "session-key": "ASIA[A-Z2-7]{16}",
  "session-secret": "[A-Za-z0-9/+]{40}",
  "session-token": "[A-Za-z0-9/+=]{16,}",
};

/**
 * `null` when `actual` is as expected, else a few lines that show the first difference. `values` are placeholders of this run
 * (`<home>`, `<aws>`); a line `...` stands for any number of lines.
 */
export function textDifference(
  expected: string,
  actual: string,
  values: Readonly<Record<string, string>>,
): string | null {
  const want = lines(expected);
  const got = lines(actual);
  if (matchFrom(want, got, values)) return null;
  let same = 0;
  while (same < want.length && same < got.length && lineMatches(want[same]!, got[same]!, values)) same++;
  const show = (text: string | undefined) => text === undefined ? "(nothing more)" : JSON.stringify(text);
  return `line ${same + 1}\n  expected ${show(want[same])}\n  but got  ${show(got[same])}`;
}

function matchFrom(
  want: readonly string[],
  got: readonly string[],
  values: Readonly<Record<string, string>>,
): boolean {
  const [first, ...rest] = want;
  if (first === undefined) return got.length === 0;
  if (first === "...") {
    return got.some((_, index) => matchFrom(rest, got.slice(index), values)) || matchFrom(rest, [], values);
  }
  return got.length > 0 && lineMatches(first, got[0]!, values) && matchFrom(rest, got.slice(1), values);
}

function lineMatches(want: string, got: string, values: Readonly<Record<string, string>>): boolean {
  const pattern = want.replace(/<([a-z-]+)>|[\\^$.*+?()[\]{}|]/g, (found, name?: string) => {
    if (name === undefined) return `\\${found}`;
    const value = values[name];
    if (value !== undefined) return value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    return PLACEHOLDERS[name] ?? found;
  });
  return new RegExp(`^${pattern}$`, "s").test(got);
}

/** An unfinished last line is told apart from a finished one. */
function lines(text: string): string[] {
  if (text === "") return [];
  return text.endsWith("\n")
    ? text.slice(0, -1).split("\n")
    : [...text.split("\n").slice(0, -1), `${text.split("\n").at(-1)}(no newline)`];
}
