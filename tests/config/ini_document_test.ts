import assert from "node:assert/strict";
import { IniDocument } from "../../src/config/ini_document.ts";
import type { SectionKind } from "../../src/config/ini_lines.ts";
import { configFile, credentialsFile, failureOf } from "./config_texts.ts";

type Edit = (document: IniDocument) => unknown;
const set =
  (name: string, values: Record<string, string>, kind: SectionKind = "profile"): Edit => (document) =>
    document.set(kind, name, values);
const unset = (name: string, key: string): Edit => (document) => document.unset("profile", name, key);
const remove = (name: string): Edit => (document) => document.remove("profile", name);

const edits: [what: string, edit: Edit, before: string, after: string][] = [
  // A section that is not there yet
  ["appends a section to an empty file", set("a", { x: "1", y: "2" }), "", "[profile a]\nx = 1\ny = 2\n"],
  ["appends a section without properties", set("a", {}), "", "[profile a]\n"],
  [
    "appends the default profile without the word profile",
    set("default", { x: "1" }),
    "",
    "[default]\nx = 1\n",
  ],
  ["appends an sso-session", set("default", { x: "1" }, "sso-session"), "", "[sso-session default]\nx = 1\n"],
  ["quotes a name that is not plain", set("a b", {}), "", '[profile "a b"]\n'],
  ["quotes a name with an apostrophe", set("o'b", {}), "", '[profile "o\'b"]\n'],
  ["quotes a name that is not ASCII", set("é", {}), "", '[profile "é"]\n'],
  ["leaves one blank line before", set("a", {}), "[default]\nx=1\n", "[default]\nx=1\n\n[profile a]\n"],
  ["uses the blank line that is there", set("a", {}), "[default]\n \t\n", "[default]\n \t\n[profile a]\n"],
  ["ends a last line without a line end", set("a", {}), "[default]\nx=1", "[default]\nx=1\n\n[profile a]\n"],
  ["ends a last line of blanks", set("a", {}), "[default]\n  ", "[default]\n  \n[profile a]\n"],
  ["keeps to CR LF", set("a", { x: "1" }), "[b]\r\nx=1", "[b]\r\nx=1\r\n\r\n[profile a]\r\nx = 1\r\n"],
  ["keeps a byte-order mark", set("a", {}), "\ufeff", "\ufeff[profile a]\n"],
  ["keeps comments at the end", set("a", {}), "[default]\n# end\n", "[default]\n# end\n\n[profile a]\n"],
  [
    "does not take a name with a blank that AWS passes over for the quoted one",
    set("a b", {}),
    "[profile a b]\n",
    '[profile a b]\n\n[profile "a b"]\n',
  ],
  ["appends after mistakes elsewhere", set("a", {}), "junk\n", "junk\n\n[profile a]\n"],
  // A property that is not there yet
  [
    "adds a property before the blank lines and comments that lead to the next section",
    set("a", { y: "2" }),
    "[profile a]\nx=1\n\n# about b\n[profile b]\n",
    "[profile a]\nx=1\ny = 2\n\n# about b\n[profile b]\n",
  ],
  [
    "adds a property right after a lone header",
    set("a", { x: "1" }),
    "[profile a]\n\n[profile b]\n",
    "[profile a]\nx = 1\n\n[profile b]\n",
  ],
  [
    "adds a property after a header at the end of the text",
    set("a", { x: "1" }),
    "[profile a]",
    "[profile a]\nx = 1\n",
  ],
  [
    "adds a property after nested ones",
    set("a", { x: "1" }),
    "[profile a]\ns3 =\n  y = 1\n\n",
    "[profile a]\ns3 =\n  y = 1\nx = 1\n\n",
  ],
  [
    "adds a property where all are indented",
    set("a", { y: "2" }),
    "[profile a]\n\tx=1\n\t# c\n",
    "[profile a]\n\tx=1\n\t# c\n\ty = 2\n",
  ],
  [
    "adds a property after an indented comment, not before",
    set("a", { x: "1" }),
    "[profile a]\n  # c\n",
    "[profile a]\n  # c\nx = 1\n",
  ],
  [
    "adds a property to the last section of a name",
    set("a", { y: "2" }),
    "[profile a]\nx=1\n[profile b]\n[profile a]\n",
    "[profile a]\nx=1\n[profile b]\n[profile a]\ny = 2\n",
  ],
  [
    "adds a property to the default profile that counts",
    set("default", { y: "2" }),
    "[default]\nx=1\n[profile default]\nx=1\n",
    "[default]\nx=1\n[profile default]\nx=1\ny = 2\n",
  ],
  [
    "adds a property with CR LF",
    set("a", { y: "2" }),
    "[profile a]\r\nx=1\r\n",
    "[profile a]\r\nx=1\r\ny = 2\r\n",
  ],
  [
    "adds a property to a quoted section",
    set("a b", { y: "2" }),
    "[profile 'a b']\nx=1\n",
    "[profile 'a b']\nx=1\ny = 2\n",
  ],
  // A property that is there
  [
    "replaces a value and keeps spelling, blanks and comment",
    set("a", { x: "new" }),
    "[profile a]\nX  =\told  # why\ny=1\n",
    "[profile a]\nX  =\tnew  # why\ny=1\n",
  ],
  [
    "replaces a value with CR LF",
    set("a", { x: "new" }),
    "[profile a]\r\nx=old\r\n",
    "[profile a]\r\nx=new\r\n",
  ],
  [
    "replaces a value at the end of the text",
    set("a", { x: "new" }),
    "[profile a]\nx=old",
    "[profile a]\nx=new",
  ],
  ["replaces an empty value", set("a", { x: "new" }), "[profile a]\nx =\n", "[profile a]\nx = new\n"],
  [
    "replaces an empty value without blanks",
    set("a", { x: "new" }),
    "[profile a]\nx=\n",
    "[profile a]\nx=new\n",
  ],
  [
    "replaces an empty value before a comment",
    set("a", { x: "new" }),
    "[profile a]\nx = # c\n",
    "[profile a]\nx = new # c\n",
  ],
  [
    "replaces a value by an empty one",
    set("a", { x: "" }),
    "[profile a]\nx=old\ny=1\n",
    "[profile a]\nx=\ny=1\n",
  ],
  [
    "replaces a value with all that continues it",
    set("a", { x: "new" }),
    "[profile a]\nx=old\n more\n\n# c\n  # more\ny=1\n",
    "[profile a]\nx=new\n\n# c\ny=1\n",
  ],
  [
    "replaces nested properties",
    set("a", { s3: "new" }),
    "[profile a]\ns3 =\n  # c\n  y = 1\n",
    "[profile a]\ns3 = new\n",
  ],
  [
    "replaces the last of equal properties",
    set("a", { x: "new" }),
    "[profile a]\nx=1\nx=2\n",
    "[profile a]\nx=1\nx=new\n",
  ],
  [
    "changes nothing for the value that is there",
    set("a", { x: "1" }),
    "[profile a]\nx  =  1 # c\n",
    "[profile a]\nx  =  1 # c\n",
  ],
  // Removals
  [
    "removes a property with what continues it",
    unset("a", "x"),
    "[profile a]\n# c\nx=1\n  2\ny=1\n",
    "[profile a]\n# c\ny=1\n",
  ],
  [
    "removes every occurrence of a property",
    unset("a", "x"),
    "[profile a]\nx=1\n[profile b]\nx=1\n[profile a]\nX=2\n",
    "[profile a]\n[profile b]\nx=1\n[profile a]\n",
  ],
  ["removes a property at the end of the text", unset("a", "x"), "[profile a]\nx=1", "[profile a]\n"],
  ["removes nothing that is not there", unset("a", "z"), "[profile a]\nx=1", "[profile a]\nx=1"],
  [
    "removes a section and one of the blank lines around it",
    remove("b"),
    "[profile a]\n\n[profile b]\n# c\nx=1\n\n# about c\n[profile c]\n",
    "[profile a]\n\n# about c\n[profile c]\n",
  ],
  ["removes the first section", remove("a"), "[profile a]\nx=1\n\n[profile b]\n", "[profile b]\n"],
  [
    "removes a section wherever it occurs",
    remove("a"),
    "[profile a]\n[profile b]\n[profile a]\nx=1",
    "[profile b]\n",
  ],
  [
    "removes both forms of the default profile",
    remove("default"),
    "[default]\nx=1\n[profile a]\n[profile default]\n",
    "[profile a]\n",
  ],
  [
    "removes a section with CR LF",
    remove("a"),
    "\r\n[profile a]\r\nx=1\r\n\r\n[profile b]\r\n",
    "\r\n[profile b]\r\n",
  ],
];

