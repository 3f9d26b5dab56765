import assert from "node:assert/strict";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { Secret } from "../../src/secret.ts";
import { type Header, type RequestToSign, signRequest } from "../../src/aws/sigv4.ts";
import { vectorJson, vectorNames, vectorText } from "./vectors.ts";

/** A request as the published suite writes it: the target may hold raw blanks, a header value may go on in an indented line. */
function parseRequest(text: string): RequestToSign {
  const [head, ...body] = text.split("\n\n");
  const lines = head!.replace(/\n$/, "").replace(/\n[ \t]+/g, " ").split("\n");
  const [first, ...headers] = lines;
  return {
    method: first!.slice(0, first!.indexOf(" ")),
    target: first!.slice(first!.indexOf(" ") + 1, first!.lastIndexOf(" ")),
    headers: headers.map((
      line,
    ): Header => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
    body: new TextEncoder().encode(body.join("\n\n")),
  };
}

for (const name of vectorNames("sigv4")) {
  Deno.test(`signRequest makes every stage of the published case ${name}`, async () => {
    const file = (stage: string) => vectorText(`sigv4/${name}/${stage}.txt`);
    const context = vectorJson(`sigv4/${name}/context.json`);
    const { access_key_id, secret_access_key, token } = context.credentials;
    const signed = await signRequest(parseRequest(file("request")), {
      credentials: {
        accessKeyId: access_key_id,
        secretAccessKey: new Secret(secret_access_key),
        sessionToken: token === undefined ? null : new Secret(token),
      },
      region: context.region,
      service: context.service,
      time: Date.parse(context.timestamp),
      normalizePath: context.normalize,
      signBody: context.sign_body,
      omitSessionToken: context.omit_session_token ?? false,
    });
    assert.equal(signed.canonicalRequest, file("header-canonical-request"));
    assert.equal(signed.stringToSign, file("header-string-to-sign"));
    assert.equal(signed.signature, file("header-signature"));
    assert.ok(signed.canonicalRequest.includes(`\n\n${signed.signedHeaders}\n`));
    // The suite's order of the added headers varies from case to case.
    const sorted = (headers: readonly Header[]) => headers.map(([n, v]) => `${n.toLowerCase()}:${v}`).sort();
    assert.deepEqual(sorted(signed.headers), sorted(parseRequest(file("header-signed-request")).headers));
  });
}

Deno.test("signRequest makes the signature of a recorded AssumeRole call", async () => {
  const { events } = vectorJson("provider-chain/profile-provider/e2e_assume_role/http-traffic.json");
  const { headers, method } = events[0].action.Request.request;
  const signed = await signRequest({
    method,
    target: "/",
    headers: Object.entries<string[]>(headers).map(([name, values]) => [name, values[0]!]),
    body: new TextEncoder().encode(events[1].action.Data.data.Utf8),
  }, {
    credentials: { accessKeyId: "AKIAFAKE", secretAccessKey: new Secret("FAKE"), sessionToken: null },
    region: "us-east-1",
    service: "sts",
    time: Date.parse("2021-08-10T00:38:33Z"),
  });
  assert.equal(
    signed.headers.find(([name]) => name === "Authorization")?.[1],
    headers.authorization[0],
  );
});

const PLAIN: Parameters<typeof signRequest>[1] = {
  credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: new Secret("secret"), sessionToken: null },
  region: "eu-west-1",
  service: "service",
  time: Date.parse("2026-08-23T10:11:12.345Z"),
};

