import assert from "node:assert/strict";
import type { Answer } from "../../src/aws/answer.ts";
import { encodeQuery, queryError, readQueryAnswer } from "../../src/aws/query_api.ts";
import { parseXml, type XmlElement } from "../../src/aws/xml.ts";
import { AppError } from "../../src/errors.ts";
import type { HttpResponse } from "../../src/host/host.ts";
import { Secret } from "../../src/secret.ts";
import { vectorJson, vectorNames, vectorText } from "./vectors.ts";

function response(body: string, status = 200, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, body: new TextEncoder().encode(body) };
}

/** An element as plain values: `member` children are a list, everything without children is text. */
function plain(element: XmlElement): unknown {
  if (element.children.length === 0) return element.text;
  if (element.children.every((child) => child.name === "member")) return element.children.map(plain);
  return Object.fromEntries(element.children.map((child) => [child.name, plain(child)]));
}

/** Fails where something expected is not there. A service's model may drop or convert what we keep as text. */
function assertHolds(actual: unknown, expected: unknown, path: string): void {
  if (typeof expected !== "object" || expected === null) {
    assert.equal(actual, String(expected), path);
    return;
  }
  if (Array.isArray(expected)) assert.equal((actual as unknown[]).length, expected.length, path);
  for (const [name, value] of Object.entries(expected)) {
    assertHolds((actual as Record<string, unknown>)?.[name], value, `${path}.${name}`);
  }
}

/** The same comparison through the typed reader. */
function assertAnswerHolds(answer: Answer | null, expected: Record<string, unknown>, path: string): void {
  assert.ok(answer !== null, path);
  for (const [name, value] of Object.entries(expected)) {
    if (Array.isArray(value)) {
      const members = answer.list(name);
      assert.equal(members.length, value.length, `${path}.${name}`);
      value.forEach((item, i) => assertAnswerHolds(members[i]!, item, `${path}.${name}[${i}]`));
    } else if (typeof value === "object" && value !== null) {
      assertAnswerHolds(answer.record(name), value as Record<string, unknown>, `${path}.${name}`);
    } else assert.equal(answer.text(name), String(value), `${path}.${name}`);
  }
}

for (const file of vectorNames("query-xml").filter((name) => name.endsWith(".xml"))) {
  const xml = vectorText(`query-xml/${file}`);
  const expected = vectorJson(`query-xml/${file.replace(/\.xml$/, ".json")}`);
  const root = parseXml(xml);
  const isError = root.children.some((child) => child.name === "Error" || child.name === "Errors");

  Deno.test(`parseXml reads the published answer ${file}`, () => {
    const all = plain(root) as Record<string, unknown>;
    const result = all[root.name.replace(/Response$/, "Result")];
    const content = typeof result === "object" ? result : {};
    const requestId = all["RequestId"] ?? all["RequestID"];
    const metadata = requestId === undefined ? {} : { ResponseMetadata: { RequestId: requestId } };
    assertHolds({ ...all, ...content as object, ...metadata }, expected, file);
  });

  Deno.test(`the Query reader understands the published answer ${file}`, () => {
    const { ResponseMetadata, ...values } = expected;
    if (isError) {
      const error = queryError(response(xml, 403), { call: "sts X", secrets: [], signedWithSession: false });
      assert.equal(error.serviceCode, values.Error.Code);
      assert.equal(error.requestId, ResponseMetadata.RequestId);
      assert.ok(error.message.includes(values.Error.Message.slice(0, 40)));
    } else {
      const answer = readQueryAnswer(response(xml), "x", root.name.replace(/Response$/, ""));
      assert.equal(answer.requestId, ResponseMetadata.RequestId);
      assertAnswerHolds(answer.result, values, file);
    }
  });
}

Deno.test("encodeQuery writes lists, records and numbers as the protocol wants them", () => {
  assert.equal(
    encodeQuery({
      Action: "X",
      Empty: [],
      None: null,
      Count: 5,
      Tags: [{ Key: "a b", Value: "é+*" }, { Key: "c", Value: "" }],
      Keys: ["x", "y"],
      Code: new Secret("123456"),
    }),
    "Action=X&Count=5&Tags.member.1.Key=a%20b&Tags.member.1.Value=%C3%A9%2B%2A" +
      "&Tags.member.2.Key=c&Tags.member.2.Value=&Keys.member.1=x&Keys.member.2=y&Code=123456",
  );
});

