import assert from "node:assert/strict";
import { type AwsExchange, AwsHttpClient, type HttpClientDeps } from "../../src/aws/http_client.ts";
import { ServerClock } from "../../src/aws/server_clock.ts";
import { AwsServiceError } from "../../src/aws/service_error.ts";
import { AppError } from "../../src/errors.ts";
import type { HttpResponse } from "../../src/host/host.ts";
import { silentLog } from "../../src/log.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeHttp } from "../fakes/fake_http.ts";

const NOW = Date.parse("2026-08-23T10:11:12Z");

type Step =
  | Partial<Omit<HttpResponse, "body">> & { code?: string; message?: string; takesMs?: number }
  | AppError;

const lost = (code: string) =>
  new AppError(code, "unavailable", "no answer", { hints: ["check the network"] });
const OK: Step = { status: 200 };
const SKEW: Step = { status: 403, code: "SignatureDoesNotMatch", message: "Signature expired: x" };
const dated = (step: Step, offsetMs: number): Step => ({
  ...step as Exclude<Step, AppError>,
  headers: { date: new Date(NOW + offsetMs).toUTCString() },
});

interface Run {
  readonly http: FakeHttp;
  readonly clock: FakeClock;
  readonly serverClock: ServerClock;
  /** The times that requests were made for, as offsets from NOW without what passed since. */
  readonly preparedOffsets: number[];
  readonly send: (exchange?: Partial<AwsExchange>) => Promise<HttpResponse>;
}

/** A client whose network answers with the steps; what a step's `code` says is what the service complains about. */
function run(steps: readonly Step[], deps: Partial<HttpClientDeps> & { randomByte?: number } = {}): Run {
  const clock = new FakeClock(NOW);
  const http = new FakeHttp(steps.map((step) => ({
    when: () => true,
    answer: step instanceof AppError ? step : () => {
      clock.advance(step.takesMs ?? 0);
      const body = new TextEncoder().encode(JSON.stringify([step.code ?? null, step.message ?? null]));
      return { status: step.status ?? 200, headers: step.headers ?? {}, body };
    },
  })));
  const serverClock = new ServerClock();
  const client = new AwsHttpClient({
    transport: () => Promise.resolve(http),
    clock,
    random: { bytes: (length) => new Uint8Array(length).fill(deps.randomByte ?? 0x80) },
    serverClock,
    proxyFor: () => null,
    caCertificates: null,
    userAgent: "test",
    log: silentLog,
    ...deps,
  });
  const preparedOffsets: number[] = [];
  const send = (exchange: Partial<AwsExchange> = {}) =>
    client.send({
      call: "sts X",
      retry: "safe",
      prepare: (time) => {
        preparedOffsets.push(time - clock.now());
        return Promise.resolve({
          method: "POST",
          url: "https://sts.example/",
          headers: { a: "b" },
          body: new Uint8Array(1),
        });
      },
      failureOf: ({ status, body }) => {
        const [serviceCode, message] = JSON.parse(new TextDecoder().decode(body));
        return status < 300 ? null : new AwsServiceError({
          call: "sts X",
          serviceCode,
          message,
          httpStatus: status,
          requestId: null,
          signedWithSession: false,
          secrets: [],
        });
      },
      ...exchange,
    });
  return { http, clock, serverClock, preparedOffsets, send };
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(() => null, (reason) => reason);
  assert.ok(error instanceof AppError, `not an AppError: ${error}`);
  return error;
}

/** What is tried again: [what, first answer, retry, tries]. */
const TRIES: readonly [what: string, first: Step, retry: "safe" | "never", tries: number][] = [
  ["a good answer", OK, "safe", 1],
  ["a refusal", { status: 403, code: "AccessDenied" }, "safe", 1],
  ["a wrong signature", { status: 403, code: "SignatureDoesNotMatch", message: "wrong" }, "safe", 1],
  ["IAM's quota", { status: 409, code: "LimitExceeded" }, "safe", 1],
  ["a 500", { status: 500 }, "safe", 2],
  ["a 501", { status: 501 }, "safe", 1],
  ["a 503", { status: 503 }, "safe", 2],
  ["a 429", { status: 429 }, "safe", 2],
  ["throttling", { status: 400, code: "Throttling" }, "safe", 2],
  ["an identity provider that did not answer", { status: 400, code: "IDPCommunicationError" }, "safe", 2],
  ["no connection", lost("http-connect"), "safe", 2],
  ["a lost connection", lost("http-interrupted"), "safe", 2],
  ["a timeout", lost("http-timeout"), "safe", 2],
  ["bad TLS", lost("http-tls"), "safe", 1],
  ["too large an answer", lost("http-too-large"), "safe", 1],
  ["a cancelled call", new AppError("http-aborted", "cancelled", "aborted"), "safe", 1],
  ["a single-use call that met a 500", { status: 500 }, "never", 1],
  ["a single-use call that was throttled", { status: 400, code: "Throttling" }, "never", 1],
  ["a single-use call that was lost", lost("http-interrupted"), "never", 1],
  ["a single-use call that timed out", lost("http-timeout"), "never", 1],
  ["a single-use call that was never sent", lost("http-connect"), "never", 2],
  ["a single-use call refused for its date", dated(SKEW, 600_000), "never", 2],
];
for (const [what, first, retry, tries] of TRIES) {
  Deno.test(`AwsHttpClient tries ${what} ${tries === 1 ? "once" : "again"}`, async () => {
    const { http, send } = run([first, OK]);
    const result = send({ retry });
    if (first !== OK && tries === 1) await failure(result);
    else assert.equal((await result).status, 200);
    assert.equal(http.requests.length, tries);
  });
}