for (const [what, edit, before, after] of edits) {
  Deno.test(`IniDocument ${what}`, () => {
    const document = new IniDocument(configFile(before));
    edit(document);
    assert.equal(document.text, after);
  });
}

Deno.test("IniDocument says whether a removal found something", () => {
  const document = new IniDocument(configFile("[profile a]\nx=1\n"));
  assert.equal(document.unset("profile", "b", "x"), false);
  assert.equal(document.unset("profile", "a", "y"), false);
  assert.equal(document.unset("profile", "a", "x"), true);
  assert.equal(document.remove("profile", "b"), false);
  assert.equal(document.remove("profile", "a"), true);
});

Deno.test("IniDocument writes bare names to a credentials file, plain ones only", () => {
  const document = new IniDocument(credentialsFile(""));
  document.set("profile", "a", { x: "1" });
  document.set("profile", "default", {});
  assert.equal(document.text, "[a]\nx = 1\n\n[default]\n");
  assert.match(failureOf(() => document.set("profile", "a b", {})), /^config-unwritable: /);
  assert.match(failureOf(() => document.set("sso-session", "s", {})), /^config-unwritable: /);
});

for (
  const name of [
    "",
    "a]b",
    'a"b',
    "a\\b",
    "a#b",
    "a;b",
    "a\nb",
    "a\rb",
    "a\tb c",
    "a\u0000",
    "\ud800",
    "a\u0085b",
  ]
) {
  Deno.test(`IniDocument refuses to write the profile name ${JSON.stringify(name)}`, () => {
    const document = new IniDocument(configFile("[default]\n"));
    assert.match(failureOf(() => document.set("profile", name, { x: "1" })), /^config-unwritable: /);
    assert.equal(document.text, "[default]\n");
  });
}

