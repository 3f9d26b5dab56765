import assert from "node:assert/strict";
import type { SectionKind } from "../../src/config/ini_lines.ts";
import { nestedValue, SectionReader } from "../../src/config/ini_sections.ts";
import { configFile, credentialsFile, failureOf } from "./config_texts.ts";

function values(reader: SectionReader, kind: SectionKind, name: string): Record<string, string> | null {
  const section = reader.read(kind, name);
  return section && Object.fromEntries([...section.properties].map(([key, { value }]) => [key, value]));
}

const profiles: [what: string, text: string, name: string, values: Record<string, string> | null][] = [
  ["finds a profile among others", "[profile a]\nx=1\n[profile ab]\nx=2\n[profile b]\nx=3", "ab", { x: "2" }],
  ["answers null for a profile that is not there", "[profile ab]\nx=1", "a", null],
  ["finds no profile in an empty text", "", "a", null],
  ["finds the default profile", "[default]\nx=1", "default", { x: "1" }],
  ["takes blanks around and in a header", "[ \tprofile \t a ]\nx=1", "a", { x: "1" }],
  ["passes over a header without the word profile", "[a]\nx=1", "a", null],
  ["passes over a prefix that touches the name", "[profilea]\nx=1", "a", null],
  ["passes over prefixes in another case", "[Profile a]\nx=1", "a", null],
  ["passes over [DEFAULT]", "[DEFAULT]\nx=1", "default", null],
  ["passes over a name with a blank", "[profile a b]\nx=1", "a b", null],
  ["takes a name in double quotes", '[profile "a b"]\nx=1', "a b", { x: "1" }],
  ["takes a name in single quotes", "[profile 'a b']\nx=1", "a b", { x: "1" }],
  ["takes hidden quotes and backslashes in a name", '[profile "a\\"\\\\b"]\nx=1', 'a"\\b', { x: "1" }],
  ["takes comment marks and brackets in quotes", '[profile "a#];b" ] ; c\nx=1', "a#];b", { x: "1" }],
  ["takes a plain name in quotes for the same name", '[profile "a"]\nx=1\n[profile a]\ny=2', "a", {
    x: "1",
    y: "2",
  }],
  [
    'takes [profile "default"] for the default profile',
    '[profile "default"]\nx=1\n[default]\ny=2',
    "default",
    {
      x: "1",
    },
  ],
  ["passes over quotes with more after them", '[profile "a" b]\nx=1', "a", null],
  ["passes over an empty quoted name", '[profile ""]\nx=1', "", null],
  [
    "lets [profile default] drop what [default] says, before it",
    "[default]\nx=1\n[profile default]\ny=2",
    "default",
    {
      y: "2",
    },
  ],
  [
    "lets [profile default] drop what [default] says, after it",
    "[profile default]\ny=2\n[default]\nx=1",
    "default",
    {
      y: "2",
    },
  ],
  ["merges sections, the later value wins", "[profile a]\nx=1\ny=1\n[profile b]\n[profile a]\nx=2", "a", {
    x: "2",
    y: "1",
  }],
  ["ignores a byte-order mark", "\ufeff[default]\nx=1", "default", { x: "1" }],
  ["reads CR LF", "[profile a]\r\nx=1\r\n y\r\n\r\nz=2\r\n", "a", { x: "1\ny", z: "2" }],
  ["lower-cases the names of properties", "[profile a]\nRegion=X", "a", { region: "X" }],
  ["splits at the first =", "[profile a]\nx = y = z", "a", { x: "y = z" }],
  ["keeps quotes in values", '[profile a]\nx = "y"', "a", { x: '"y"' }],
  ["keeps a comment mark without a blank before it", "[profile a]\nx = https://x/start#/;y", "a", {
    x: "https://x/start#/;y",
  }],
  ["takes a value that is only a comment for an empty one", "[profile a]\nx = # c\ny =;c", "a", {
    x: "",
    y: ";c",
  }],
  [
    "passes over properties with names that are not plain, and what continues them",
    "[profile a]\nx y = 1\n z\nw=2",
    "a",
    {
      w: "2",
    },
  ],
  ["keeps an indented comment in a value that goes on", "[profile a]\nx = 1\n # c", "a", { x: "1\n# c" }],
  ["continues over blank lines and comments at the margin", "[profile a]\nx = 1\n\n# c\n  2", "a", {
    x: "1\n2",
  }],
  [
    "reads a section whose properties are all indented",
    "[profile a]\n  x = 1\n  # c\n  y = 2\n    more\n z = 3",
    "a",
    {
      x: "1",
      y: "2\nmore",
      z: "3",
    },
  ],
  ["keeps nested properties together", "[profile a]\ns3 =\n  a = 1\n\n  # c\n  b =\nx=1", "a", {
    s3: "\na = 1\nb =",
    x: "1",
  }],
  [
    "does not mind mistakes in other sections",
    "junk\n[profile b\n[profile c]\nno equals\n[profile a]\nx=1\n[] x",
    "a",
    {
      x: "1",
    },
  ],
];

for (const [what, text, name, expected] of profiles) {
  Deno.test(`SectionReader ${what}`, () => {
    assert.deepEqual(values(new SectionReader(configFile(text)), "profile", name), expected);
    const listed = new SectionReader(configFile(text));
    assert.equal(listed.names("profile").includes(name), expected !== null);
    assert.deepEqual(values(listed, "profile", name), expected, "the same after all names have been listed");
  });
}

