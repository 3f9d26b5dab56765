/** Config texts made of lines that matter to the grammar, in any order, for property tests. */
import fc from "fast-check";

const lines = [
  "[default]",
  "[profile default]",
  "[profile a]",
  "[profile a] # c",
  "[ profile\tb ];c",
  '[profile "a b"]',
  "[profile 'a']",
  "[profile a b]",
  "[sso-session a]",
  "[services a]",
  "[what a]",
  "[a]",
  "x = 1",
  "X=2 # c",
  "x = ; c",
  "region = eu-west-1",
  "source_profile = b",
  "include_profile = a",
  "role_arn = arn:x",
  "duration_seconds = 900",
  "services = a",
  "sts =",
  "  endpoint_url = https://x",
  "  x = 3",
  "\ty = 4",
  "    deeper",
  " # c",
  "# c",
  "; c",
  "",
  " \t",
  "s3 =",
  "x y = 1",
  "a\rb = c",
  "é = ü",
];

const mistakes = ["[profile a", "[profile a] x", " [profile a]", "[]", "nope", " nope", "= v", "  = v"];

/** Any sequence of such lines and of arbitrary ones, with either line end, with and without a last one and a byte-order mark. */
export const configText: fc.Arbitrary<string> = fc.record({
  mark: fc.constantFrom("", "", "", "\ufeff"),
  lines: fc.array(
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(...lines) },
      { weight: 2, arbitrary: fc.constantFrom(...mistakes) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
    ),
    { maxLength: 14 },
  ),
  first: fc.constantFrom(["[profile a]"], ["[default]"], []),
  eol: fc.constantFrom("\n", "\n", "\r\n"),
  end: fc.boolean(),
}).map(({ mark, first, lines, eol, end }) => mark + [...first, ...lines].join(eol) + (end ? eol : ""));

export const sectionNames = ["default", "a", "b", "a b", "nobody"];
