/**
 * The one door to the network for AWS calls: deadlines, retries, clock skew, proxies and refused redirects live here, whatever the
 * protocol above. Services say how to build a request for a given time, what its answer means, and whether it may be sent twice.
 */
import { AppError } from "../errors.ts";
import type { Clock, HttpRequest, HttpResponse, HttpTransport, Random } from "../host/host.ts";
import type { Log } from "../log.ts";
import type { ServerClock } from "./server_clock.ts";
import type { AwsServiceError } from "./service_error.ts";

const MAX_ATTEMPTS = 3;
/** One exchange, and all attempts with the waits between them. */
const ATTEMPT_DEADLINE_MS = 30_000;
const TOTAL_DEADLINE_MS = 60_000;
/** SDKs' standard retry mode: full jitter below 1 s, 2 s, …, never above 20 s. */
const BACKOFF_BASE_MS = 1_000;
const BACKOFF_LIMIT_MS = 20_000;
/** Scale of the wait where no answer came at all: a lost connection needs no patience. botocore's newer rule. */
const CONNECTION_BACKOFF_SCALE = 0.05;
/** How far `x-amz-retry-after` may lengthen the wait. botocore's newer rule. */
const RETRY_AFTER_SLACK_MS = 5_000;

const NETWORK_HINTS: Readonly<Record<string, string>> = {
  "http-connect": "check the network, the region or endpoint URL, and HTTPS_PROXY",
  "http-tls": "if the network's proxy inspects TLS, name a file with its certificate in AWS_CA_BUNDLE",
};

export interface AwsExchange {
  /** The service and operation, such as `sts AssumeRole`; for logs and messages. */
  readonly call: string;
  /**
   * `never`: sent twice, the call could do harm or could not succeed, as one that carries an MFA code. It is tried again only where
   * the server can't have acted on it: when no connection was made, and when its signature was refused for its date, which is
   * checked before anything else.
   */
  readonly retry: "safe" | "never";
  /** The request, signed for `time` (epoch milliseconds by the server's clock). */
  readonly prepare: (time: number) => Promise<Pick<HttpRequest, "method" | "url" | "headers" | "body">>;
  /** What an answer complains about; `null` when it is a good one. Never called for redirects. */
  readonly failureOf: (response: HttpResponse) => AwsServiceError | null;
  /** Said first when the answer to a call got lost. */
  readonly lostHint?: string;
  readonly signal?: AbortSignal;
}

export interface HttpClientDeps {
  readonly transport: () => Promise<HttpTransport>;
  readonly clock: Clock;
  readonly random: Random;
  readonly serverClock: ServerClock;
  /** The proxy for a URL, or `null`; see `chooseProxy`. */
  readonly proxyFor: (url: string) => string | null;
  /** Extra trust anchors as PEM (the text of `AWS_CA_BUNDLE`), or `null`. */
  readonly caCertificates: string | null;
  /** The product token that servers log. */
  readonly userAgent: string;
  readonly log: Log;
}

interface Outcome {
  /** `null` when none came. */
  readonly response: HttpResponse | null;
  /** `null` when the answer is good. */
  readonly failure: unknown;
  /** The request was signed for a time that the server has shown to be wrong. */
  readonly clockCorrected: boolean;
}

export class AwsHttpClient {
  readonly #deps: HttpClientDeps;

  constructor(deps: HttpClientDeps) {
    this.#deps = deps;
  }

  /**
   * The good answer. Throws the service's refusal, `aws-redirect-refused`, `aws-header-invalid`, or what the transport and the
   * choice of a proxy throw.
   */
  async send(exchange: AwsExchange): Promise<HttpResponse> {
    const { clock, log } = this.#deps;
    const deadline = clock.monotonic() + TOTAL_DEADLINE_MS;
    let skewCorrected: boolean = false;
    for (let retries = 0;; retries++) {
      const outcome = await this.#attempt(exchange, deadline);
      if (outcome.response !== null && outcome.failure === null) return outcome.response;
      const correctSkew: boolean = outcome.clockCorrected && !skewCorrected;
      const wait = correctSkew ? 0 : this.#waitBeforeRetry(exchange, outcome, retries);
      if (wait === null || retries + 1 >= MAX_ATTEMPTS || clock.monotonic() + wait >= deadline) {
        throw this.#explained(exchange, outcome);
      }
      skewCorrected ||= correctSkew;
      log.debug(() =>
        `${exchange.call}: trying again ${
          correctSkew ? "with the server's time" : `in ${Math.round(wait)} ms`
        }`
      );
      await clock.sleep(wait, exchange.signal);
    }
  }

