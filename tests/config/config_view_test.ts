import assert from "node:assert/strict";
import { ConfigView } from "../../src/config/config_view.ts";
import { configFile, failureOf } from "./config_texts.ts";

const view = (text: string) => new ConfigView(configFile(text));

const names: [what: string, text: string, names: string[]][] = [
  ["lists profiles in file order, each once", "[profile b]\n[profile a]\n[sso-session s]\n[profile b]\n", [
    "b",
    "a",
  ]],
  ["lists [default] as default", "[profile b]\n[default]\nregion = x\n", ["b", "default"]],
  ["lists both forms of default once", "[default]\nregion=x\n[profile a]\n[profile default]\nregion=x\n", [
    "default",
    "a",
  ]],
  ["leaves out an empty [default]", "[default]\n[profile a]\n", ["a"]],
  ["leaves out a [default] with unknown keys only", "[default]\noutput = json\n[profile a]\n", ["a"]],
  ["leaves out a [default] whose [profile default] is empty", "[default]\nregion=x\n[profile default]\n", []],
  ["lists a [default] that only includes", "[default]\ninclude_profile = a\n[profile a]\n", ["default", "a"]],
  ["lists profiles beside mistakes", "[profile a]\njunk\n[default]\njunk\n[profile b\n[profile c]\n", [
    "a",
    "default",
    "c",
  ]],
  ["lists names that need quotes without them", '[profile "a b"]\n', ["a b"]],
  ["lists nothing of an empty file", "", []],
];

for (const [what, text, expected] of names) {
  Deno.test(`ConfigView.profileNames ${what}`, () => assert.deepEqual(view(text).profileNames(), expected));
}

Deno.test("ConfigView.hasProfile knows sections that are empty or can't be read", () => {
  const config = view("[profile a]\n[profile b]\njunk\n[c]\n");
  assert.deepEqual(["a", "b", "c"].map((name) => config.hasProfile(name)), [true, true, false]);
});

Deno.test("ConfigView.ownValue inherits nothing", () => {
  const config = view(
    "[default]\nregion = d\n[profile i]\nmfa_serial = m\n[profile a]\ninclude_profile = i\nexternal_id = x\n",
  );
  assert.equal(config.ownValue("a", "external_id"), "x");
  assert.equal(config.ownValue("a", "mfa_serial"), null);
  assert.equal(config.ownValue("a", "region"), null);
  assert.equal(config.ownValue("gone", "region"), null);
});

const startUrls: [what: string, text: string, url: string | null][] = [
  ["is the profile's own", "[profile a]\nsso_start_url = https://own\n", "https://own"],
  [
    "is the sso-session's before its own",
    "[profile a]\nsso_start_url = https://own\nsso_session = s\n[sso-session s]\nsso_start_url = https://s\n",
    "https://s",
  ],
  [
    "comes through an include",
    "[profile i]\nsso_start_url = https://i\n[profile a]\ninclude_profile = i\n",
    "https://i",
  ],
  ["does not come from default by itself", "[default]\nsso_start_url = https://d\n[profile a]\n", null],
  ["is null behind a loop", "[profile a]\ninclude_profile = a\nsso_start_url = https://own\n", null],
];

for (const [what, text, url] of startUrls) {
  Deno.test(`ConfigView.ssoStartUrl ${what}`, () => assert.equal(view(text).ssoStartUrl("a"), url));
}

Deno.test("ConfigView.ssoSessionNames gives every session with the URL, in file order", () => {
  const text = "[sso-session z]\nsso_start_url = https://s\n[sso-session x]\nsso_start_url = https://x\n" +
    "[sso-session broken]\njunk\n[sso-session a]\nsso_start_url = https://s\n";
  assert.deepEqual(view(text).ssoSessionNames("https://s"), ["z", "a"]);
});

Deno.test("ConfigView.ownValue names the place of a mistake in the profile", () => {
  assert.match(
    failureOf(() => view("[profile a]\njunk\n").ownValue("a", "region")),
    /^config-syntax: config:2: /,
  );
});

const mistakes: [what: string, text: string, mistakes: string[]][] = [
  ["nothing in a good file", "# x\n[profile a]\nx=1\n[plugins]\nx=1\n", []],
  ["a header without its bracket", "[profile a]\n[profile b\nx=1\n", [
    "config:2: a section header must end with ]",
  ]],
  ["text after a header", "[profile a] b\n", ["config:1: text after the ] of a section header"]],
  ["the first of the properties before a section", "x=1\ny=1\n[profile a]\n", [
    "config:1: a property before the first section",
  ]],
  ["a file that is no text", "\u0000\ufffd\u0001\ufffd\n\ufffd", [
    "config:1: a property before the first section",
  ]],
];

for (const [what, text, expected] of mistakes) {
  Deno.test(`ConfigView.mistakes finds ${what}`, () => assert.deepEqual(view(text).mistakes(), expected));
}
