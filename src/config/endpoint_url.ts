/** Which custom endpoint is configured for a service, in the order of the AWS SDKs. What the code or a flag gives comes before all of it. */
import { envError, envValue } from "./env_value.ts";
import type { EnvLookup } from "./env_vars.ts";
import { nestedValue, type Property, type SectionLookup } from "./ini_sections.ts";
import {
  findValue,
  type Found,
  hasControls,
  type Layer,
  missingSection,
  ownValue,
  valueError,
} from "./profile.ts";

export interface ConfiguredEndpoint {
  readonly url: string;
  /** The variable's name, or the property. */
  readonly origin: string | Property;
}

/**
 * Looks in this order: the service's environment variable, the one for all services, then in each of the profile's sections the
 * `[services]` section it names and its `endpoint_url`. `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` and its key switch all that off. `service` is
 * an SDK's service id in any spelling (`sts`, `SSO OIDC`), or `null` for what holds for all services; `null` is answered when nothing is
 * configured. Throws AppError `config-section-missing` or `config-value`.
 */
export function resolveEndpointUrl(
  service: string | null,
  env: EnvLookup,
  layers: readonly Layer[],
  config: SectionLookup,
): ConfiguredEndpoint | null {
  const services = findValue(layers, "services");
  const section = services === null ? null : config.read("services", services.value);
  if (services !== null && section === null) {
    throw missingSection(services.property, "services", services.value);
  }
  const ignored = envValue(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") ??
    findValue(layers, "ignore_configured_endpoint_urls")?.value;
  if (ignored?.trim().toLowerCase() === "true") return null;

  const id = service?.toLowerCase().replaceAll(" ", "_").replaceAll("-", "_") ?? null;
  for (
    const variable of id === null ? GENERAL : [`AWS_ENDPOINT_URL_${id.toUpperCase()}` as const, ...GENERAL]
  ) {
    const url = envValue(env, variable);
    if (url === null) continue;
    if (!isHttpUrl(url)) throw envError(variable, NOT_A_URL);
    return { url, origin: variable };
  }
  for (const { section: profile } of layers) {
    // The section counts where it is named, so that a profile's own endpoint_url comes before an inherited `services`.
    const nested = id !== null && profile.properties.get("services") === services?.property
      ? section?.properties.get(id)
      : undefined;
    const url = nested === undefined ? null : nestedValue(nested, "endpoint_url");
    if (nested !== undefined && url) {
      return { url: checked({ value: url, property: nested }), origin: nested };
    }
    const own = ownValue(profile, "endpoint_url");
    if (own !== null) return { url: checked(own), origin: own.property };
  }
  return null;
}

const GENERAL = ["AWS_ENDPOINT_URL"] as const;
const NOT_A_URL = "not a URL that begins with https:// or http:// and a host";

function checked({ value, property }: Found): string {
  if (isHttpUrl(value)) return value;
  throw valueError(property, NOT_A_URL);
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^/?#\s][^\s]*$/i.test(text) && !hasControls(text);
}