for (
  const value of [
    "a\nb",
    "a\rb",
    "a\u0000",
    "a\u001b[0m",
    "a\tb",
    " a",
    "a ",
    "#a",
    ";a",
    "a #b",
    "a ;b",
    "\ud800",
    "a\u00a0",
  ]
) {
  Deno.test(`IniDocument refuses to write the value ${JSON.stringify(value)}`, () => {
    const document = new IniDocument(configFile("[profile a]\nx=1\n"));
    assert.match(failureOf(() => document.set("profile", "a", { x: value })), /^config-unwritable: x: /);
    assert.match(failureOf(() => document.set("profile", "b", { x: value })), /^config-unwritable: x: /);
    assert.equal(document.text, "[profile a]\nx=1\n");
  });
}

for (const key of ["", "X", "a b", "a=b", "a:b", "#a", "[a", "a\n"]) {
  Deno.test(`IniDocument refuses to write the property name ${JSON.stringify(key)}`, () => {
    const document = new IniDocument(configFile(""));
    assert.match(failureOf(() => document.set("profile", "a", { [key]: "1" })), /^config-unwritable: /);
  });
}

Deno.test("IniDocument refuses to edit a section that it can't read", () => {
  const broken = new IniDocument(configFile("[profile a]\njunk\n[profile b\n"));
  assert.match(failureOf(() => broken.set("profile", "a", { x: "1" })), /^config-syntax: config:2: /);
  assert.match(failureOf(() => broken.set("profile", "b", { x: "1" })), /^config-syntax: config:3: /);
});

const invalid: [what: string, text: string, line: number][] = [
  ["a property before the first section", "# c\n\nx=1\n[default]\n", 3],
  ["an indented line before the first section", " x=1\n", 1],
  ["a broken header of an unknown kind", "[default]\n[what\n", 2],
  ["a mistake in a section of an unknown kind", "[what ever]\njunk\n", 2],
  ["a mistake in a section without a plain name", "[profile a b]\n\njunk\n", 3],
  ["a mistake in a [default] that does not count", "[default]\njunk\n[profile default]\n", 2],
];

for (const [what, text, line] of invalid) {
  Deno.test(`IniDocument.sections finds ${what}`, () => {
    const failure = failureOf(() => new IniDocument(configFile(text)).sections());
    assert.ok(failure.startsWith(`config-syntax: config:${line}: `), failure);
  });
}

Deno.test("IniDocument.sections gives every section, kind by kind", () => {
  const text = "[services s]\n[profile b]\n[sso-session s]\n[default]\n[profile b]\nx=1\n[what ever]\n";
  const sections = new IniDocument(configFile(text)).sections();
  assert.deepEqual(sections.map(({ kind, name }) => `${kind} ${name}`), [
    "profile b",
    "profile default",
    "sso-session s",
    "services s",
  ]);
  assert.equal(sections[0]!.properties.get("x")!.value, "1");
});
