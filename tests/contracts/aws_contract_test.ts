/**
 * What our STS client relies on, asserted on our double and on moto with IAM enforcement, so that the double can't drift into
 * fiction. moto knows no MFA devices, expiry, skew or trust policies: those are the double's alone, and tested with it.
 */
import assert from "node:assert/strict";
import { AwsHttpClient } from "../../src/aws/http_client.ts";
import { QueryApi } from "../../src/aws/query_api.ts";
import { ServerClock } from "../../src/aws/server_clock.ts";
import { AwsServiceError } from "../../src/aws/service_error.ts";
import type { StsClient } from "../../src/aws/sts.ts";
import type { AssumeRoleInput } from "../../src/aws/sts_parameters.ts";
import type { Credentials } from "../../src/aws/credentials.ts";
import { createDenoHttp } from "../../src/host/deno_http.ts";
import { silentLog } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import { longLived, stsOver } from "../aws/sts_client.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeAws } from "../fakes/fake_aws.ts";

const USER = "alice";
const ROLE = "reader";

interface Service {
  readonly url: string;
  readonly accountId: string;
  readonly user: Credentials;
  stop(): Promise<void>;
}

function startDouble(): Promise<Service> {
  const fake = new FakeAws({
    users: [{ name: USER, keys: [{ id: "AKIAALICE", secret: "alice-secret" }] }],
    roles: [{ name: ROLE, principals: ["*"] }],
  });
  return Promise.resolve({
    url: fake.url,
    accountId: "123456789012",
    user: longLived("AKIAALICE", "alice-secret"),
    stop: () => Promise.resolve(fake.close()),
  });
}

/** How long moto may take to start; on a busy machine it loads for seconds. */
const MOTO_START_MS = 60_000;

