/** Compares our requests to STS, part by part, with those that AWS's own SDK makes of the same calls. */
import assert from "node:assert/strict";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import type { Credentials } from "../../src/aws/credentials.ts";
import type { StsClient } from "../../src/aws/sts.ts";
import type { AssumeRoleInput } from "../../src/aws/sts_parameters.ts";
import { createDenoHttp } from "../../src/host/deno_http.ts";
import type { HttpTransport } from "../../src/host/host.ts";
import { Secret } from "../../src/secret.ts";
import { type FakeHttpRequest, FakeHttpServer } from "../fakes/fake_aws_http.ts";
import { parseAuthorization, signatureHolds } from "../fakes/fake_aws_signature.ts";
import { stsOver } from "./sts_client.ts";

const SERIAL = "arn:aws:iam::123456789012:mfa/alice";
const KEYS: Credentials = {
  accessKeyId: "AKIAEXAMPLE",
  secretAccessKey: new Secret("se/cr+et"),
  sessionToken: null,
  expiresAt: null,
  accountId: null,
};
const SESSION: Credentials = { ...KEYS, accessKeyId: "ASIAEXAMPLE", sessionToken: new Secret("to/k+en==") };
const ROLE: AssumeRoleInput = {
  roleArn: "arn:aws:iam::123456789012:role/path/reader",
  sessionName: "alice=+,.@-",
  durationSeconds: 3600,
  externalId: null,
  sourceIdentity: null,
  tags: [],
  transitiveTagKeys: [],
  mfa: null,
};
const PLAIN_ROLE = { RoleArn: ROLE.roleArn, RoleSessionName: ROLE.sessionName, DurationSeconds: 3600 };

interface Row {
  readonly what: string;
  readonly signer: Credentials;
  readonly ours: (sts: StsClient, signer: Credentials) => Promise<unknown>;
  readonly theirs: (sts: STSClient) => Promise<unknown>;
}

const ROWS: readonly Row[] = [
  {
    what: "GetCallerIdentity with keys",
    signer: KEYS,
    ours: (sts, signer) => sts.getCallerIdentity(signer),
    theirs: (sts) => sts.send(new GetCallerIdentityCommand({})),
  },
  {
    what: "GetCallerIdentity with a session",
    signer: SESSION,
    ours: (sts, signer) => sts.getCallerIdentity(signer),
    theirs: (sts) => sts.send(new GetCallerIdentityCommand({})),
  },
  {
    what: "GetSessionToken",
    signer: KEYS,
    ours: (sts, signer) => sts.getSessionToken({ durationSeconds: 28_800, mfa: null }, signer),
    theirs: (sts) => sts.send(new GetSessionTokenCommand({ DurationSeconds: 28_800 })),
  },
  {
    what: "GetSessionToken with MFA",
    signer: KEYS,
    ours: (sts, signer) =>
      sts.getSessionToken(
        { durationSeconds: 900, mfa: { serial: SERIAL, code: new Secret("012345") } },
        signer,
      ),
    theirs: (sts) =>
      sts.send(
        new GetSessionTokenCommand({ DurationSeconds: 900, SerialNumber: SERIAL, TokenCode: "012345" }),
      ),
  },
  {
    what: "AssumeRole",
    signer: SESSION,
    ours: (sts, signer) => sts.assumeRole(ROLE, signer),
    theirs: (sts) => sts.send(new AssumeRoleCommand(PLAIN_ROLE)),
  },
  {
    what: "AssumeRole with everything",
    signer: KEYS,
    ours: (sts, signer) =>
      sts.assumeRole({
        ...ROLE,
        externalId: "ext:/1",
        sourceIdentity: "alice",
        tags: [["größe 1", "a b+c"], ["Team", ""]],
        transitiveTagKeys: ["Team", "größe 1"],
        mfa: { serial: SERIAL, code: new Secret("012345") },
      }, signer),
    theirs: (sts) =>
      sts.send(
        new AssumeRoleCommand({
          ...PLAIN_ROLE,
          ExternalId: "ext:/1",
          SourceIdentity: "alice",
          Tags: [{ Key: "größe 1", Value: "a b+c" }, { Key: "Team", Value: "" }],
          TransitiveTagKeys: ["Team", "größe 1"],
          SerialNumber: SERIAL,
          TokenCode: "012345",
        }),
      ),
  },
];

/** What one side sends; it is answered with a refusal, so it is sent once. */
async function recorded(send: (url: string) => Promise<unknown>): Promise<FakeHttpRequest> {
  const requests: FakeHttpRequest[] = [];
  const server = new FakeHttpServer((request) => {
    requests.push(request);
    return Promise.resolve({ status: 403, headers: {}, body: "" });
  }, () => false);
  try {
    await assert.rejects(send(`http://127.0.0.1:${server.port}`));
  } finally {
    server.close();
  }
  assert.equal(requests.length, 1);
  return requests[0]!;
}

