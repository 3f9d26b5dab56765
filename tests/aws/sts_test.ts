import assert from "node:assert/strict";
import { AwsServiceError, isSignerStale } from "../../src/aws/service_error.ts";
import { stsRegion } from "../../src/aws/sts.ts";
import type { StsEndpoints } from "../../src/aws/sts.ts";
import type { AssumeRoleInput } from "../../src/aws/sts_parameters.ts";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { FakeAws } from "../fakes/fake_aws.ts";
import { createDenoHttp } from "../../src/host/deno_http.ts";
import { FakeHttp } from "../fakes/fake_http.ts";
import { longLived, stsOver } from "./sts_client.ts";
import { vectorJson, vectorText } from "./vectors.ts";

const ALICE = longLived("AKIAALICE", "alice-secret");
const SERIAL = "arn:aws:iam::123456789012:mfa/alice";
const role = (name: string, part: Partial<AssumeRoleInput> = {}): AssumeRoleInput => ({
  roleArn: `arn:aws:iam::123456789012:role/${name}`,
  sessionName: "test",
  durationSeconds: 900,
  externalId: null,
  sourceIdentity: null,
  tags: [],
  transitiveTagKeys: [],
  mfa: null,
  ...part,
});
const code = (text: string) => ({ serial: SERIAL, code: new Secret(text) });

function test(name: string, body: (fake: FakeAws) => Promise<void>): void {
  Deno.test(`StsClient ${name}`, async () => {
    const fake = new FakeAws({
      users: [{
        name: "alice",
        keys: [{ id: "AKIAALICE", secret: "alice-secret" }],
        mfa: { serial: SERIAL, codes: ["111111", "222222"] },
      }],
      roles: [
        { name: "reader", principals: ["arn:aws:iam::123456789012:user/alice"] },
        { name: "admin", principals: ["arn:aws:iam::123456789012:user/alice"], requireMfa: true },
      ],
    });
    try {
      await body(fake);
    } finally {
      fake.close();
    }
  });
}
const over = (fake: FakeAws) => stsOver(createDenoHttp(), { stsEndpointUrl: fake.url });

async function refusal(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(() => null, (reason) => reason);
  assert.ok(error instanceof AppError, `not refused by an AppError: ${error}`);
  return error;
}

for (const answerAs of ["xml", "json"] as const) {
  test(`gets sessions, roles and identities from answers in ${answerAs}`, async (fake) => {
    fake.configure({ answerAs });
    const { sts } = over(fake);
    const before = fake.now();
    const session = await sts.getSessionToken({ durationSeconds: 900, mfa: code("111111") }, ALICE);
    assert.match(session.credentials.accessKeyId, /^ASIA/);
    assert.ok(Math.abs(session.credentials.expiresAt! - before - 900_000) < 30_000);
    assert.equal(session.credentials.accountId, null);
    assert.match(session.requestId!, /^[0-9a-f-]{36}$/);
    const admin = await sts.assumeRole(role("admin"), session.credentials);
    assert.equal(admin.credentials.accountId, "123456789012");
    const identity = await sts.getCallerIdentity(admin.credentials);
    assert.equal(identity.arn, "arn:aws:sts::123456789012:assumed-role/admin/test");
    assert.equal(identity.account, "123456789012");
    assert.deepEqual(fake.calls.map((call) => call.signature), ["held", "held", "held"]);
    assert.ok(fake.calls.every((call) => call.scope === "eu-west-1/sts" && call.userAgent === "test"));
  });
}

test("sends every parameter of a role", async (fake) => {
  const tags = [["Team", "a b"], ["Cost", "x/y"]] as const;
  await over(fake).sts.assumeRole(
    role("reader", {
      externalId: "x:1",
      sourceIdentity: "alice",
      tags,
      transitiveTagKeys: ["Team"],
      mfa: code("111111"),
    }),
    ALICE,
  );
  assert.deepEqual(fake.calls[0]!.parameters, {
    RoleArn: "arn:aws:iam::123456789012:role/reader",
    RoleSessionName: "test",
    DurationSeconds: "900",
    "Tags.member.1.Key": "Team",
    "Tags.member.1.Value": "a b",
    "Tags.member.2.Key": "Cost",
    "Tags.member.2.Value": "x/y",
    "TransitiveTagKeys.member.1": "Team",
    ExternalId: "x:1",
    SerialNumber: SERIAL,
    TokenCode: "[secret]",
    SourceIdentity: "alice",
  });
});

