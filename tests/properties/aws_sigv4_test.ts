import assert from "node:assert/strict";
import fc from "fast-check";
import { percentEncode } from "../../src/aws/percent_encode.ts";
import { encodeQuery } from "../../src/aws/query_api.ts";
import { type Header, type SigningOptions, signRequest } from "../../src/aws/sigv4.ts";
import { Secret } from "../../src/secret.ts";

const OPTIONS: SigningOptions = {
  credentials: {
    accessKeyId: "AKIAEXAMPLE",
    secretAccessKey: new Secret("secret"),
    sessionToken: new Secret("token"),
  },
  region: "eu-west-1",
  service: "sts",
  time: Date.parse("2026-08-23T10:11:12Z"),
};
const BODY = new Uint8Array();

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
const value = fc.stringMatching(/^[ -~]{0,20}$/);
const headers = fc.array(fc.tuple(name, value), { maxLength: 8 })
  .map((some): Header[] => [["host", "h"], ...some]);
const target = fc.webPath().chain((path) => fc.webQueryParameters().map((query) => `${path}?${query}`));

Deno.test("percentEncode is undone by decoding, and leaves only unreserved characters", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const encoded = percentEncode(text);
    assert.match(encoded, /^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
    assert.equal(decodeURIComponent(encoded), text);
  }));
});

Deno.test("percentEncode takes any text, broken surrogates included", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void percentEncode(text)));
});

Deno.test("encodeQuery is read back by a form parser", () => {
  const fields = fc.dictionary(
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc.string({ unit: "grapheme" }),
  );
  fc.assert(fc.property(fields, (all) => {
    assert.deepEqual([...new URLSearchParams(encodeQuery(all))], Object.entries(all));
  }));
});

Deno.test("signRequest gives the same for a request it has signed", async () => {
  await fc.assert(fc.asyncProperty(target, headers, async (path, given) => {
    const once = await signRequest({ method: "GET", target: path, headers: given, body: BODY }, OPTIONS);
    const twice = await signRequest(
      { method: "GET", target: path, headers: once.headers, body: BODY },
      OPTIONS,
    );
    assert.equal(twice.canonicalRequest, once.canonicalRequest);
    assert.equal(twice.signature, once.signature);
  }));
});

Deno.test("signRequest sorts headers and query, whatever order they come in", async () => {
  const distinct = fc.uniqueArray(fc.tuple(name, value), { selector: ([n]) => n.toLowerCase(), maxLength: 8 })
    .filter((all) => all.every(([n]) => n.toLowerCase() !== "host"));
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 6 });
  await fc.assert(fc.asyncProperty(distinct, pairs, async (some, query) => {
    const sign = (all: readonly Header[], parameters: readonly Header[]) =>
      signRequest({
        method: "GET",
        target: `/?${parameters.map(([n, v]) => `${percentEncode(n)}=${percentEncode(v)}`).join("&")}`,
        headers: [["host", "h"], ...all],
        body: BODY,
      }, OPTIONS);
    const forwards = await sign(some, query);
    const backwards = await sign([...some].reverse(), [...query].reverse());
    assert.equal(forwards.canonicalRequest, backwards.canonicalRequest);
    const names = forwards.signedHeaders.split(";");
    assert.deepEqual(names, [...new Set(names)].sort());
    for (const needed of ["host", "x-amz-date", "x-amz-security-token"]) assert.ok(names.includes(needed));
  }));
});

Deno.test("signRequest makes another signature when any part changes", async () => {
  const request = {
    method: "POST",
    target: "/a?b=c",
    headers: [["host", "h"], ["d", "e"]] as Header[],
    body: BODY,
  };
  const credentials = OPTIONS.credentials;
  const signatures = await Promise.all([
    signRequest(request, OPTIONS),
    signRequest({ ...request, method: "GET" }, OPTIONS),
    signRequest({ ...request, target: "/b?b=c" }, OPTIONS),
    signRequest({ ...request, target: "/a?b=d" }, OPTIONS),
    signRequest({ ...request, headers: [["host", "i"], ["d", "e"]] }, OPTIONS),
    signRequest({ ...request, headers: [["host", "h"], ["d", "f"]] }, OPTIONS),
    signRequest({ ...request, body: new Uint8Array(1) }, OPTIONS),
    signRequest(request, { ...OPTIONS, region: "eu-west-2" }),
    signRequest(request, { ...OPTIONS, service: "iam" }),
    signRequest(request, { ...OPTIONS, time: OPTIONS.time + 1000 }),
    signRequest(request, { ...OPTIONS, credentials: { ...credentials, sessionToken: new Secret("other") } }),
    signRequest(request, {
      ...OPTIONS,
      credentials: { ...credentials, secretAccessKey: new Secret("other") },
    }),
  ]);
  assert.equal(new Set(signatures.map(({ signature }) => signature)).size, signatures.length);
});