/** Rules that published cases of other suites test: [what, request target or headers, line of the canonical request, expected]. */
const ROWS: readonly [what: string, part: Partial<RequestToSign>, line: number, expected: string][] = [
  ["an empty path as a slash", { target: "" }, 1, "/"],
  ["an empty path before a query as a slash", { target: "?a=1" }, 1, "/"],
  ["dot segments taken out", { target: "/a/./b/../c" }, 1, "/a/c"],
  ["more dots than segments as the root", { target: "/a/../../.." }, 1, "/"],
  ["double slashes taken out, the last one kept", { target: "//a//b//" }, 1, "/a/b/"],
  ["an encoded path encoded again", { target: "/a%20b" }, 1, "/a%2520b"],
  ["what encodeURIComponent leaves alone", { target: "/!'()*" }, 1, "/%21%27%28%29%2A"],
  ["a name without a value", { target: "/?b&a" }, 2, "a=&b="],
  ["a value with an equals sign", { target: "/?a=b=c" }, 2, "a=b%3Dc"],
  ["an encoded query not encoded again", { target: "/?a=%20%2f" }, 2, "a=%20%2F"],
  ["a stray percent sign as itself", { target: "/?a=%zz" }, 2, "a=%25zz"],
  ["a plus as itself", { target: "/?a=b+c" }, 2, "a=b%2Bc"],
  ["empty pairs left out", { target: "/?&a=1&&" }, 2, "a=1"],
  [
    "sorting by name before value",
    { target: "/?Param-3=3&Param=2&Param=10" },
    2,
    "Param=10&Param=2&Param-3=3",
  ],
  ["sorting by encoded name", { target: "/?z=1&ሴ=2" }, 2, "%E1%88%B4=2&z=1"],
  [
    "values of one header in the order they came",
    { headers: [["host", "h"], ["B", "2"], ["b", "1"]] },
    3,
    "b:2,1",
  ],
  ["blanks around and inside of a value", { headers: [["host", "h"], ["a", " \t x \t  y "]] }, 3, "a:x y"],
  ["no header that proxies change", { headers: [["User-Agent", "x"], ["host", "h"]] }, 3, "host:h"],
];

for (const [what, part, line, expected] of ROWS) {
  Deno.test(`signRequest canonicalizes ${what}`, async () => {
    const request = {
      method: "GET",
      target: "/",
      headers: [["host", "h"]],
      body: new Uint8Array(),
      ...part,
    } as const;
    const { canonicalRequest } = await signRequest(request, PLAIN);
    assert.equal(canonicalRequest.split("\n")[line], expected);
  });
}

Deno.test("signRequest keeps dot segments and double slashes when told not to normalize", async () => {
  const request = {
    method: "GET",
    target: "/a/..//./ b",
    headers: [["host", "h"]],
    body: new Uint8Array(),
  } as const;
  const { canonicalRequest } = await signRequest(request, { ...PLAIN, normalizePath: false });
  assert.equal(canonicalRequest.split("\n")[1], "/a/..//./%20b");
});

Deno.test("signRequest sends a session token unsigned when told so", async () => {
  const credentials = { ...PLAIN.credentials, sessionToken: new Secret("TOKEN") };
  const request = { method: "GET", target: "/", headers: [["host", "h"]], body: new Uint8Array() } as const;
  const signed = await signRequest(request, { ...PLAIN, credentials, omitSessionToken: true });
  assert.equal(signed.signedHeaders, "host;x-amz-date");
  assert.deepEqual(signed.headers.at(-1), ["X-Amz-Security-Token", "TOKEN"]);
});

Deno.test("signRequest replaces headers that it sets itself", async () => {
  const headers = [["host", "h"], ["x-amz-date", "old"], ["authorization", "old"]] as const;
  const signed = await signRequest({ method: "GET", target: "/", headers, body: new Uint8Array() }, PLAIN);
  assert.deepEqual(signed.headers.map(([name]) => name), ["host", "X-Amz-Date", "Authorization"]);
});

Deno.test("signRequest agrees with an independent signer", async () => {
  const independent = new SignatureV4({
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret", sessionToken: "T/+=" },
    region: "eu-west-1",
    service: "service",
    sha256: Sha256,
    applyChecksum: false,
  });
  const body = "Action=x&Name=a%20b";
  const theirs = await independent.sign({
    method: "POST",
    protocol: "https:",
    hostname: "h",
    path: "/a b/ü",
    query: { "q+": ["2", "1"], k: "!*" },
    headers: { host: "h", "content-type": "text/plain" },
    body,
  }, { signingDate: new Date(PLAIN.time) });
  const ours = await signRequest({
    method: "POST",
    target: "/a b/ü?q%2B=2&q%2B=1&k=!*",
    headers: [["host", "h"], ["content-type", "text/plain"]],
    body: new TextEncoder().encode(body),
  }, { ...PLAIN, credentials: { ...PLAIN.credentials, sessionToken: new Secret("T/+=") } });
  assert.equal(ours.headers.find(([name]) => name === "Authorization")?.[1], theirs.headers["authorization"]);
});