test("tells a refusal with code, status, request id and hint", async (fake) => {
  const error = await refusal(
    over(fake).sts.getSessionToken({ durationSeconds: 900, mfa: code("999999") }, ALICE),
  );
  assert.ok(error instanceof AwsServiceError);
  assert.deepEqual([error.serviceCode, error.httpStatus, error.code], ["AccessDenied", 403, "aws-denied"]);
  assert.match(
    error.message,
    /^sts GetSessionToken: AccessDenied: .*invalid MFA one time pass code \(request [0-9a-f-]{36}\)$/,
  );
  assert.match(error.hints[0]!, /wait for the next one/);
  assert.equal(fake.calls.length, 1);
});

test("tells that the session behind a call is stale", async (fake) => {
  const { sts } = over(fake);
  const { credentials } = await sts.getSessionToken({ durationSeconds: 900, mfa: null }, ALICE);
  fake.configure({ endSessions: "expire" });
  assert.ok(isSignerStale(await refusal(sts.assumeRole(role("reader"), credentials))));
  fake.configure({ endSessions: "revoke" });
  assert.ok(isSignerStale(await refusal(sts.assumeRole(role("reader"), credentials))));
});

test("never shows the session token that a service quotes after a wrong signature", async (fake) => {
  const { sts } = over(fake);
  const { credentials } = await sts.getSessionToken({ durationSeconds: 900, mfa: null }, ALICE);
  const error = await refusal(
    sts.getCallerIdentity({ ...credentials, secretAccessKey: new Secret("wrong") }),
  );
  assert.equal((error as AwsServiceError).serviceCode, "SignatureDoesNotMatch");
  assert.ok(!Deno.inspect(error).includes(credentials.sessionToken!.reveal()));
});

for (const minutes of [60, -60]) {
  test(`corrects a clock that is ${minutes} minutes off, without losing the MFA code`, async (fake) => {
    fake.configure({ clockOffsetMs: minutes * 60_000 });
    const { sts, serverClock } = over(fake);
    const { credentials } = await sts.getSessionToken({ durationSeconds: 900, mfa: code("111111") }, ALICE);
    assert.deepEqual(fake.calls.map((call) => call.errorCode), ["SignatureDoesNotMatch", null]);
    assert.ok(Math.abs(serverClock.offset() - minutes * 60_000) < 30_000);
    assert.ok(Math.abs(credentials.expiresAt! - fake.now() - 900_000) < 30_000);
    await sts.getCallerIdentity(ALICE);
    assert.equal(fake.calls.length, 3);
  });
}

const FAULTS: readonly [
  kind: "status" | "html" | "throttle" | "drop-unread" | "drop-unanswered" | "drop-performed" | "truncate",
  error: string,
][] = [
  ["status", "aws-unavailable"],
  ["html", "aws-unavailable"],
  ["throttle", "aws-throttled"],
  ["drop-unread", "http-interrupted"],
  ["drop-unanswered", "http-interrupted"],
  ["drop-performed", "http-interrupted"],
  ["truncate", "http-interrupted"],
];
for (const [kind, error] of FAULTS) {
  test(`gets over ${kind} without MFA, but never sends a code twice`, async (fake) => {
    fake.configure({ faults: [{ kind, times: 2 }] });
    await over(fake).sts.assumeRole(role("reader"), ALICE);
    fake.clear();
    fake.configure({ faults: [{ kind }] });
    const failed = await refusal(over(fake).sts.assumeRole(role("reader", { mfa: code("111111") }), ALICE));
    assert.equal(failed.code, error);
    assert.ok(fake.calls.length <= 1, "sent twice");
    if (error === "http-interrupted") assert.match(failed.hints[0]!, /MFA code may have been used/);
  });
}

