import assert from "node:assert/strict";
import fc from "fast-check";
import { queryError, readQueryAnswer } from "../../src/aws/query_api.ts";
import { parseTimestamp } from "../../src/aws/timestamp.ts";
import { parseXml, type XmlElement } from "../../src/aws/xml.ts";
import { chooseProxy } from "../../src/aws/proxy.ts";
import { resolveEndpoint } from "../../src/aws/endpoints.ts";
import { AppError } from "../../src/errors.ts";

/** Text made of the pieces that XML is made of, so that garbage gets deep into the reader. */
const garbage = fc.array(
  fc.oneof(
    fc.constantFrom(
      "<a>",
      "</a>",
      "<b",
      "/>",
      ">",
      "<",
      "&",
      ";",
      "&amp;",
      "&#x41;",
      "&#0;",
      "<!--",
      "-->",
      "<![CDATA[",
    ),
    fc.constantFrom(
      "]]>",
      "<?",
      "?>",
      "<!DOCTYPE a [",
      "]>",
      '"',
      "'",
      "=",
      " ",
      "\n",
      "x:y",
      "<XResponse>",
      "</XResponse>",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  ),
  { maxLength: 40 },
).map((parts) => parts.join(""));

/** Runs it; anything thrown must be an AppError. */
function onlyAppErrors(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof AppError, `${error}`);
  }
}

Deno.test("parseXml throws nothing but AppError, whatever comes", () => {
  fc.assert(fc.property(garbage, (text) => onlyAppErrors(() => parseXml(text))), { numRuns: 500 });
});

interface Tree {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Tree[];
}

const xmlText = fc.string({ unit: "grapheme" }).map((text) =>
  // deno-lint-ignore no-control-regex
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/gu, "")
);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/),
    text: xmlText,
    children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie("tree"), { maxLength: 3 })),
  }),
}));

function write({ name, text, children }: Tree, cdata: boolean): string {
  const written = cdata && !text.includes("]]>") && !text.includes("\r")
    ? `<![CDATA[${text}]]>`
    : text.replace(/[&<>\r"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<n:${name} a="1">${written}${children.map((child) => write(child, cdata)).join("")}</n:${name}>`;
}

function plain({ name, text, children }: XmlElement): Tree {
  return { name, text, children: children.map(plain) };
}

Deno.test("parseXml reads what an XML writer writes", () => {
  fc.assert(fc.property(tree, fc.boolean(), (element, cdata) => {
    assert.deepEqual(plain(parseXml(write(element, cdata))), plain(element));
  }));
});

Deno.test("the Query reader throws nothing but AppError, and always has an error for a bad status", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    garbage.map((text) => new TextEncoder().encode(text)),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.json().map((text) => new TextEncoder().encode(`{"XResponse":{"XResult":${text}},"Error":${text}}`)),
  );
  fc.assert(
    fc.property(bytes, fc.integer({ min: 400, max: 599 }), (body, status) => {
      onlyAppErrors(() => {
        const { result } = readQueryAnswer({ status: 200, headers: {}, body }, "sts X", "X");
        result.text("a", "b");
        result.list("a").map((item) => item.text("b"));
      });
      const error = queryError({ status, headers: {}, body }, {
        call: "sts X",
        secrets: [],
        signedWithSession: false,
      });
      assert.equal(error.httpStatus, status);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f]/);
    }),
    { numRuns: 500 },
  );
});

Deno.test("parseTimestamp reads back any time written in ISO 8601 or as epoch seconds", () => {
  const times = fc.integer({ min: 0, max: Date.parse("2200-01-01") });
  fc.assert(fc.property(times, (time) => {
    assert.equal(parseTimestamp(new Date(time).toISOString()), time);
    assert.equal(parseTimestamp(String(time / 1000)), time);
  }));
});

Deno.test("chooseProxy and resolveEndpoint throw nothing but AppError, whatever the settings", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.ipV6(), fc.domain());
  fc.assert(
    fc.property(
      text,
      text,
      fc.oneof(fc.webUrl(), fc.ipV6().map((ip) => `https://[${ip}]/`)),
      (proxy, noProxy, url) => {
        onlyAppErrors(() => chooseProxy(url, { get: (name) => name === "NO_PROXY" ? noProxy : proxy }));
        const query = {
          service: "sts",
          region: noProxy,
          useFips: false,
          useDualStack: false,
          legacyGlobalSts: false,
        } as const;
        onlyAppErrors(() => {
          const host = new URL(resolveEndpoint({ ...query, customUrl: null }).url).hostname;
          assert.equal(host.split(".")[0], "sts");
        });
        onlyAppErrors(() => new URL(resolveEndpoint({ ...query, customUrl: proxy }).url));
      },
    ),
    { numRuns: 500 },
  );
});
