import assert from "node:assert/strict";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { FakeAws, type FakeAwsOptions } from "./fake_aws.ts";
import { totpCode } from "./fake_aws_totp.ts";

const SERIAL = "arn:aws:iam::123456789012:mfa/alice";
const TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const ROLE = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const ALICE = "arn:aws:iam::123456789012:user/alice";

const SETUP: FakeAwsOptions = {
  users: [
    {
      name: "alice",
      keys: [{ id: "AKIAALICE", secret: "alice-secret" }, { id: "AKIAOLD", secret: "old", inactive: true }],
      mfa: { serial: SERIAL, secret: TOTP_SECRET, codes: ["111111", "222222"] },
    },
    { name: "bob", keys: [{ id: "AKIABOB", secret: "bob-secret" }] },
  ],
  roles: [
    { name: "reader", principals: [ALICE, ROLE("hub")], maxSessionSeconds: 7200 },
    { name: "admin", principals: [ALICE], requireMfa: true, maxSessionSeconds: 43_200 },
    { name: "partner", principals: ["arn:aws:iam::123456789012:root"], externalId: "x-1" },
    { name: "hub", principals: [ALICE] },
    { name: "web", principals: [], webIdentityTokens: ["a-token"] },
  ],
};

type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
const ALICE_KEYS: Keys = { accessKeyId: "AKIAALICE", secretAccessKey: "alice-secret" };

interface Bench {
  readonly fake: FakeAws;
  /** The AWS SDK, signing with these keys, trying once. */
  readonly sdk: (keys?: Keys) => STSClient;
}