test("refuses a redirect and an answer that is none", async (fake) => {
  fake.configure({ faults: [{ kind: "redirect" }] });
  assert.equal((await refusal(over(fake).sts.getCallerIdentity(ALICE))).code, "aws-redirect-refused");
  fake.configure({ faults: [{ kind: "garbage" }] });
  assert.equal((await refusal(over(fake).sts.getCallerIdentity(ALICE))).code, "aws-answer-damaged");
  assert.equal(fake.calls.length, 2);
});

test("serves a hundred callers at once", async (fake) => {
  const { sts } = over(fake);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => sts.getSessionToken({ durationSeconds: 900, mfa: null }, ALICE)),
  );
  assert.equal(new Set(answers.map(({ credentials }) => credentials.accessKeyId)).size, 100);
});

test("sends nothing when a parameter is wrong", async (fake) => {
  const { sts } = over(fake);
  await refusal(sts.getSessionToken({ durationSeconds: 1, mfa: null }, ALICE));
  await refusal(sts.assumeRole(role("reader", { sessionName: "a b" }), ALICE));
  await refusal(sts.assumeRole(role("reader", { mfa: code("12345") }), ALICE));
  assert.equal(fake.calls.length, 0);
});

test("writes no secret to the log", async (fake) => {
  const lines: string[] = [];
  const log = { enabled: true, debug: (line: () => string) => void lines.push(line()) };
  const { sts } = stsOver(createDenoHttp(), { stsEndpointUrl: fake.url }, { log });
  const { credentials } = await sts.getSessionToken({ durationSeconds: 900, mfa: code("111111") }, ALICE);
  await refusal(sts.getSessionToken({ durationSeconds: 900, mfa: null }, credentials));
  assert.ok(lines.length >= 2);
  const secrets = [
    "alice-secret",
    "111111",
    credentials.secretAccessKey.reveal(),
    credentials.sessionToken!.reveal(),
  ];
  for (const secret of secrets) assert.ok(!lines.join("\n").includes(secret));
});

const body = (text: string) => ({ status: 200, headers: {}, body: new TextEncoder().encode(text) });
const answering = (text: string) => new FakeHttp([{ when: () => true, answer: body(text) }]);

Deno.test("StsClient keeps a published session token as it is, line breaks and all", async () => {
  const expected = vectorJson("query-xml/responses-sts-get-session-token.json").Credentials;
  const { sts } = stsOver(answering(vectorText("query-xml/responses-sts-get-session-token.xml")));
  const { credentials, requestId } = await sts.getSessionToken({ durationSeconds: 900, mfa: null }, ALICE);
  assert.equal(credentials.accessKeyId, expected.AccessKeyId);
  assert.equal(credentials.secretAccessKey.reveal(), expected.SecretAccessKey);
  assert.equal(credentials.sessionToken!.reveal(), expected.SessionToken);
  assert.equal(credentials.expiresAt, Date.parse(expected.Expiration));
  assert.equal(requestId, "58c5dbae-abef-11e0-8cfe-09039844ac7d");
});

Deno.test("StsClient reads a recorded AssumeRole answer", async () => {
  const { events } = vectorJson("provider-chain/profile-provider/e2e_assume_role/http-traffic.json");
  const { result } = vectorJson("provider-chain/profile-provider/e2e_assume_role/test-case.json");
  const http = answering(events[4].action.Data.data.Utf8);
  const { credentials } = await stsOver(http, { region: "us-east-1" }).sts.assumeRole(role("reader"), ALICE);
  assert.deepEqual(
    [credentials.accessKeyId, credentials.secretAccessKey.reveal(), credentials.sessionToken!.reveal()],
    [result.Ok.access_key_id, result.Ok.secret_access_key, result.Ok.session_token],
  );
  assert.deepEqual([credentials.expiresAt, credentials.accountId], [
    result.Ok.expiry * 1000,
    result.Ok.account_id,
  ]);
  assert.equal(http.requests[0]!.url, events[0].action.Request.request.uri);
});