  async #attempt(exchange: AwsExchange, deadline: number): Promise<Outcome> {
    const { clock, serverClock, log } = this.#deps;
    const offset = serverClock.offset();
    const request = await exchange.prepare(clock.now() + offset);
    const headers = { ...request.headers, "user-agent": this.#deps.userAgent };
    refuseUnsendable(headers);
    const transport = await this.#deps.transport();
    const startedAt = clock.monotonic();
    let response: HttpResponse;
    try {
      response = await transport.request({
        ...request,
        headers,
        timeoutMs: Math.max(1, Math.min(ATTEMPT_DEADLINE_MS, deadline - startedAt)),
        caCertificates: this.#deps.caCertificates,
        proxy: this.#deps.proxyFor(request.url),
        ...(exchange.signal === undefined ? {} : { signal: exchange.signal }),
      });
    } catch (failure) {
      if (!(failure instanceof AppError)) throw failure;
      log.debug(() => `${exchange.call}: ${failure.code}: ${failure.message}`);
      return { response: null, failure, clockCorrected: false };
    }
    const tookMs = clock.monotonic() - startedAt;
    log.debug(() =>
      `${exchange.call}: ${new URL(request.url).host} answered ${response.status} in ${Math.round(tookMs)} ms`
    );
    if (response.status >= 300 && response.status < 400) {
      throw redirectRefused(exchange, request.url, response);
    }
    const failure = exchange.failureOf(response);
    if (failure === null || failure.clockSkewed) serverClock.learn(response, clock.now(), tookMs);
    // Compared with the offset of this attempt: another call may have learned the new one meanwhile.
    return {
      response,
      failure,
      clockCorrected: failure?.clockSkewed === true && serverClock.offset() !== offset,
    };
  }

  /** Milliseconds; `null` when the call must not or need not be tried again. */
  #waitBeforeRetry(exchange: AwsExchange, { response, failure }: Outcome, retries: number): number | null {
    const backoff = this.#fraction() * Math.min(BACKOFF_BASE_MS * 2 ** retries, BACKOFF_LIMIT_MS);
    if (response === null) {
      const code = (failure as AppError).code;
      // Without a connection nothing was sent, so even a single-use code is still unused.
      const again = code === "http-connect" ||
        (exchange.retry === "safe" && (code === "http-timeout" || code === "http-interrupted"));
      return again ? backoff * CONNECTION_BACKOFF_SCALE : null;
    }
    const refusal = failure as AwsServiceError;
    if (exchange.retry === "never" || !(refusal.throttled || refusal.transient)) return null;
    const asked = Number(response.headers["x-amz-retry-after"] ?? "none");
    if (asked >= 0) return Math.min(Math.max(asked, backoff), backoff + RETRY_AFTER_SLACK_MS);
    const least = retryAfterMs(
      response.headers["retry-after"],
      this.#deps.clock.now() + this.#deps.serverClock.offset(),
    );
    return least > BACKOFF_LIMIT_MS ? null : Math.max(backoff, least);
  }

  /** The failure, with what to do about one that the network caused. */
  #explained(exchange: AwsExchange, { response, failure }: Outcome): unknown {
    if (response !== null || !(failure instanceof AppError)) return failure;
    const { code, kind, message } = failure;
    const wasSent = code === "http-timeout" || code === "http-interrupted";
    const hint = wasSent ? exchange.lostHint : NETWORK_HINTS[code];
    if (hint === undefined) return failure;
    return new AppError(code, kind, message, { hints: [hint, ...failure.hints], cause: failure });
  }

  /** Evenly from 0 up to 1. */
  #fraction(): number {
    const bytes = this.#deps.random.bytes(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
  }
}

/** `Retry-After` (RFC 9110, section 10.2.3: seconds, or a date) as milliseconds to wait; 0 when there is none that can be read. */
function retryAfterMs(value: string | undefined, now: number): number {
  if (value === undefined) return 0;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

/** A line break in a header would start another one. Only a session token can bring one here. */
function refuseUnsendable(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\u0020-\u007e]/.test(value)) {
      throw new AppError(
        "aws-header-invalid",
        "damaged",
        `the request can't be sent: ${name} holds characters that a header can't`,
        {
          hints: ["the stored keys or the cached session are damaged: make them anew"],
        },
      );
    }
  }
}

/** Following one would hand a signed request to a server nobody chose. */
function redirectRefused(exchange: AwsExchange, url: string, response: HttpResponse): AppError {
  return new AppError(
    "aws-redirect-refused",
    "unavailable",
    `${exchange.call}: ${
      new URL(url).host
    } answered with a redirect (${response.status}), which is not followed`,
    { hints: ["check the endpoint URL, and whether a proxy or a sign-in page of the network is in between"] },
  );
}