/** Parameters without their order: those of a list keep theirs by their numbers. */
function parameters(request: FakeHttpRequest): [string, string][] {
  return [...new URLSearchParams(new TextDecoder().decode(request.body))].sort(([a], [b]) => a < b ? -1 : 1);
}

for (const { what, signer, ours, theirs } of ROWS) {
  Deno.test(`StsClient and the AWS SDK send the same ${what}`, async () => {
    const token = signer.sessionToken?.reveal() ?? null;
    const secret = signer.secretAccessKey.reveal();
    let ourPort = "", theirPort = "";
    const our = await recorded((url) => {
      ourPort = new URL(url).port;
      return ours(stsOver(createDenoHttp(), { stsEndpointUrl: url }).sts, signer);
    });
    const their = await recorded(async (url) => {
      theirPort = new URL(url).port;
      const sts = new STSClient({
        region: "eu-west-1",
        endpoint: url,
        maxAttempts: 1,
        credentials: {
          accessKeyId: signer.accessKeyId,
          secretAccessKey: secret,
          ...(token === null ? {} : { sessionToken: token }),
        },
      });
      try {
        return await theirs(sts);
      } finally {
        sts.destroy();
      }
    });
    assert.equal(our.method, their.method);
    assert.equal(our.target, their.target);
    assert.deepEqual(parameters(our), parameters(their));
    assert.equal(our.headers["host"], `127.0.0.1:${ourPort}`);
    assert.equal(their.headers["host"], `127.0.0.1:${theirPort}`);
    assert.equal(our.headers["x-amz-security-token"], their.headers["x-amz-security-token"]);
    assert.match(our.headers["content-type"]!, /^application\/x-www-form-urlencoded/);
    assert.match(their.headers["content-type"]!, /^application\/x-www-form-urlencoded/);
    const [ourSignature, theirSignature] = [our, their].map(({ headers }) =>
      parseAuthorization(headers["authorization"])!
    );
    for (const part of ["accessKeyId", "region", "service"] as const) {
      assert.equal(ourSignature![part], theirSignature![part]);
    }
    // The SDK also signs headers that only it sends: about itself, its retries and the body's length and hash.
    const extra = [
      "amz-sdk-invocation-id",
      "amz-sdk-request",
      "content-length",
      "x-amz-content-sha256",
      "x-amz-user-agent",
    ];
    assert.deepEqual(
      ourSignature!.signedHeaders,
      theirSignature!.signedHeaders.filter((name) => !extra.includes(name)),
    );
    assert.ok(await signatureHolds(our, ourSignature!, { secret, token }), "our signature");
    assert.ok(await signatureHolds(their, theirSignature!, { secret, token }), "the SDK's signature");
  });
}

/** The part of the SDK's request that is looked at. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Region settings, and the host both must choose. */
const HOSTS: readonly [region: string, useFips: boolean, useDualStack: boolean][] = [
  ["us-east-1", false, false],
  ["eu-central-2", false, false],
  ["cn-north-1", false, false],
  ["us-gov-west-1", false, false],
  ["us-gov-west-1", true, false],
  ["us-west-2", true, true],
  ["us-iso-east-1", false, false],
  ["eusc-de-east-1", false, false],
  ["aws-global", false, false],
];
for (const [region, useFips, useDualStack] of HOSTS) {
  const mode = `${region}${useFips ? ", FIPS" : ""}${useDualStack ? ", dual-stack" : ""}`;
  Deno.test(`StsClient and the AWS SDK ask the same host for ${mode}`, async () => {
    const stop = new Error("stopped before the network");
    let our = "", their = "";
    const transport: HttpTransport = {
      request: ({ url, headers }) => {
        our = `${url} ${parseAuthorization(headers["authorization"])!.region}`;
        return Promise.reject(stop);
      },
    };
    const { sts } = stsOver(transport, { region, useFips, useDualStack });
    await assert.rejects(sts.getCallerIdentity(KEYS), stop);
    const sdk = new STSClient({
      region,
      useFipsEndpoint: useFips,
      useDualstackEndpoint: useDualStack,
      maxAttempts: 1,
      credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x" },
      requestHandler: {
        handle: ({ protocol, hostname, path, headers }: SdkRequest) => {
          their = `${protocol}//${hostname}${path} ${parseAuthorization(headers["authorization"])!.region}`;
          return Promise.reject(stop);
        },
      } as never,
    });
    await assert.rejects(sdk.send(new GetCallerIdentityCommand({})), /stopped before the network/);
    assert.equal(our, their);
  });
}