const fields = (part: Record<string, string | null>) => {
  const all = {
    AccessKeyId: "A",
    SecretAccessKey: "hunter2",
    SessionToken: "hunter2",
    Expiration: "2026-08-23T11:11:12Z",
    ...part,
  };
  const xml = Object.entries(all).map(([name, value]) => value === null ? "" : `<${name}>${value}</${name}>`)
    .join("");
  return `<GetSessionTokenResponse><GetSessionTokenResult><Credentials>${xml}</Credentials></GetSessionTokenResult></GetSessionTokenResponse>`;
};
const INCOMPLETE: readonly [what: string, answer: string, message: RegExp][] = [
  ["no access key id", fields({ AccessKeyId: null }), /: AccessKeyId missing$/],
  ["no secret", fields({ SecretAccessKey: null }), /: SecretAccessKey missing$/],
  ["an empty token", fields({ SessionToken: "" }), /: SessionToken missing$/],
  ["no expiration", fields({ Expiration: null }), /: Expiration missing$/],
  ["an expiration that is no time", fields({ Expiration: "soon" }), /: Expiration is no time$/],
  ["a control character in the key", fields({ AccessKeyId: "A\nhunter2" }), /control characters$/],
  [
    "no credentials",
    "<GetSessionTokenResponse><GetSessionTokenResult/></GetSessionTokenResponse>",
    /: AccessKeyId, SecretAccessKey, SessionToken, Expiration missing$/,
  ],
  ["no result", "<GetSessionTokenResponse/>", /missing$/],
];
for (const [what, answer, message] of INCOMPLETE) {
  Deno.test(`StsClient refuses an answer with ${what}`, async () => {
    const error = await refusal(
      stsOver(answering(answer)).sts.getSessionToken({ durationSeconds: 900, mfa: null }, ALICE),
    );
    assert.deepEqual([error.code, error.kind], ["aws-answer-damaged", "damaged"]);
    assert.match(error.message, message);
    assert.ok(!Deno.inspect(error).includes("hunter2"));
  });
}

const WHERE: readonly [
  what: string,
  endpoints: Partial<StsEndpoints>,
  arn: string,
  url: string,
  signedFor: string,
][] = [
  ["the profile's region", {}, "aws", "https://sts.eu-west-1.amazonaws.com/", "eu-west-1"],
  [
    "us-east-1 without a region",
    { region: null },
    "aws",
    "https://sts.us-east-1.amazonaws.com/",
    "us-east-1",
  ],
  [
    "the global endpoint in legacy mode, signed for us-east-1",
    { stsRegionalEndpoints: "legacy" },
    "aws",
    "https://sts.amazonaws.com/",
    "us-east-1",
  ],
  [
    "a custom endpoint, path included",
    { stsEndpointUrl: "http://sts.test:4566/base" },
    "aws",
    "http://sts.test:4566/base",
    "eu-west-1",
  ],
  [
    "a custom endpoint without a region",
    { region: null, stsEndpointUrl: "http://sts.test" },
    "aws-cn",
    "http://sts.test/",
    "us-east-1",
  ],
  ["China", { region: "cn-north-1" }, "aws-cn", "https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1"],
];
for (const [what, endpoints, partition, url, signedFor] of WHERE) {
  Deno.test(`StsClient asks ${what}`, async () => {
    const http = answering("<AssumeRoleResponse/>");
    const { sts } = stsOver(http, endpoints);
    await refusal(sts.assumeRole(role("x", { roleArn: `arn:${partition}:iam::123456789012:role/x` }), ALICE));
    const { headers, ...request } = http.requests[0]!;
    assert.equal(request.url, url);
    assert.equal(request.method, "POST");
    assert.match(
      headers["authorization"]!,
      new RegExp(`Credential=AKIAALICE/\\d{8}/${signedFor}/sts/aws4_request`),
    );
    assert.equal(headers["content-type"], "application/x-www-form-urlencoded; charset=utf-8");
  });
}

Deno.test("StsClient does not guess a region for another partition", async () => {
  const { sts } = stsOver(new FakeHttp([]), { region: null });
  const error = await refusal(
    sts.assumeRole(role("x", { roleArn: "arn:aws-cn:iam::123456789012:role/x" }), ALICE),
  );
  assert.equal(error.code, "endpoint-region-missing");
  assert.equal(stsRegion(null, ["arn:aws-us-gov:iam::1:mfa/a"]), null);
  assert.equal(stsRegion("", ["GAHT12345678", undefined]), "us-east-1");
  assert.equal(stsRegion("cn-north-1", ["arn:aws:iam::1:role/a"]), "cn-north-1");
});
