import assert from "node:assert/strict";
import { chooseProxy } from "../../src/aws/proxy.ts";
import { AppError } from "../../src/errors.ts";

function choose(url: string, variables: Record<string, string>): string | null {
  return chooseProxy(url, { get: (name) => variables[name] });
}

const STS = "https://sts.eu-west-1.amazonaws.com/";
const P = "http://p:3128";

const CHOICES: readonly [
  what: string,
  url: string,
  variables: Record<string, string>,
  proxy: string | null,
][] = [
  ["none when no variable is set", STS, {}, null],
  ["none when the variable is blank", STS, { HTTPS_PROXY: " " }, null],
  ["HTTPS_PROXY for https", STS, { HTTPS_PROXY: P, HTTP_PROXY: "http://other:1" }, P],
  ["https_proxy for https", STS, { https_proxy: P }, P],
  ["the upper-case name first", STS, { HTTPS_PROXY: P, https_proxy: "http://other:1" }, P],
  ["the lower-case name when the upper-case one is blank", STS, { HTTPS_PROXY: "", https_proxy: P }, P],
  ["HTTP_PROXY for http", "http://moto:5000/", { HTTP_PROXY: P, HTTPS_PROXY: "http://other:1" }, P],
  ["never HTTP_PROXY for https", STS, { HTTP_PROXY: P }, null],
  ["never ALL_PROXY", STS, { ALL_PROXY: P, all_proxy: P }, null],
  ["a value without a scheme", STS, { HTTPS_PROXY: "p:3128" }, P],
  ["port 80 when none is given", STS, { HTTPS_PROXY: "http://p/" }, "http://p:80"],
  ["user and password as given", STS, { HTTPS_PROXY: "http://u:p%40ss@p:1" }, "http://u:p%40ss@p:1"],
  ["an IPv6 proxy", STS, { HTTPS_PROXY: "http://[::2]:1" }, "http://[::2]:1"],
];
for (const [what, url, variables, proxy] of CHOICES) {
  Deno.test(`chooseProxy answers ${what}`, () => assert.equal(choose(url, variables), proxy));
}

const NO_PROXY: readonly [noProxy: string, url: string, direct: boolean][] = [
  ["*", STS, true],
  ["amazonaws.com", STS, true],
  ["AmazonAWS.com", STS, true],
  ["amazonaws.com.", STS, true],
  [".amazonaws.com", STS, true],
  ["*.amazonaws.com", STS, true],
  [".amazonaws.com", "https://amazonaws.com/", false],
  ["amazonaws.com", "https://amazonaws.com/", true],
  ["amazonaws.com", "https://notamazonaws.com/", false],
  ["amazonaws", STS, false],
  ["sts.eu-west-1.amazonaws.com:443", STS, true],
  ["sts.eu-west-1.amazonaws.com:8443", STS, false],
  ["amazonaws.com:443", STS, true],
  ["a.example, ,b.example,sts.eu-west-1.amazonaws.com", STS, true],
  ["a.example b.example", "https://a.example/", false],
  ["10.0.0.1", "https://10.0.0.1/", true],
  ["10.0.0.1", "https://10.0.0.10/", false],
  ["10.0.0.1:8443", "https://10.0.0.1:8443/", true],
  ["10.0.0.1:8443", "https://10.0.0.1/", false],
  ["10.0.0.0/8", "https://10.200.3.4/", true],
  ["10.0.0.0/8", "https://11.0.0.1/", false],
  ["10.1.2.128/25", "https://10.1.2.127/", false],
  ["10.1.2.128/25", "https://10.1.2.129/", true],
  ["0.0.0.0/0", "https://8.8.8.8/", true],
  ["0.0.0.0/0", STS, false],
  ["10.0.0.0/33", "https://10.0.0.0/", false],
  ["fd00::/8", "https://[fd12::1]/", true],
  ["fd00::/8", "https://[fe80::1]/", false],
  ["[fd12::1]:443", "https://[fd12:0::1]/", true],
  ["fd12::1", "https://[fd12::1]/", true],
  ["::ffff:10.0.0.1", "https://10.0.0.1/", true],
];
for (const [noProxy, url, direct] of NO_PROXY) {
  Deno.test(`chooseProxy with NO_PROXY=${noProxy} ${direct ? "goes to" : "does not go to"} ${url} directly`, () => {
    assert.equal(choose(url, { HTTPS_PROXY: P, NO_PROXY: noProxy }), direct ? null : P);
    assert.equal(choose(url, { HTTPS_PROXY: P, no_proxy: noProxy }), direct ? null : P);
  });
}

const LOOPBACK = [
  "localhost",
  "LOCALHOST.",
  "sts.localhost",
  "127.0.0.1",
  "127.9.9.9",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "0x7f.1",
];
for (const host of LOOPBACK) {
  Deno.test(`chooseProxy never sends ${host} through a proxy`, () => {
    assert.equal(choose(`http://${host}:5000/`, { HTTP_PROXY: P, NO_PROXY: "" }), null);
    assert.equal(choose(`https://${host}:5000/`, { HTTPS_PROXY: P }), null);
  });
}

const MALFORMED = [
  "http://u:hunter2@",
  "socks5://u:hunter2@p:1",
  "https://u:hunter2@p:1",
  "http://p:hunter2",
  "p hunter2",
  "http://u:hunter2@p\\x",
  "://hunter2",
];
for (const value of MALFORMED) {
  Deno.test(`chooseProxy refuses ${JSON.stringify(value)} by the variable's name alone`, () => {
    assert.throws(() => choose(STS, { https_proxy: value }), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.kind], ["proxy-invalid", "config"]);
      assert.ok(error.message.includes("https_proxy"));
      assert.ok(!`${error.message} ${error.hints} ${error.cause}`.includes("hunter2"));
      return true;
    });
  });
}

Deno.test("chooseProxy does not look at a malformed value that is not needed", () => {
  assert.equal(choose("https://localhost/", { HTTPS_PROXY: "socks5://x" }), null);
  assert.equal(choose(STS, { HTTPS_PROXY: "socks5://x", NO_PROXY: "*" }), null);
});
