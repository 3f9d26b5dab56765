/** HTTP under Bun. */
import { bunProcess } from "./bun_process.ts";
import type { HttpRequest, HttpTransport } from "./host.ts";
import { createHttpTransport, type HttpFailure } from "./http_exchange.ts";

/** Bun's additions to fetch's options: https://bun.com/docs/api/fetch */
interface BunFetchOptions extends RequestInit {
  /** `false`: direct, whatever the environment says. */
  readonly proxy: string | false;
  readonly tls: { readonly rejectUnauthorized: true; readonly ca?: readonly string[] };
  readonly decompress: false;
  /** `false`: BUN_CONFIG_VERBOSE_FETCH does not make it print the request, signature included. */
  readonly verbose: false;
}

export function createBunHttp(): HttpTransport {
  return createHttpTransport({
    async send(request, headers, signal) {
      const options: BunFetchOptions = {
        method: request.method,
        headers,
        body: (request.body as BodyInit | undefined) ?? null,
        redirect: "manual",
        signal,
        keepalive: false,
        proxy: request.proxy ?? false,
        tls: {
          rejectUnauthorized: true,
          ...(request.caCertificates ? { ca: await withRoots(request.caCertificates) } : {}),
        },
        decompress: false,
        verbose: false,
      };
      return { response: await ignoringNoProxy(() => fetch(request.url, options)), close: () => {} };
    },
    classify,
  });
}

/** `tls.ca` takes the place of Bun's own roots, so they come along. Loaded only here: 10 ms. */
async function withRoots(certificates: string): Promise<string[]> {
  const { rootCertificates } = await import("node:tls");
  return [...rootCertificates, certificates];
}

/** Bun lets NO_PROXY overrule a proxy given outright. It reads the variables while `fetch` starts, not later. */
function ignoringNoProxy<T>(start: () => T): T {
  const { env } = bunProcess;
  const saved = ["NO_PROXY", "no_proxy"].map((name) => [name, env[name]] as const);
  for (const [name, value] of saved) if (value !== undefined) env[name] = "";
  try {
    return start();
  } finally {
    for (const [name, value] of saved) if (value !== undefined) env[name] = value;
  }
}

/** Failures before anything of the request was sent. */
const NOT_CONNECTED = new Set([
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "FailedToOpenSocket",
]);

/** BoringSSL's verification results arrive under OpenSSL's names, and a failed handshake as EPROTO. */
function classify(failure: unknown, request: HttpRequest): HttpFailure {
  const code = String((failure as { code?: unknown } | null)?.code ?? "");
  // How an extra trust anchor that is no certificate shows.
  if (code === "FailedToOpenSocket" && request.caCertificates) return "tls";
  if (NOT_CONNECTED.has(code)) return "connect";
  return /CERT|ISSUER|SIGNATURE|EPROTO|SSL|TLS|HOSTNAME|CRL|INVALID_CA|PATH_LENGTH|PURPOSE/.test(code)
    ? "tls"
    : "interrupted";
}