const mistakes: [what: string, text: string, message: string][] = [
  [
    "a line without =",
    "[profile a]\nx=1\nkey : value\n",
    "config:3: a property must have an = between name and value",
  ],
  [
    "an = only in the comment",
    "[profile a]\nx # = 1",
    "config:2: a property must have an = between name and value",
  ],
  ["a property without a name", "[profile a]\n = 1", "config:2: a property without a name"],
  [
    "an indented line with nothing to continue",
    "\n[profile a]\n -c",
    "config:3: an indented line that continues no property, and no property itself: the = is missing",
  ],
  [
    "an indented header",
    "[profile a]\n  x = 1\n  [profile b]",
    "config:3: a section header must begin at the start of its line",
  ],
  [
    "a nested line without =",
    "[profile a]\ns3 =\n  nope",
    "config:3: s3: a nested property must have an = between name and value",
  ],
  [
    "a nested property without a name",
    "[profile a]\ns3 =\n  = 1",
    "config:3: s3: a nested property without a name",
  ],
  ["its header without ]", "[profile b]\n[profile a\nx=1", "config:2: a section header must end with ]"],
  ["its header with a comment before ]", "[profile a # ]", "config:1: a section header must end with ]"],
  ["text after its header", "[profile a] x", "config:1: text after the ] of a section header"],
  ["text after its quoted header", '[profile "a"] x', "config:1: text after the ] of a section header"],
];

for (const [what, text, message] of mistakes) {
  Deno.test(`SectionReader names file and line of ${what}`, () => {
    const reader = new SectionReader(configFile(text));
    const first = failureOf(() => reader.read("profile", "a"));
    assert.equal(first, `config-syntax: ${message}`);
    reader.names("profile");
    assert.equal(
      failureOf(() => reader.read("profile", "a")),
      first,
      "the same after all names have been listed",
    );
  });
}

Deno.test("SectionReader passes over a broken header of a name that only begins alike", () => {
  assert.equal(new SectionReader(configFile("[profile ab\n")).read("profile", "a"), null);
});

Deno.test("SectionReader keeps kinds of sections apart", () => {
  const reader = new SectionReader(
    configFile("[sso-session a]\nx=1\n[services a]\nx=2\n[profile a]\nx=3\n[sso-session default]\n"),
  );
  assert.deepEqual(values(reader, "sso-session", "a"), { x: "1" });
  assert.deepEqual(values(reader, "services", "a"), { x: "2" });
  assert.deepEqual(values(reader, "profile", "a"), { x: "3" });
  assert.deepEqual(reader.names("sso-session"), ["a", "default"]);
  assert.deepEqual(reader.names("services"), ["a"]);
});

Deno.test("SectionReader takes bare names, and no others, in a credentials file", () => {
  const text = '[default]\nx=1\n[ a ]\nx=2\n[profile b]\nx=3\n["c d"]\n[e f]\n[profile]\nx=4\n';
  const reader = new SectionReader(credentialsFile(text));
  assert.deepEqual(values(reader, "profile", "a"), { x: "2" });
  assert.deepEqual(values(reader, "profile", "profile"), { x: "4" });
  assert.equal(reader.read("profile", "b"), null);
  assert.equal(reader.read("sso-session", "a"), null);
  assert.deepEqual(reader.names("profile"), ["default", "a", "profile"]);
});

Deno.test("SectionReader lists names in file order, each once, without headers it can't read", () => {
  const text =
    "[profile b]\n[default]\n[sso-session s]\n[profile a]\n[profile b]\n[profile x\n[profile default]\n[c]\n";
  assert.deepEqual(new SectionReader(configFile(text)).names("profile"), ["b", "default", "a"]);
});

Deno.test("SectionReader keeps the value with its comment beside the value without", () => {
  const section = new SectionReader(configFile("[default]\nx = a # b ; c\n more\n")).read(
    "profile",
    "default",
  );
  assert.equal(section?.properties.get("x")?.value, "a\nmore");
  assert.equal(section?.properties.get("x")?.uncut, "a # b ; c\nmore");
});

Deno.test("nestedValue finds a nested property by its name in lower case, the last one", () => {
  const text =
    "[services a]\nsts =\n  Endpoint_URL = https://one\n  endpoint_url = https://two?x=y\n  empty =\nplain = x\n";
  const { properties } = new SectionReader(configFile(text)).read("services", "a")!;
  assert.equal(nestedValue(properties.get("sts")!, "endpoint_url"), "https://two?x=y");
  assert.equal(nestedValue(properties.get("sts")!, "empty"), "");
  assert.equal(nestedValue(properties.get("sts")!, "other"), null);
  assert.equal(nestedValue(properties.get("plain")!, "x"), null);
});

Deno.test("SectionReader takes the dot and plus of a name for themselves, and tells long names apart", () => {
  const long = "n".repeat(300);
  const reader = new SectionReader(
    configFile(
      `[x]\n[profile axb]\nx=1\n[profile a.b+c]\nx=2\n[profile ${long}]\nx=3\n[profile ${long}n]\nx=4\n`,
    ),
  );
  assert.deepEqual(values(reader, "profile", "a.b+c"), { x: "2" });
  assert.equal(reader.read("profile", "a.b"), null);
  assert.deepEqual(values(reader, "profile", long), { x: "3" });
  assert.deepEqual(values(reader, "profile", `${long}n`), { x: "4" });
});
