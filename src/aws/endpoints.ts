/**
 * Which server answers for a service in a region, and what requests to it are signed for: the public endpoint rule sets of the
 * services, as pure functions. Where a custom endpoint comes from is decided elsewhere; here it is a URL or `null`.
 */
import { AppError } from "../errors.ts";

export interface Partition {
  readonly id: string;
  readonly regionPattern: RegExp;
  /** Region names of the partition that the pattern does not cover. */
  readonly pseudoRegion: string | null;
  readonly dnsSuffix: string;
  readonly dualStackDnsSuffix: string;
  readonly implicitGlobalRegion: string;
}

/** botocore's partitions.json of August 2026; a test compares every row with it. All of them support FIPS and dual-stack. */
export const PARTITIONS: readonly Partition[] = [
  partition("aws", /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/, "amazonaws.com", "api.aws", "us-east-1"),
  partition("aws-cn", /^cn-\w+-\d+$/, "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1"),
  partition("aws-eusc", /^eusc-(de)-\w+-\d+$/, "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1"),
  partition("aws-iso", /^us-iso-\w+-\d+$/, "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1"),
  partition("aws-iso-b", /^us-isob-\w+-\d+$/, "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1"),
  partition("aws-iso-e", /^eu-isoe-\w+-\d+$/, "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1"),
  partition("aws-iso-f", /^us-isof-\w+-\d+$/, "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1"),
  partition("aws-us-gov", /^us-gov-\w+-\d+$/, "amazonaws.com", "api.aws", "us-gov-west-1"),
];

function partition(
  id: string,
  regionPattern: RegExp,
  dnsSuffix: string,
  dualStackDnsSuffix: string,
  implicitGlobalRegion: string,
): Partition {
  return {
    id,
    regionPattern,
    pseudoRegion: `${id}-global`,
    dnsSuffix,
    dualStackDnsSuffix,
    implicitGlobalRegion,
  };
}

/** The partition of a region: by its pseudo region, by pattern, else `aws`. */
export function partitionOf(region: string): Partition {
  return PARTITIONS.find((p) => p.pseudoRegion === region || p.regionPattern.test(region)) ?? PARTITIONS[0]!;
}

export type ServiceId = "sts" | "sso" | "sso-oidc";

interface ServiceRules {
  /** First part of the host name. */
  readonly hostPrefix: string;
  readonly signingName: string;
  /** Endpoints that differ from the general form; `null` where they don't. */
  readonly exception: (
    query: EndpointQuery & { readonly region: string },
    partition: Partition,
  ) => Endpoint | null;
}

export interface EndpointQuery {
  readonly service: ServiceId;
  readonly region: string | null;
  readonly useFips: boolean;
  readonly useDualStack: boolean;
  /** `sts_regional_endpoints = legacy`; other services ignore it. */
  readonly legacyGlobalSts: boolean;
  readonly customUrl: string | null;
}

export interface Endpoint {
  /** Without a slash at the end, unless a custom one was given so. */
  readonly url: string;
  /** `null` when a custom endpoint was given without a region. */
  readonly signingRegion: string | null;
  readonly signingName: string;
}

/** The rule set's `AWS::STS::UseGlobalEndpoint` list. Regions that came later are regional in either mode. */
const LEGACY_GLOBAL_STS_REGIONS: ReadonlySet<string> = new Set([
  "ap-northeast-1",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "aws-global",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
]);

/** Takes requests signed for us-east-1 only. */
const GLOBAL_STS: Endpoint = {
  url: "https://sts.amazonaws.com",
  signingRegion: "us-east-1",
  signingName: "sts",
};

const SERVICES: Readonly<Record<ServiceId, ServiceRules>> = {
  sts: {
    hostPrefix: "sts",
    signingName: "sts",
    exception: ({ region, useFips, useDualStack, legacyGlobalSts }) => {
      if (useFips || useDualStack) return null;
      return region === "aws-global" || (legacyGlobalSts && LEGACY_GLOBAL_STS_REGIONS.has(region))
        ? GLOBAL_STS
        : null;
    },
  },
  sso: { hostPrefix: "portal.sso", signingName: "awsssoportal", exception: () => null },
  "sso-oidc": { hostPrefix: "oidc", signingName: "sso-oauth", exception: () => null },
};

/** A region is a host label: it becomes part of a host name. */
const REGION = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * The endpoint for a query. Throws AppError of kind config: `endpoint-region-missing`, `endpoint-region-invalid`,
 * `endpoint-url-invalid`, or `endpoint-conflict` for FIPS or dual-stack together with a custom endpoint.
 */
export function resolveEndpoint(query: EndpointQuery): Endpoint {
  const rules = SERVICES[query.service];
  const region = query.region === "" ? null : query.region;
  if (query.customUrl !== null) {
    if (query.useFips) throw conflict("FIPS", "use_fips_endpoint");
    if (query.useDualStack) throw conflict("dualstack", "use_dualstack_endpoint");
    const url = checkEndpointUrl(query.customUrl);
    return {
      url,
      signingRegion: region === null ? null : signingRegion(region),
      signingName: rules.signingName,
    };
  }
  if (region === null) {
    throw new AppError("endpoint-region-missing", "config", "invalid configuration: missing region", {
      hints: ["give one: region = … in the profile, --region, or AWS_REGION"],
    });
  }
  if (!REGION.test(region)) {
    throw new AppError(
      "endpoint-region-invalid",
      "config",
      `invalid configuration: ${JSON.stringify(region)} is no region name`,
    );
  }
  const area = partitionOf(region);
  const exception = rules.exception({ ...query, region }, area);
  if (exception !== null) return exception;
  // In us-gov the plain host names are the FIPS ones, and there are no others for these services.
  const fips = query.useFips && !(area.id === "aws-us-gov" && !query.useDualStack) ? "-fips" : "";
  const suffix = query.useDualStack ? area.dualStackDnsSuffix : area.dnsSuffix;
  return {
    url: `https://${rules.hostPrefix}${fips}.${region}.${suffix}`,
    signingRegion: signingRegion(region),
    signingName: rules.signingName,
  };
}

/** Nothing is signed for a pseudo region: the one behind it counts. */
function signingRegion(region: string): string {
  const area = partitionOf(region);
  return area.pseudoRegion === region ? area.implicitGlobalRegion : region;
}

function conflict(what: string, key: string): AppError {
  return new AppError(
    "endpoint-conflict",
    "config",
    `invalid configuration: ${what} and custom endpoint are not supported`,
    { hints: [`remove either the endpoint URL or ${key}`] },
  );
}

/**
 * The URL, when it can serve as an endpoint; else throws AppError `endpoint-url-invalid`. Plain http is allowed, for local doubles of AWS
 * whose host names vary. Signatures and secrets go there, so whatever is ambiguous is refused. The message never shows the URL.
 */
function checkEndpointUrl(text: string): string {
  const refuse = (reason: string) =>
    new AppError("endpoint-url-invalid", "config", `the endpoint URL ${reason}`, {
      hints: ["it should look like https://host or http://host:port"],
    });
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u0020\u007f-\u009f\\]/.test(text)) {
    throw refuse("has blanks, control characters or backslashes in it");
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse("is not a URL");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refuse("must begin with https:// or http://");
  }
  if (!/^https?:\/\/[^/]/i.test(text)) throw refuse("names no host");
  if (url.username !== "" || url.password !== "") throw refuse("must not hold a user name or password");
  if (text.includes("?") || text.includes("#")) throw refuse("must not have a query or fragment");
  return text;
}
