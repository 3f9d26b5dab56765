import assert from "node:assert/strict";
import { parseList, parseSessionTags } from "../../src/config/session_tags.ts";

const tags: [text: string, tags: [string, string][] | null][] = [
  ["a=1", [["a", "1"]]],
  [" b = 2 , a = 1 ", [["a", "1"], ["b", "2"]]],
  ["a=1,a=2", [["a", "2"]]],
  ["a=x=y", [["a", "x=y"]]],
  ["a=", [["a", ""]]],
  ["é=1,Z=2,a=3", [["Z", "2"], ["a", "3"], ["é", "1"]]],
  ["a=1,\nb=2", [["a", "1"], ["b", "2"]]],
  ["a=1,", null],
  ["a", null],
  ["=1", null],
  ["", null],
];

for (const [text, expected] of tags) {
  Deno.test(`parseSessionTags reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseSessionTags(text), expected);
  });
}

Deno.test("parseList drops blanks and empty elements", () => {
  assert.deepEqual(parseList(" b,, a ,"), ["b", "a"]);
  assert.deepEqual(parseList(""), []);
});
