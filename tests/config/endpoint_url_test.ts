import assert from "node:assert/strict";
import { resolveEndpointUrl } from "../../src/config/endpoint_url.ts";
import { profileLayers } from "../../src/config/profile.ts";
import { failureOf, sources } from "./config_texts.ts";
import { readVectors } from "./test_vectors.ts";

function urlFor(service: string | null, config: string, env: Record<string, string> = {}): string | null {
  const from = sources(config, env);
  return resolveEndpointUrl(service, from.env, profileLayers(from, "a"), from.config)?.url ?? null;
}

const everything = `[profile a]
endpoint_url = https://profile
services = s
[services s]
sts =
  endpoint_url = https://sts-section
sso_oidc =
  endpoint_url = https://oidc-section
`;

const rows: [
  what: string,
  service: string | null,
  config: string,
  env: Record<string, string>,
  url: string | null,
][] = [
  ["takes the service's variable first", "sts", everything, {
    AWS_ENDPOINT_URL_STS: "https://v",
    AWS_ENDPOINT_URL: "https://g",
  }, "https://v"],
  [
    "takes the general variable before the section",
    "sts",
    everything,
    { AWS_ENDPOINT_URL: "https://g" },
    "https://g",
  ],
  ["takes the section before the profile's own", "sts", everything, {}, "https://sts-section"],
  ["takes the profile's own last", "iam", everything, {}, "https://profile"],
  ["writes blanks in a service id as underscores", "SSO OIDC", everything, {}, "https://oidc-section"],
  ["writes hyphens in a service id as underscores", "sso-oidc", everything, {
    AWS_ENDPOINT_URL_SSO_OIDC: "https://v",
  }, "https://v"],
  ["passes over the variable of another service", "iam", "", { AWS_ENDPOINT_URL_STS: "https://v" }, null],
  ["takes an empty variable for none", "sts", everything, { AWS_ENDPOINT_URL: "" }, "https://sts-section"],
  ["answers null when nothing is configured", "sts", "[profile a]\n", {}, null],
  ["passes over sections for no service in particular", null, everything, {}, "https://profile"],
  ["ignores everything when a variable says so", "sts", everything, {
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "TRUE",
    AWS_ENDPOINT_URL: "https://g",
  }, null],
  [
    "ignores everything when the profile says so",
    "sts",
    everything.replace("services = s", "services = s\nignore_configured_endpoint_urls = true"),
    { AWS_ENDPOINT_URL: "https://g" },
    null,
  ],
  [
    "lets the variable overrule the profile in that",
    "sts",
    everything.replace("services = s", "services = s\nignore_configured_endpoint_urls = true"),
    { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" },
    "https://sts-section",
  ],
  [
    "takes the own endpoint before an inherited section",
    "sts",
    "[default]\nservices = s\n[profile a]\nendpoint_url = https://own\n[services s]\nsts =\n  endpoint_url = https://sts\n",
    {},
    "https://own",
  ],
  [
    "takes an inherited section before an inherited endpoint",
    "sts",
    "[default]\nservices = s\nendpoint_url = https://d\n[profile a]\n[services s]\nsts =\n  endpoint_url = https://sts\n",
    {},
    "https://sts",
  ],
  [
    "goes on after a section that lacks the service",
    "sts",
    "[profile a]\nservices = s\n[services s]\ns3 =\n  endpoint_url = https://s3\n",
    {},
    null,
  ],
  [
    "passes over an empty endpoint in a section",
    "sts",
    "[profile a]\nservices = s\nendpoint_url = https://own\n[services s]\nsts =\n  endpoint_url =\n",
    {},
    "https://own",
  ],
];

for (const [what, service, config, env, url] of rows) {
  Deno.test(`resolveEndpointUrl ${what}`, () => assert.equal(urlFor(service, config, env), url));
}

const failures: [what: string, config: string, env: Record<string, string>, failure: string][] = [
  [
    "a missing section",
    "[profile a]\nservices = s\n",
    {},
    "config-section-missing: config:2: services: there is no section [services s]",
  ],
  [
    "an endpoint that is no URL",
    "[profile a]\nendpoint_url = localhost:80\n",
    {},
    "config-value: config:2: endpoint_url: not a URL",
  ],
  [
    "an endpoint without a host",
    "[profile a]\nendpoint_url = https:///x\n",
    {},
    "config-value: config:2: endpoint_url: not a URL",
  ],
  [
    "an endpoint of another scheme in a section",
    "[profile a]\nservices = s\n[services s]\nsts =\n  endpoint_url = file:///x\n",
    {},
    "config-value: config:4: sts: not a URL",
  ],
  [
    "a variable that is no URL",
    "",
    { AWS_ENDPOINT_URL_STS: "x" },
    "env-value-invalid: AWS_ENDPOINT_URL_STS: not a URL",
  ],
];

for (const [what, config, env, failure] of failures) {
  Deno.test(`resolveEndpointUrl names the place of ${what}`, () => {
    const actual = failureOf(() => urlFor("sts", config, env));
    assert.ok(actual.startsWith(failure), actual);
  });
}

type Values = Record<string, string>;
interface EndpointSuite {
  profiles: Record<string, Values>;
  services: Record<string, Record<string, Values>>;
  client_configs: Record<string, { endpoint_url?: string; ignore_configured_endpoint_urls?: boolean }>;
  environments: Record<string, Values>;
  endpointUrlTests: {
    name: string;
    profile: string;
    client_config: string;
    environment: string;
    service: string;
    output: { endpointUrl: string };
  }[];
}

function asConfigText(suite: EndpointSuite): string {
  const lines: string[] = [];
  for (const [name, values] of Object.entries(suite.profiles)) {
    lines.push(name === "default" ? "[default]" : `[profile ${name}]`);
    for (const [key, value] of Object.entries(values)) lines.push(`${key} = ${value}`);
  }
  for (const [name, services] of Object.entries(suite.services)) {
    lines.push(`[services ${name}]`);
    for (const [service, values] of Object.entries(services)) {
      lines.push(`${service} =`, ...Object.entries(values).map(([key, value]) => `  ${key} = ${value}`));
    }
  }
  return lines.join("\n");
}

for (
  const suite of readVectors<{ testSuites: EndpointSuite[] }>(
    "endpoints/configured-endpoint-url-tests.subset.json",
  ).testSuites
) {
  const config = asConfigText(suite);
  for (const row of suite.endpointUrlTests) {
    Deno.test(`published custom endpoint case: ${row.name}`, () => {
      const client = suite.client_configs[row.client_config]!;
      const env = { ...suite.environments[row.environment] };
      // What a client is given in code comes before everything that is configured; we take it in by the variable of that name.
      if (client.ignore_configured_endpoint_urls) env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "true";
      const from = sources(config, env);
      const layers = profileLayers(from, row.profile);
      const configured = resolveEndpointUrl(row.service, from.env, layers, from.config)?.url;
      const region = suite.profiles[row.profile]!.region;
      const url = client.endpoint_url ?? configured ?? `https://${row.service}.${region}.amazonaws.com`;
      assert.equal(url, row.output.endpointUrl);
    });
  }
}
