import assert from "node:assert/strict";
import {
  type EndpointQuery,
  partitionOf,
  PARTITIONS,
  resolveEndpoint,
  type ServiceId,
} from "../../src/aws/endpoints.ts";
import { AppError } from "../../src/errors.ts";
import { vectorJson } from "./vectors.ts";

const STS: EndpointQuery = {
  service: "sts",
  region: "eu-west-1",
  useFips: false,
  useDualStack: false,
  legacyGlobalSts: false,
  customUrl: null,
};

for (const service of ["sts", "sso", "sso-oidc"] satisfies ServiceId[]) {
  const { testCases } = vectorJson(`endpoints/${service}-endpoint-tests.subset.json`);
  assert.ok(testCases.length > 0);
  for (const { documentation, params = {}, expect } of testCases) {
    Deno.test(`resolveEndpoint follows the rule set of ${service}: ${documentation}`, () => {
      const query: EndpointQuery = {
        service,
        region: params.Region ?? null,
        useFips: params.UseFIPS ?? false,
        useDualStack: params.UseDualStack ?? false,
        legacyGlobalSts: params.UseGlobalEndpoint ?? false,
        customUrl: params.Endpoint ?? null,
      };
      if (expect.error !== undefined) {
        assert.throws(() => resolveEndpoint(query), (error) => {
          assert.ok(error instanceof AppError);
          assert.equal(error.kind, "config");
          assert.equal(error.message.toLowerCase(), expect.error.toLowerCase());
          return true;
        });
        return;
      }
      const endpoint = resolveEndpoint(query);
      assert.equal(endpoint.url, expect.endpoint.url);
      const scheme = expect.endpoint.properties?.authSchemes?.[0];
      assert.equal(endpoint.signingRegion, scheme?.signingRegion ?? params.Region ?? null);
      if (scheme !== undefined) assert.equal(endpoint.signingName, scheme.signingName);
    });
  }
}

Deno.test("PARTITIONS holds the published partitions", () => {
  const published = vectorJson("endpoints/partitions.json").partitions;
  assert.equal(PARTITIONS.length, published.length);
  for (const { id, outputs, regionRegex, regions } of published) {
    const ours = PARTITIONS.find((partition) => partition.id === id);
    assert.deepEqual(
      { ...ours, regionPattern: ours?.regionPattern.source },
      {
        id,
        regionPattern: regionRegex.replaceAll("\\-", "-"),
        pseudoRegion: `${id}-global`,
        dnsSuffix: outputs.dnsSuffix,
        dualStackDnsSuffix: outputs.dualStackDnsSuffix,
        implicitGlobalRegion: outputs.implicitGlobalRegion,
      },
    );
    assert.ok(outputs.supportsFIPS && outputs.supportsDualStack);
    for (const region of Object.keys(regions)) assert.equal(partitionOf(region).id, id, region);
  }
});

const REGIONS: readonly [region: string, partition: string][] = [
  ["eu-nowhere-9", "aws"],
  ["cn-nowhere-9", "aws-cn"],
  ["us-gov-nowhere-9", "aws-us-gov"],
  ["us-isob-nowhere-1", "aws-iso-b"],
  ["eusc-de-west-1", "aws-eusc"],
  ["eusc-fr-west-1", "aws"],
  ["local", "aws"],
];
for (const [region, partition] of REGIONS) {
  Deno.test(`partitionOf puts ${region} into ${partition}`, () =>
    assert.equal(partitionOf(region).id, partition));
}

const ENDPOINTS: readonly [
  what: string,
  query: Partial<EndpointQuery>,
  url: string,
  signingRegion: string | null,
][] = [
  [
    "us-gov FIPS without -fips",
    { region: "us-gov-west-1", useFips: true },
    "https://sts.us-gov-west-1.amazonaws.com",
    "us-gov-west-1",
  ],
  [
    "us-gov FIPS and dual-stack with -fips",
    { region: "us-gov-east-1", useFips: true, useDualStack: true },
    "https://sts-fips.us-gov-east-1.api.aws",
    "us-gov-east-1",
  ],
  [
    "us-gov FIPS of the portal without -fips",
    { service: "sso", region: "us-gov-west-1", useFips: true },
    "https://portal.sso.us-gov-west-1.amazonaws.com",
    "us-gov-west-1",
  ],
  [
    "legacy STS with FIPS as regional",
    { region: "us-east-1", legacyGlobalSts: true, useFips: true },
    "https://sts-fips.us-east-1.amazonaws.com",
    "us-east-1",
  ],
  [
    "a legacy mode that only STS has",
    { service: "sso", legacyGlobalSts: true },
    "https://portal.sso.eu-west-1.amazonaws.com",
    "eu-west-1",
  ],
  [
    "a custom endpoint in legacy mode signed for the profile's region",
    { legacyGlobalSts: true, customUrl: "http://sts:4566/base/" },
    "http://sts:4566/base/",
    "eu-west-1",
  ],
  [
    "a custom endpoint in a pseudo region signed for the region behind it",
    { region: "aws-global", customUrl: "https://e" },
    "https://e",
    "us-east-1",
  ],
  [
    "a custom endpoint with an empty region",
    { region: "", customUrl: "http://[::1]:80" },
    "http://[::1]:80",
    null,
  ],
];
for (const [what, query, url, signingRegion] of ENDPOINTS) {
  Deno.test(`resolveEndpoint answers ${what}`, () => {
    const endpoint = resolveEndpoint({ ...STS, ...query });
    assert.deepEqual([endpoint.url, endpoint.signingRegion], [url, signingRegion]);
  });
}

const REFUSED: readonly (readonly [what: string, query: Partial<EndpointQuery>, code: string])[] = [
  ["a region that would change the host", { region: "evil.example/" }, "endpoint-region-invalid"],
  ["a region with a line break", { region: "eu-west-1\n" }, "endpoint-region-invalid"],
  ["an empty region", { region: "" }, "endpoint-region-missing"],
  ["FIPS with a custom endpoint", { useFips: true, customUrl: "https://e" }, "endpoint-conflict"],
  ...[
    "",
    "e.example",
    "ftp://e",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://user:hunter2@e",
    "https://hunter2@e",
    "https://e/?hunter2",
    "https://e/#hunter2",
    "https://e/hunter2\r\nx: y",
    "https://e\\@hunter2",
    " https://e",
    "https:///hunter2",
    "http:hunter2",
    "http://e:hunter2",
  ].map((customUrl) =>
    [`the endpoint ${JSON.stringify(customUrl)}`, { customUrl }, "endpoint-url-invalid"] as const
  ),
];
for (const [what, query, code] of REFUSED) {
  Deno.test(`resolveEndpoint refuses ${what}`, () => {
    assert.throws(() => resolveEndpoint({ ...STS, ...query }), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, code);
      assert.ok(!`${error.message} ${error.hints} ${error.cause}`.includes("hunter2"), "the URL is shown");
      return true;
    });
  });
}