function test(name: string, body: (bench: Bench) => Promise<void>, options: FakeAwsOptions = {}): void {
  Deno.test(`FakeAws ${name}`, async () => {
    const fake = new FakeAws({ ...SETUP, ...options });
    const clients: STSClient[] = [];
    const sdk = (credentials: Keys = ALICE_KEYS) => {
      const client = new STSClient({ region: "eu-west-1", endpoint: fake.url, credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    };
    try {
      await body({ fake, sdk });
    } finally {
      clients.forEach((client) => client.destroy());
      fake.close();
    }
  });
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  throw new Error("the call was not refused");
}

const assume = (role: string, more: Record<string, unknown> = {}) =>
  new AssumeRoleCommand({ RoleArn: ROLE(role), RoleSessionName: "test", ...more });
const session = (more: Record<string, unknown> = {}) => new GetSessionTokenCommand({ ...more });
const keysOf = (answer: { Credentials?: unknown }): Keys => {
  const c = answer.Credentials as { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
  return { accessKeyId: c.AccessKeyId, secretAccessKey: c.SecretAccessKey, sessionToken: c.SessionToken };
};

test("tells an SDK whose keys it signs with, and records the call", async ({ fake, sdk }) => {
  const identity = await sdk().send(new GetCallerIdentityCommand({}));
  assert.deepEqual([identity.Arn, identity.Account], [ALICE, "123456789012"]);
  assert.equal(fake.calls.length, 1);
  const { action, accessKeyId, signature, scope, status, errorCode } = fake.calls[0]!;
  assert.deepEqual(
    { action, accessKeyId, signature, scope, status, errorCode },
    {
      action: "GetCallerIdentity",
      accessKeyId: "AKIAALICE",
      signature: "held",
      scope: "eu-west-1/sts",
      status: 200,
      errorCode: null,
    },
  );
});

test("refuses unknown keys, inactive keys, wrong secrets and unsigned calls", async ({ fake, sdk }) => {
  const identity = (keys: Keys) => refusal(sdk(keys).send(new GetCallerIdentityCommand({})));
  assert.match(await identity({ accessKeyId: "AKIANOBODY", secretAccessKey: "x" }), /^InvalidClientTokenId/);
  assert.match(await identity({ accessKeyId: "AKIAOLD", secretAccessKey: "old" }), /^InvalidClientTokenId/);
  assert.match(await identity({ ...ALICE_KEYS, secretAccessKey: "x" }), /^SignatureDoesNotMatch/);
  assert.match(await identity({ ...ALICE_KEYS, sessionToken: "x" }), /^InvalidClientTokenId/);
  const unsigned = await fetch(fake.url, {
    method: "POST",
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  });
  assert.match(await unsigned.text(), /MissingAuthenticationToken/);
  assert.deepEqual(fake.calls.map((call) => call.signature), [
    "broken",
    "broken",
    "broken",
    "broken",
    "none",
  ]);
});

test("makes sessions that work until they expire", async ({ fake, sdk }) => {
  const keys = keysOf(await sdk().send(session({ DurationSeconds: 900 })));
  await sdk(keys).send(new GetCallerIdentityCommand({}));
  assert.match(
    await refusal(sdk(keys).send(session())),
    /^AccessDenied: Cannot call GetSessionToken with session/,
  );
  fake.configure({ endSessions: "expire" });
  assert.match(await refusal(sdk(keys).send(new GetCallerIdentityCommand({}))), /^ExpiredToken/);
  fake.configure({ endSessions: "revoke" });
  assert.match(await refusal(sdk(keys).send(new GetCallerIdentityCommand({}))), /^InvalidClientTokenId/);
});

test("gives sessions the duration asked for, by its own clock", async ({ fake, sdk }) => {
  const before = fake.now();
  const { Credentials } = await sdk().send(session({ DurationSeconds: 1800 }));
  const left = Credentials!.Expiration!.getTime() - before;
  assert.ok(left > 1_798_000 && left <= 1_800_000 + fake.now() - before, String(left));
  assert.match(await refusal(sdk().send(session({ DurationSeconds: 899 }))), /^ValidationError/);
  assert.match(await refusal(sdk().send(session({ DurationSeconds: 129_601 }))), /^ValidationError/);
});

test("takes each MFA code once, from the list or from the device", async ({ fake, sdk }) => {
  const withCode = (TokenCode: string) => session({ SerialNumber: SERIAL, TokenCode });
  await sdk().send(withCode("111111"));
  assert.match(
    await refusal(sdk().send(withCode("111111"))),
    /^AccessDenied: .*invalid MFA one time pass code/,
  );
  const shown = await totpCode(TOTP_SECRET, fake.now());
  await sdk().send(withCode(shown));
  assert.match(await refusal(sdk().send(withCode(shown))), /invalid MFA one time pass code/);
  await sdk().send(withCode(await totpCode(TOTP_SECRET, fake.now(), -1)));
  assert.match(
    await refusal(sdk().send(withCode(await totpCode(TOTP_SECRET, fake.now(), -9)))),
    /invalid MFA/,
  );
  assert.match(await refusal(sdk().send(session({ SerialNumber: SERIAL }))), /must provide both/);
  assert.match(
    await refusal(sdk().send(session({ SerialNumber: `${SERIAL}2`, TokenCode: "222222" }))),
    /verify your MFA serial number/,
  );
  assert.ok(!JSON.stringify(fake.calls).includes("111111"), "a code stands in the record");
}, {
  now: () => Date.parse("2026-08-23T10:11:12Z"),
  clockOffsetMs: Date.now() - Date.parse("2026-08-23T10:11:12Z"),
});

test("lets one of a hundred callers with the same code win", async ({ fake, sdk }) => {
  const client = sdk();
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, () => client.send(session({ SerialNumber: SERIAL, TokenCode: "111111" }))),
  );
  assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
  assert.equal(fake.calls.filter((call) => call.signature === "held").length, 100);
});

test("lets only the trusted assume a role, with MFA and external id where asked", async ({ sdk }) => {
  await sdk().send(assume("reader"));
  const bob = { accessKeyId: "AKIABOB", secretAccessKey: "bob-secret" };
  assert.match(
    await refusal(sdk(bob).send(assume("reader"))),
    /^AccessDenied: .*not authorized to perform: sts:AssumeRole/,
  );
  assert.match(await refusal(sdk().send(assume("nobody"))), /^AccessDenied/);
  assert.match(await refusal(sdk().send(assume("admin"))), /^AccessDenied/);
  await sdk().send(assume("admin", { SerialNumber: SERIAL, TokenCode: "111111" }));
  const plain = keysOf(await sdk().send(session()));
  assert.match(await refusal(sdk(plain).send(assume("admin"))), /^AccessDenied/);
  const strong = keysOf(await sdk().send(session({ SerialNumber: SERIAL, TokenCode: "222222" })));
  const admin = keysOf(await sdk(strong).send(assume("admin")));
  const identity = await sdk(admin).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Arn, "arn:aws:sts::123456789012:assumed-role/admin/test");
  assert.match(await refusal(sdk(bob).send(assume("partner"))), /^AccessDenied/);
  await sdk(bob).send(assume("partner", { ExternalId: "x-1" }));
});

test("caps role sessions at the role's maximum, and chained ones at an hour", async ({ sdk }) => {
  await sdk().send(assume("reader", { DurationSeconds: 7200 }));
  assert.match(await refusal(sdk().send(assume("reader", { DurationSeconds: 7201 }))), /MaxSessionDuration/);
  const hub = keysOf(await sdk().send(assume("hub")));
  await sdk(hub).send(assume("reader", { DurationSeconds: 3600 }));
  assert.match(await refusal(sdk(hub).send(assume("reader", { DurationSeconds: 3601 }))), /role chaining/);
  const plain = keysOf(await sdk().send(session()));
  assert.match(await refusal(sdk(plain).send(assume("reader", { DurationSeconds: 3601 }))), /role chaining/);
});

test("refuses signatures more than fifteen minutes off its own clock", async ({ fake }) => {
  for (const [offset, words] of [[16, "Signature expired"], [-16, "Signature not yet current"]] as const) {
    fake.configure({ clockOffsetMs: offset * 60_000 });
    // A client of its own each time: the SDK corrects its clock after a refusal.
    const client = new STSClient({
      region: "eu-west-1",
      endpoint: fake.url,
      credentials: ALICE_KEYS,
      maxAttempts: 1,
    });
    assert.match(
      await refusal(client.send(new GetCallerIdentityCommand({}))),
      new RegExp(`^SignatureDoesNotMatch: ${words}`),
    );
    client.destroy();
  }
});

