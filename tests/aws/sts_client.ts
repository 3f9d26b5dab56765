/** An STS client wired for tests, over whatever network it is given. */
import { AwsHttpClient } from "../../src/aws/http_client.ts";
import { ServerClock } from "../../src/aws/server_clock.ts";
import { StsClient, type StsEndpoints } from "../../src/aws/sts.ts";
import type { Credentials } from "../../src/aws/credentials.ts";
import type { Clock, HttpTransport } from "../../src/host/host.ts";
import type { Log } from "../../src/log.ts";
import { silentLog } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

export interface StsUnderTest {
  readonly sts: StsClient;
  readonly serverClock: ServerClock;
}

export function stsOver(
  transport: HttpTransport,
  endpoints: Partial<StsEndpoints> = {},
  options: { readonly clock?: Clock; readonly log?: Log } = {},
): StsUnderTest {
  const serverClock = new ServerClock();
  const http = new AwsHttpClient({
    transport: () => Promise.resolve(transport),
    // Real time where a server's signature check looks at it; sleeps never take any.
    clock: options.clock ?? new FakeClock(Date.now()),
    random: { bytes: (length) => new Uint8Array(length) },
    serverClock,
    proxyFor: () => null,
    caCertificates: null,
    userAgent: "test",
    log: options.log ?? silentLog,
  });
  const sts = new StsClient(http, {
    region: "eu-west-1",
    stsEndpointUrl: null,
    stsRegionalEndpoints: "regional",
    useFips: false,
    useDualStack: false,
    ...endpoints,
  });
  return { sts, serverClock };
}

export function longLived(accessKeyId: string, secret: string): Credentials {
  return {
    accessKeyId,
    secretAccessKey: new Secret(secret),
    sessionToken: null,
    expiresAt: null,
    accountId: null,
  };
}