Deno.test("readQueryAnswer reads XML and JSON alike", () => {
  const bodies = [
    `<XResponse><XResult><A>1</A><L><member><B>x</B></member><member><B>y</B></member></L></XResult>` +
    `<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></XResponse>`,
    `{"XResponse":{"XResult":{"A":1,"L":[{"B":"x"},{"B":"y"}]},"ResponseMetadata":{"RequestId":"r"}}}`,
    `\n {"XResponse":{"XResult":{"A":"1","L":{"member":[{"B":"x"},{"B":"y"}]},"C":null},"ResponseMetadata":{"RequestId":"r"}}}`,
  ];
  for (const body of bodies) {
    const { result, requestId } = readQueryAnswer(response(body), "sts X", "X");
    assert.equal(requestId, "r");
    assert.equal(result.text("A"), "1");
    assert.deepEqual(result.list("L").map((item) => item.text("B")), ["x", "y"]);
    assert.equal(result.text("C"), null);
    assert.equal(result.text("constructor"), null);
    assert.deepEqual(result.list("A"), []);
    assert.equal(result.record("L", "none"), null);
  }
});

Deno.test("readQueryAnswer takes the request id from the header when the answer has none", () => {
  const answer = readQueryAnswer(response("<XResponse/>", 200, { "x-amzn-requestid": "r" }), "sts X", "X");
  assert.equal(answer.requestId, "r");
});

const UNREADABLE = [
  "",
  "hunter2",
  "<html><body>hunter2<br></body></html>",
  "<html>hunter2</html>",
  "<YResponse><YResult><A>hunter2</A></YResult></YResponse>",
  `{"XResponse":"hunter2"}`,
  `{"hunter2":`,
  `{"YResponse":{}}`,
  "[1]",
  "null",
];
for (const body of [...UNREADABLE, "\udfff"].map((text) => new TextEncoder().encode(text))) {
  const text = new TextDecoder().decode(body);
  Deno.test(`readQueryAnswer refuses ${JSON.stringify(text)} without showing it`, () => {
    assert.throws(() => readQueryAnswer({ status: 200, headers: {}, body }, "sts X", "X"), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.kind], ["aws-answer-damaged", "damaged"]);
      assert.ok(!Deno.inspect(error).includes("hunter2"), "what came is shown");
      return true;
    });
  });
}

Deno.test("readQueryAnswer refuses what is not UTF-8", () => {
  const body = new Uint8Array([0x3c, 0xff, 0x3e]);
  assert.throws(
    () => readQueryAnswer({ status: 200, headers: {}, body }, "sts X", "X"),
    /not readable as UTF-8/,
  );
});

const ABOUT = { call: "sts X", secrets: ["hunter2"], signedWithSession: false };
const ERRORS: readonly [
  what: string,
  response: HttpResponse,
  code: string,
  requestId: string | null,
  message: string,
][] = [
  [
    "XML",
    response(
      "<ErrorResponse><Error><Code>C</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>",
      403,
    ),
    "C",
    "r",
    "sts X: C: m (request r)",
  ],
  [
    "the older form of XML",
    response(
      "<Response><Errors><Error><Code>C</Code><Message>m</Message></Error></Errors><RequestID>r</RequestID></Response>",
      403,
    ),
    "C",
    "r",
    "sts X: C: m (request r)",
  ],
  [
    "JSON",
    response(`{"Error":{"Code":"C","Message":"m"},"RequestId":"r"}`, 403),
    "C",
    "r",
    "sts X: C: m (request r)",
  ],
  [
    "wrapped JSON",
    response(`{"ErrorResponse":{"Error":{"Code":"C"},"RequestId":"r"}}`, 403),
    "C",
    "r",
    "sts X: C (request r)",
  ],
  [
    "JSON with a type",
    response(`{"__type":"com.amazonaws#C","message":"m"}`, 400, { "x-amzn-requestid": "r" }),
    "C",
    "r",
    "sts X: C: m (request r)",
  ],
  ["the type in a header", response("", 400, { "x-amzn-errortype": "C:http://x/" }), "C", null, "sts X: C"],
  ["no body", response("", 503, { "x-amzn-requestid": "r" }), "HTTP 503", "r", "sts X: HTTP 503 (request r)"],
  ["a page", response("<html><body>x<br></body></html>", 502), "HTTP 502", null, "sts X: HTTP 502"],
  ["a well-formed page", response("<html><body>x</body></html>", 404), "HTTP 404", null, "sts X: HTTP 404"],
  ["broken JSON", response(`{"Error":`, 500), "HTTP 500", null, "sts X: HTTP 500"],
];
for (const [what, answer, code, requestId, message] of ERRORS) {
  Deno.test(`queryError reads an error from ${what}`, () => {
    const error = queryError(answer, ABOUT);
    assert.deepEqual([error.serviceCode, error.requestId, error.message], [code, requestId, message]);
    assert.equal(error.httpStatus, answer.status);
  });
}