test("answers in JSON when asked so", async ({ fake }) => {
  const url = `${fake.url}/`;
  const ask = async (headers: Record<string, string>) => {
    const body = new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: ROLE("web"),
      RoleSessionName: "test",
      WebIdentityToken: "a-token",
    });
    return await (await fetch(url, { method: "POST", headers, body })).text();
  };
  const json = JSON.parse(await ask({ accept: "application/json" }));
  const { Credentials } = json.AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult;
  assert.equal(typeof Credentials.Expiration, "number");
  assert.match(await ask({}), /^<AssumeRoleWithWebIdentityResponse/);
  fake.configure({ answerAs: "json" });
  assert.match(await ask({}), /^\{/);
  assert.ok(!JSON.stringify(fake.calls).includes("a-token"), "a token stands in the record");
});

const UNSIGNED = {
  method: "POST",
  body: "Action=GetCallerIdentity&Version=2011-06-15",
  redirect: "manual",
} as const;

test("fails as told, as often as told", async ({ fake }) => {
  const ask = async () => {
    const response = await fetch(fake.url, UNSIGNED);
    return [response.status, await response.text()] as const;
  };
  fake.configure({
    faults: [{ kind: "status", times: 2 }, { kind: "html", status: 502 }, { kind: "throttle" }],
  });
  assert.deepEqual([await ask(), await ask()], [[503, ""], [503, ""]]);
  const [status, html] = await ask();
  assert.equal(status, 502);
  assert.match(html, /^<html>/);
  assert.match((await ask())[1], /Throttling/);
  assert.equal((await ask())[0], 403);
  fake.configure({
    faults: [{ kind: "redirect", action: "AssumeRole" }, { kind: "redirect", location: "http://x/" }],
  });
  assert.equal((await ask())[0], 302);
  assert.deepEqual(fake.calls.map((call) => call.fault), [
    "status",
    "status",
    "html",
    "throttle",
    null,
    "redirect",
  ]);
});

for (const kind of ["drop-unread", "drop-unanswered", "drop-performed", "truncate"] as const) {
  test(`ends the connection early for ${kind}, and serves the next one`, async ({ fake }) => {
    fake.configure({ faults: [{ kind }] });
    await assert.rejects(async () => await (await fetch(fake.url, UNSIGNED)).text());
    const next = await fetch(fake.url, UNSIGNED);
    await next.body?.cancel();
    assert.equal(next.status, 403);
    assert.equal(fake.calls.length, kind === "drop-unread" ? 1 : 2);
  });
}

test("spends the code of a call whose answer it drops", async ({ fake, sdk }) => {
  const call = () => sdk().send(session({ SerialNumber: SERIAL, TokenCode: "111111" }));
  fake.configure({ faults: [{ kind: "drop-unanswered" }, { kind: "drop-performed" }] });
  await refusal(call());
  await refusal(call());
  assert.match(await refusal(call()), /invalid MFA one time pass code/);
});

test("sends the Date it is told to", async ({ fake }) => {
  const date = async () => {
    const response = await fetch(fake.url, UNSIGNED);
    await response.body?.cancel();
    return response.headers.get("date");
  };
  fake.configure({ dateHeader: "Sun, 23 Aug 2026 10:11:12 GMT" });
  assert.equal(await date(), "Sun, 23 Aug 2026 10:11:12 GMT");
  fake.configure({ dateHeader: "" });
  assert.equal(await date(), null);
  fake.configure({ dateHeader: null, clockOffsetMs: -86_400_000 });
  assert.ok(Math.abs(Date.parse((await date())!) - fake.now()) < 60_000);
});

Deno.test("fake_aws_main serves as a process of its own until its stdin ends", async () => {
  const main = new URL("./fake_aws_main.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", main.pathname, JSON.stringify(SETUP)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { url } = JSON.parse((await reader.read()).value!);
  const configured = await fetch(`${url}/_fake/configure`, {
    method: "POST",
    body: '{"faults":[{"kind":"status"}]}',
  });
  await configured.body?.cancel();
  const failed = await fetch(url, UNSIGNED);
  await failed.body?.cancel();
  assert.equal(failed.status, 503);
  const calls = await (await fetch(`${url}/_fake/calls`)).json();
  assert.deepEqual(calls.map((call: { fault: string }) => call.fault), ["status"]);
  const cleared = await fetch(`${url}/_fake/clear`, { method: "POST" });
  await cleared.body?.cancel();
  assert.deepEqual(await (await fetch(`${url}/_fake/calls`)).json(), []);
  await child.stdin.close();
  assert.equal((await child.status).code, 0);
  await reader.cancel();
});

// RFC 6238, appendix B, cut to six digits; the secret is the ASCII text 12345678901234567890.
for (const [seconds, code] of [[59, "287082"], [1111111109, "081804"], [20000000000, "353130"]] as const) {
  Deno.test(`totpCode gives the code of RFC 6238 at ${seconds} s`, async () => {
    assert.equal(await totpCode(TOTP_SECRET, seconds * 1000), code);
  });
}
