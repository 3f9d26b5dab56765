/** Transports for tests of AWS clients: one that follows a script without any network, and one that goes to a server on loopback. */
import { AppError } from "../../src/errors.ts";
import type { Clock, HttpRequest, HttpResponse, HttpTransport, Random } from "../../src/host/host.ts";

/** One answer of the script: a response, a failure to throw, or what the request decides. */
export type ScriptedStep =
  | {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    readonly takesMs?: number;
  }
  | AppError
  | ((request: HttpRequest) => HttpResponse);

/** Answers step by step; a request beyond the script is a failed test. */
export class ScriptedTransport implements HttpTransport {
  readonly requests: HttpRequest[] = [];
  readonly #steps: ScriptedStep[];
  readonly #clock: ManualClock;

  constructor(clock: ManualClock, steps: readonly ScriptedStep[]) {
    this.#clock = clock;
    this.#steps = [...steps];
  }

  /** How many steps nobody asked for. */
  get left(): number {
    return this.#steps.length;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const step = this.#steps.shift();
    if (step === undefined) throw new Error("a request that the script does not know");
    if (step instanceof AppError) return Promise.reject(step);
    if (typeof step === "function") return Promise.resolve(step(request));
    this.#clock.advance(step.takesMs ?? 0);
    const body = new TextEncoder().encode(step.body ?? "");
    return Promise.resolve({ status: step.status, headers: step.headers ?? {}, body });
  }
}

/** Time that passes only when told, or slept through; every sleep is recorded. */
export class ManualClock implements Clock {
  readonly slept: number[] = [];
  #now: number;
  #monotonic = 1_000;

  constructor(now = Date.parse("2026-08-23T10:11:12Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  advance(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
  }

  sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.advance(ms);
    return Promise.resolve();
  }
}

/** The same bytes for ever. */
export function constantRandom(byte: number): Random {
  return { bytes: (length) => new Uint8Array(length).fill(byte) };
}

/** Real requests, with the transport's contract as far as loopback needs it; neither TLS nor proxies. */
export const loopbackTransport: HttpTransport = {
  async request(request) {
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers: request.headers,
        ...(request.body === undefined ? {} : { body: request.body as Uint8Array<ArrayBuffer> }),
        redirect: "manual",
        signal: AbortSignal.timeout(request.timeoutMs),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: Object.fromEntries(response.headers), body };
    } catch (cause) {
      const timedOut = cause instanceof DOMException && cause.name === "TimeoutError";
      const refused = /connection refused|os error 111/i.test(String((cause as Error).message));
      const code = timedOut ? "http-timeout" : refused ? "http-connect" : "http-interrupted";
      throw new AppError(code, "unavailable", `no answer from ${new URL(request.url).host}`, { cause });
    }
  },
};