async function startMoto(): Promise<Service> {
  const program = Deno.env.get("AWS_VAULT_TEST_MOTO");
  if (program === undefined || program === "") {
    throw new Error("AWS_VAULT_TEST_MOTO is not set: it must name the moto_server executable");
  }
  const port = freePort();
  const moto = new Deno.Command(program, {
    args: ["-H", "127.0.0.1", "-p", String(port)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    try {
      moto.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await moto.status;
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilAnswering(url, moto);
    const user = await furnish(url);
    // From here on every call needs a signature that holds and a policy that allows it.
    await post(`${url}/moto-api/reset-auth`, "0");
    return { url, accountId: "123456789012", user, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

async function untilAnswering(url: string, moto: Deno.ChildProcess): Promise<void> {
  const ended = moto.status.then(({ code }) => {
    throw new Error(`moto_server ended with ${code} before it answered`);
  });
  const answering = async () => {
    const deadline = Date.now() + MOTO_START_MS;
    while (Date.now() < deadline) {
      try {
        const response = await fetch(`${url}/moto-api/data.json`);
        await response.body?.cancel();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    throw new Error(`moto_server did not answer within ${MOTO_START_MS} ms`);
  };
  await Promise.race([answering(), ended]);
  ended.catch(() => {});
}

async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: "POST", body });
  await response.body?.cancel();
  assert.ok(response.ok, `${url} answered ${response.status}`);
}

/** A user with a key that may assume roles, and a role, made through moto's IAM. */
async function furnish(url: string): Promise<Credentials> {
  const http = new AwsHttpClient({
    transport: () => Promise.resolve(createDenoHttp()),
    clock: new FakeClock(Date.now()),
    random: { bytes: (length) => new Uint8Array(length) },
    serverClock: new ServerClock(),
    proxyFor: () => null,
    caCertificates: null,
    userAgent: "test",
    log: silentLog,
  });
  const iam = new QueryApi(http, {
    name: "iam",
    version: "2010-05-08",
    endpointUrl: url,
    signingRegion: "us-east-1",
    signingName: "iam",
  });
  const signer = longLived("AKIASETUP", "setup");
  const call = (action: string, parameters: Record<string, string>) =>
    iam.call({ action, parameters, signer, retry: "never" });
  const policy = (statement: Record<string, unknown>) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  await call("CreateUser", { UserName: USER });
  await call("PutUserPolicy", {
    UserName: USER,
    PolicyName: "sts",
    PolicyDocument: policy({ Action: "sts:*", Resource: "*" }),
  });
  await call("CreateRole", {
    RoleName: ROLE,
    AssumeRolePolicyDocument: policy({ Action: "sts:AssumeRole", Principal: { AWS: "*" } }),
  });
  const { result } = await call("CreateAccessKey", { UserName: USER });
  return longLived(result.text("AccessKey", "AccessKeyId")!, result.text("AccessKey", "SecretAccessKey")!);
}

function role(accountId: string, part: Partial<AssumeRoleInput> = {}): AssumeRoleInput {
  return {
    roleArn: `arn:aws:iam::${accountId}:role/${ROLE}`,
    sessionName: "contract",
    durationSeconds: 900,
    externalId: null,
    sourceIdentity: null,
    tags: [],
    transitiveTagKeys: [],
    mfa: null,
    ...part,
  };
}

async function refusal(promise: Promise<unknown>): Promise<AwsServiceError> {
  const error = await promise.then(() => null, (reason) => reason);
  assert.ok(error instanceof AwsServiceError, `not refused by the service: ${error}`);
  return error;
}

type Assertion = (sts: StsClient, service: Service) => Promise<void>;

const CONTRACT: readonly [what: string, assertion: Assertion][] = [
  ["tells whose keys signed", async (sts, { accountId, user }) => {
    const identity = await sts.getCallerIdentity(user);
    assert.equal(identity.account, accountId);
    assert.equal(identity.arn, `arn:aws:iam::${accountId}:user/${USER}`);
    assert.ok(identity.userId.length > 0);
    assert.ok(identity.requestId);
  }],
  ["refuses an unknown key", async (sts) => {
    const error = await refusal(sts.getCallerIdentity(longLived("AKIANOBODYKNOWSTHIS0", "x")));
    assert.deepEqual([error.serviceCode, error.httpStatus], ["InvalidClientTokenId", 403]);
  }],
  ["refuses a signature made with a wrong secret", async (sts, { user }) => {
    const error = await refusal(sts.getCallerIdentity({ ...user, secretAccessKey: new Secret("wrong") }));
    assert.deepEqual([error.serviceCode, error.httpStatus], ["SignatureDoesNotMatch", 403]);
    assert.equal(error.clockSkewed, false);
  }],
  ["makes a session of the duration asked for", async (sts, { user }) => {
    const { credentials, requestId } = await sts.getSessionToken({ durationSeconds: 1800, mfa: null }, user);
    assert.ok(credentials.accessKeyId !== user.accessKeyId);
    assert.ok(credentials.sessionToken!.reveal().length > 20);
    assert.ok(Math.abs(credentials.expiresAt! - Date.now() - 1_800_000) < 60_000, "duration");
    assert.ok(requestId);
  }],
  ["makes role credentials that sign the next call", async (sts, { accountId, user }) => {
    const first = await sts.assumeRole(role(accountId), user);
    assert.equal(first.credentials.accountId, accountId);
    assert.match(first.credentials.accessKeyId, /^ASIA/);
    assert.ok(Math.abs(first.credentials.expiresAt! - Date.now() - 900_000) < 60_000, "duration");
    const identity = await sts.getCallerIdentity(first.credentials);
    assert.equal(identity.arn, `arn:aws:sts::${accountId}:assumed-role/${ROLE}/contract`);
  }],
  ["takes tags, transitive tags, external id and source identity along", async (sts, { accountId, user }) => {
    // No blank: moto signs a form it has encoded anew, with "+" for "%20", instead of the bytes that came.
    const tags = [["Team", "größe1+/"], ["Cost", ""]] as const;
    const input = role(accountId, {
      tags,
      transitiveTagKeys: ["Team"],
      externalId: "a:/b",
      sourceIdentity: "alice",
    });
    assert.ok((await sts.assumeRole(input, user)).credentials.sessionToken);
  }],
];

for (const [name, start] of [["the double", startDouble], ["moto", startMoto]] as const) {
  Deno.test(`STS as ${name} has it`, async (t) => {
    const service = await start();
    try {
      const { sts } = stsOver(createDenoHttp(), { region: "us-east-1", stsEndpointUrl: service.url });
      for (const [what, assertion] of CONTRACT) await t.step(what, () => assertion(sts, service));
    } finally {
      await service.stop();
    }
  });
}