Deno.test("AwsHttpClient gives up after three attempts, with the last failure", async () => {
  const { http, send } = run([{ status: 500 }, { status: 502 }, { status: 503 }, OK]);
  assert.match((await failure(send())).message, /HTTP 503/);
  assert.equal(http.requests.length, 3);
});

/** [what, answers before the good one, random byte, sum of waits in ms]. */
const WAITS: readonly [what: string, steps: readonly Step[], randomByte: number, waitedMs: number][] = [
  ["half a second, then one, for half a random", [{ status: 503 }, { status: 503 }], 0x80, 500 + 1000],
  ["not at all for a random of zero", [{ status: 503 }], 0, 0],
  ["a twentieth of that without a connection", [lost("http-connect")], 0x80, 25],
  [
    "what x-amz-retry-after says, in milliseconds",
    [{ status: 503, headers: { "x-amz-retry-after": "1500" } }],
    0x80,
    1500,
  ],
  ["at least the usual wait", [{ status: 503, headers: { "x-amz-retry-after": "100" } }], 0x80, 500],
  ["at most five seconds more", [{ status: 503, headers: { "x-amz-retry-after": "90000" } }], 0x80, 5500],
  [
    "as usual after nonsense",
    [{ status: 503, headers: { "x-amz-retry-after": "soon", "retry-after": "later" } }],
    0x80,
    500,
  ],
  ["the seconds of Retry-After", [{ status: 429, headers: { "retry-after": "3" } }], 0x80, 3000],
  [
    "until the date of Retry-After",
    [{ status: 429, headers: { "retry-after": new Date(NOW + 4000).toUTCString() } }],
    0x80,
    4000,
  ],
];
for (const [what, steps, randomByte, waitedMs] of WAITS) {
  Deno.test(`AwsHttpClient waits ${what}`, async () => {
    const { clock, send } = run([...steps, OK], { randomByte });
    await send();
    assert.ok(Math.abs(clock.monotonic() - waitedMs) <= waitedMs / 100, `${clock.monotonic()} ms`);
  });
}

Deno.test("AwsHttpClient gives up at once when Retry-After asks for more than anyone waits", async () => {
  const { http, send } = run([{ status: 503, headers: { "retry-after": "3600" } }]);
  assert.equal((await failure(send())).code, "aws-unavailable");
  assert.equal(http.requests.length, 1);
});

Deno.test("AwsHttpClient gives each attempt 30 s and all of them 60 s", async () => {
  const { http, send } = run([{ status: 503, takesMs: 29_000 }, { status: 503, takesMs: 28_000 }, OK], {
    randomByte: 0,
  });
  await send();
  assert.deepEqual(http.requests.map((request) => request.timeoutMs), [30_000, 30_000, 3_000]);
});

Deno.test("AwsHttpClient does not begin an attempt after 60 s", async () => {
  const { http, send } = run([{ status: 503, takesMs: 30_000 }, { status: 503, takesMs: 29_900 }]);
  assert.equal((await failure(send())).code, "aws-unavailable");
  assert.equal(http.requests.length, 2);
});

for (const status of [300, 301, 302, 303, 304, 307, 308]) {
  Deno.test(`AwsHttpClient refuses a redirect with ${status}`, async () => {
    const { http, send } = run([{ status, headers: { location: "https://evil.example/hunter2" } }]);
    const error = await failure(send());
    assert.deepEqual([error.code, error.kind], ["aws-redirect-refused", "unavailable"]);
    assert.ok(!error.message.includes("hunter2"));
    assert.equal(http.requests.length, 1);
  });
}

Deno.test("AwsHttpClient says first what a lost single-use call may have cost", async () => {
  const { send } = run([lost("http-interrupted")]);
  const error = await failure(send({ retry: "never", lostHint: "ask again" }));
  assert.deepEqual([error.code, error.hints], ["http-interrupted", ["ask again", "check the network"]]);
});

