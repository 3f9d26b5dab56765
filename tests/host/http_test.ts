import assert from "node:assert/strict";
import { type Servers, startServers } from "./loopback_servers.ts";
import { probePath, RUNTIMES, runWords } from "./runtimes.ts";

interface Outcome {
  readonly code?: string;
  readonly kind?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Everything in the environment that is known to steer fetch, set so that obeying it shows. */
function hostileEnvironment({ proxy }: Servers): Record<string, string> {
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  return {
    ...Object.fromEntries(names.map((name) => [name, proxy])),
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    BUN_CONFIG_VERBOSE_FETCH: "curl",
  };
}

for (const { name, words } of RUNTIMES) {
  Deno.test(`http under ${name}`, async (t) => {
    await using servers = await startServers();
    const { echo, secure, authority, otherAuthority, proxy, cut, half, silent, nobody } = servers;

    async function ask(request: Record<string, unknown>, env: Record<string, string> = {}) {
      const asked = { method: "GET", headers: {}, timeoutMs: 5000, proxy: null, ...request };
      const result = await runWords([...words(), probePath("http_probe.ts"), JSON.stringify([asked])], {
        env: { ...hostileEnvironment(servers), ...env },
      });
      const [outcome, variables] = result.stdout.trim().split("\n").map((line) => JSON.parse(line));
      return { ...result, outcome: outcome as Outcome, variables };
    }

    await t.step(
      "sends these very bytes and headers, directly whatever the environment says, and prints nothing",
      async () => {
        const headers = { "X-Mine": "yes", "User-Agent": "ours/1", Authorization: "signed" };
        const { outcome, stderr } = await ask({ method: "POST", url: `${echo}/p`, headers, body: "a=1&b=é" });
        const got = JSON.parse(outcome.body!);
        assert.deepEqual([got.method, got.path, got.body], ["POST", "/p", "a=1&b=é"]);
        assert.equal(got.headers["x-mine"], "yes");
        assert.equal(got.headers["user-agent"], "ours/1");
        assert.equal(got.headers["authorization"], "signed");
        assert.equal(got.headers["accept-encoding"], "identity");
        assert.equal(got.headers["content-type"], undefined);
        assert.deepEqual(servers.proxied, []);
        assert.equal(stderr, "");
      },
    );

    await t.step("takes a redirect for an answer", async () => {
      const { outcome } = await ask({ url: `${echo}/redirect` });
      assert.deepEqual([outcome.status, outcome.headers!.location, outcome.body], [
        302,
        "/elsewhere",
        "moved",
      ]);
    });

    await t.step("joins several values of one header and lowers its name", async () => {
      assert.equal((await ask({ url: `${echo}/twice` })).outcome.headers!["x-two"], "a, b");
    });

    await t.step(
      "goes through the proxy it is given, with its password, though NO_PROXY says otherwise",
      async () => {
        const url = new URL(proxy);
        url.username = "user";
        url.password = "p@ss";
        const given = await ask({ url: `${echo}/by`, proxy: url.href }, { NO_PROXY: "*", no_proxy: "*" });
        assert.equal(given.outcome.body, "by proxy!");
        const request = servers.proxied.at(-1)!;
        assert.match(request, new RegExp(`^GET ${echo}/by HTTP/1.1`));
        assert.match(request, new RegExp(`proxy-authorization: Basic ${btoa("user:p@ss")}`, "i"));
        assert.deepEqual(given.variables, ["*", proxy], "the environment is as it was");
      },
    );

    const rows: [string, Record<string, unknown>, string][] = [
      ["nobody listening", { url: nobody }, "http-connect"],
      ["a name that does not resolve", { url: "http://nowhere.invalid/" }, "http-connect"],
      ["a proxy that is not there", { url: echo, proxy: nobody }, "http-connect"],
      ["an unknown authority", { url: secure }, "http-tls"],
      ["another authority", { url: secure, caCertificates: otherAuthority }, "http-tls"],
      [
        "a wrong host name",
        { url: secure.replace("127.0.0.1", "localhost"), caCertificates: authority },
        "http-tls",
      ],
      ["trust anchors that are none", { url: secure, caCertificates: "nothing" }, "http-tls"],
      ["a server without TLS", { url: echo.replace("http:", "https:") }, "http-tls"],
      ["a connection cut before the answer", { method: "POST", url: cut, body: "x" }, "http-interrupted"],
      ["a connection cut in the answer", { url: half }, "http-interrupted"],
      ["a server that never answers", { url: silent, timeoutMs: 200 }, "http-timeout"],
      ["an answer over 4 MiB", { url: `${echo}/large` }, "http-too-large"],
      ["a caller who gives up", { url: silent, abortAfterMs: 100 }, "http-aborted"],
    ];
    for (const [what, request, code] of rows) {
      await t.step(`${what} is ${code}`, async () => {
        const { outcome, stdout } = await ask(request);
        assert.equal(outcome.code, code, stdout);
        assert.equal(outcome.kind, code === "http-aborted" ? "cancelled" : "unavailable");
      });
    }

    await t.step("trusts an extra authority, among others", async () => {
      for (const caCertificates of [authority, otherAuthority + authority]) {
        assert.equal((await ask({ url: `${secure}/x`, caCertificates })).outcome.status, 200);
      }
    });
  });
}
