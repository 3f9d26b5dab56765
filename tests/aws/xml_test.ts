import assert from "node:assert/strict";
import { parseXml, type XmlElement } from "../../src/aws/xml.ts";
import { AppError } from "../../src/errors.ts";

/** Compact: `name[children]` or `name=text`. */
function shape(element: XmlElement): string {
  return element.children.length > 0
    ? `${element.name}[${element.children.map(shape).join(",")}]`
    : `${element.name}=${element.text}`;
}

const READ: readonly [what: string, document: string, shape: string][] = [
  ["an empty element", "<a/>", "a="],
  ["text with its blanks", "<a> x\n y </a>", "a= x\n y "],
  ["nested elements", "<a>\n <b>1</b><c><d/></c>\n</a>", "a[b=1,c[d=]]"],
  ["prefixes and attributes away", `<n:a xmlns:n="u>v" x = 'y"'><n:b\n/></n:a >`, "a[b=]"],
  ["the five named characters", "<a>&lt;&gt;&amp;&quot;&apos;</a>", "a=<>&\"'"],
  ["character numbers", "<a>&#65;&#x42;&#x1F600;&#xD;</a>", "a=AB😀\r"],
  ["references once only", "<a>&amp;lt;</a>", "a=&lt;"],
  ["CDATA as it stands", "<a>1<![CDATA[<b>&amp;]]]>2</a>", "a=1<b>&amp;]2"],
  ["past declarations and comments", "\ufeff<?xml version='1.0'?><!-- <x> --><a><!--y-->1<?z?></a>\n", "a=1"],
  ["line ends as line feeds", "<a>1\r\n2\r3</a>", "a=1\n2\n3"],
  ["names of odd characters", "<_a.b-c/>", "_a.b-c="],
];
for (const [what, document, expected] of READ) {
  Deno.test(`parseXml reads ${what}`, () => assert.equal(shape(parseXml(document)), expected));
}

const DAMAGED: readonly [what: string, document: string][] = [
  ["nothing", ""],
  ["text only", "hunter2"],
  ["an open element", "<hunter2>"],
  ["a cut tag", "<a><hunter2"],
  ["a cut comment", "<a><!-- hunter2"],
  ["a cut CDATA", "<a><![CDATA[hunter2"],
  ["crossed tags", "<a><b>hunter2</a></b>"],
  ["an end without a start", "</hunter2>"],
  ["a second root", "<a/><hunter2/>"],
  ["text behind the root", "<a/>hunter2"],
  ["a document type", `<!DOCTYPE hunter2 [<!ENTITY e "x">]><a>&e;</a>`],
  ["an unknown reference", "<a>&hunter2;</a>"],
  ["a bare ampersand", "<a>hunter2 & co</a>"],
  ["a name every object has", "<a>&constructor;</a>"],
  ["a forbidden character number", "<a>&#0;</a>"],
  ["half a surrogate pair", "<a>&#xD800;</a>"],
  ["a number past Unicode", "<a>&#x110000;</a>"],
  ["an attribute without quotes", "<a b=hunter2/>"],
  ["an unclosed attribute", `<a b="hunter2>`],
  ["nesting beyond the limit", "<a>".repeat(65) + "</a>".repeat(65)],
  ["more than 4 MiB", `<a>${"x".repeat(4 * 1024 * 1024)}</a>`],
];
for (const [what, document] of DAMAGED) {
  Deno.test(`parseXml refuses ${what} without showing it`, () => {
    assert.throws(() => parseXml(document), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.kind], ["aws-answer-damaged", "damaged"]);
      assert.ok(!error.message.includes("hunter2"));
      return true;
    });
  });
}

Deno.test("parseXml reads nesting up to the limit", () => {
  assert.doesNotThrow(() => parseXml("<a>".repeat(64) + "</a>".repeat(64)));
});
