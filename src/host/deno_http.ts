/** HTTP under Deno: a client of its own for each exchange, so that nothing stays open. */
import type { HttpTransport } from "./host.ts";
import { createHttpTransport, type HttpFailure } from "./http_exchange.ts";

/** What Deno reads when it makes a client; an explicit proxy wins over these, but none would not. */
const PROXY_VARIABLES = [
  "HTTP_PROXY",
  "http_proxy",
  "HTTPS_PROXY",
  "https_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
];

export function createDenoHttp(): HttpTransport {
  return createHttpTransport({
    async send(request, headers, signal) {
      const client = withoutProxyVariables(() =>
        Deno.createHttpClient({
          poolMaxIdlePerHost: 0,
          http2: false,
          caCerts: request.caCertificates ? [request.caCertificates] : [],
          ...(request.proxy === null ? {} : { proxy: toProxy(request.proxy) }),
        })
      );
      try {
        const response = await fetch(request.url, {
          method: request.method,
          headers,
          body: (request.body as BodyInit | undefined) ?? null,
          redirect: "manual",
          signal,
          client,
        });
        return { response, close: () => client.close() };
      } catch (failure) {
        client.close();
        throw failure;
      }
    },
    classify,
  });
}

/** Nothing else runs in between: making a client is one synchronous call. */
function withoutProxyVariables<T>(make: () => T): T {
  const saved = new Map<string, string>();
  for (const name of PROXY_VARIABLES) {
    const value = Deno.env.get(name);
    if (value === undefined) continue;
    saved.set(name, value);
    Deno.env.delete(name);
  }
  try {
    return make();
  } finally {
    for (const [name, value] of saved) Deno.env.set(name, value);
  }
}

function toProxy(text: string): Deno.Proxy {
  const url = new URL(text);
  const { username, password } = url;
  url.username = url.password = "";
  return username === "" ? { url: url.href } : {
    url: url.href,
    basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

/** Deno gives text only; hyper's `(Connect)` covers everything up to and including the TLS handshake. */
function classify(failure: unknown): HttpFailure {
  const texts: string[] = [];
  for (let error = failure; error instanceof Error; error = error.cause) texts.push(error.message);
  const text = texts.join("\n");
  // Making the client has refused an extra trust anchor.
  if (/^invalid peer certificate/.test(text)) return "tls";
  // Fetch refuses some ports by itself: https://fetch.spec.whatwg.org/#port-blocking
  if (/Requests to port \d+ are blocked/.test(text)) return "connect";
  if (!text.includes("(Connect)")) return "interrupted";
  return /certificate|handshake|corrupt message|received fatal alert|\btls\b/i.test(text) ? "tls" : "connect";
}