Deno.test("AwsHttpClient says what to look at when no connection can be made or trusted", async () => {
  const unreached = run([lost("http-connect"), lost("http-connect"), lost("http-connect")]);
  const { hints } = await failure(unreached.send({ retry: "never", lostHint: "ask again" }));
  assert.match(hints[0]!, /HTTPS_PROXY/);
  assert.equal(hints[1], "check the network");
  assert.match(
    (await failure(run([lost("http-tls")]).send({ lostHint: "ask again" }))).hints[0]!,
    /AWS_CA_BUNDLE/,
  );
});

Deno.test("AwsHttpClient signs again with the server's time after a refusal for the clock, and keeps to it", async () => {
  const { preparedOffsets, serverClock, send, clock } = run([dated(SKEW, 3_600_000), OK, OK]);
  await send();
  await send();
  assert.deepEqual(preparedOffsets, [0, 3_600_000, 3_600_000]);
  assert.equal(serverClock.offset(), 3_600_000);
  assert.equal(clock.monotonic(), 0);
});

Deno.test("AwsHttpClient corrects the clock once only", async () => {
  const { http, send } = run([dated(SKEW, 3_600_000), dated(SKEW, 7_200_000), OK]);
  assert.equal((await failure(send())).code, "aws-clock-skew");
  assert.equal(http.requests.length, 2);
});

const NO_CORRECTION: readonly [what: string, step: Step][] = [
  ["the difference is small", dated(SKEW, 239_000)],
  ["the server tells no time", SKEW],
  ["the date is no date", { ...SKEW, headers: { date: "yesterday" } }],
  ["the answer came out of a cache", {
    ...SKEW,
    headers: { date: new Date(NOW + 3_600_000).toUTCString(), age: "0" },
  }],
  [
    "the signature was refused for another reason",
    { ...dated(SKEW, 3_600_000), message: "does not match" } as Step,
  ],
];
for (const [what, step] of NO_CORRECTION) {
  Deno.test(`AwsHttpClient does not correct the clock when ${what}`, async () => {
    const { http, serverClock, send } = run([step, OK]);
    await failure(send());
    assert.equal(http.requests.length, 1);
    assert.equal(serverClock.offset(), 0);
  });
}

Deno.test("AwsHttpClient tries again with a correction that another call has made meanwhile", async () => {
  const { serverClock, preparedOffsets, send } = run([dated(SKEW, 3_600_000), OK]);
  const pending = send();
  serverClock.learn({ headers: { date: new Date(NOW + 3_600_000).toUTCString() } }, NOW, 0);
  await pending;
  assert.deepEqual(preparedOffsets, [0, 3_600_000]);
});

Deno.test("AwsHttpClient learns the server's time from a good answer as well", async () => {
  const { serverClock, send } = run([dated(OK, -600_000)]);
  await send();
  assert.equal(serverClock.offset(), -600_000);
});

Deno.test("AwsHttpClient sends proxy, trust anchors, user agent and headers along", async () => {
  const asked: string[] = [];
  const { http, send } = run([OK], {
    proxyFor: (url) => {
      asked.push(url);
      return "http://p:1";
    },
    caCertificates: "PEM",
  });
  await send();
  const { proxy, caCertificates, headers } = http.requests[0]!;
  assert.deepEqual([asked, proxy, caCertificates], [["https://sts.example/"], "http://p:1", "PEM"]);
  assert.deepEqual(headers, { a: "b", "user-agent": "test" });
});

for (const value of ["a\r\nx: y", "a\nb", "a\u0000b", "\u00fc"]) {
  Deno.test(`AwsHttpClient refuses to send the header value ${JSON.stringify(value)}, and does not show it`, async () => {
    const { http, send } = run([]);
    const prepare = () =>
      Promise.resolve({ method: "POST" as const, url: "https://e/", headers: { t: `hunter2${value}` } });
    const error = await failure(send({ prepare }));
    assert.equal(error.code, "aws-header-invalid");
    assert.ok(!`${error.message}${error.hints}`.includes("hunter2"));
    assert.equal(http.requests.length, 0);
  });
}

Deno.test("AwsHttpClient writes nothing but call, host, status and time to the log", async () => {
  const lines: string[] = [];
  const { send } = run([{ status: 503, message: "hunter2" }, OK], {
    log: { enabled: true, debug: (line) => lines.push(line()) },
  });
  await send();
  assert.deepEqual(lines, [
    "sts X: sts.example answered 503 in 0 ms",
    "sts X: trying again in 502 ms",
    "sts X: sts.example answered 200 in 0 ms",
  ]);
});
