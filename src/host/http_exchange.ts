/**
 * {@link HttpTransport} for both runtimes over each one's fetch: deadline, body limit, header names and the few
 * kinds of failure that a caller can tell apart.
 */
import { AppError } from "../errors.ts";
import type { HttpRequest, HttpResponse, HttpTransport } from "./host.ts";

export const MOST_BODY_BYTES = 4 * 1024 * 1024;

/** `connect`: no connection was made. `interrupted`: the request may have arrived. */
export type HttpFailure = "connect" | "tls" | "interrupted";

export interface FetchCalls {
  /** Sends the request; must not follow redirects, decompress, nor look at the environment. */
  send(request: HttpRequest, headers: Headers, signal: AbortSignal): Promise<ClosableResponse>;
  classify(failure: unknown, request: HttpRequest): HttpFailure;
}

export interface ClosableResponse {
  readonly response: Response;
  /** Gives back what the exchange held. */
  close(): void;
}

const MESSAGES: Readonly<Record<HttpFailure, string>> = {
  connect: "cannot connect to",
  tls: "cannot make a trusted connection to",
  interrupted: "the connection broke while talking to",
};

export function createHttpTransport(calls: FetchCalls): HttpTransport {
  return {
    async request(request) {
      const where = new URL(request.url).host;
      const stop = new AbortController();
      let reason: "timeout" | "aborted" | null = null;
      const end = (why: "timeout" | "aborted") => {
        reason ??= why;
        stop.abort();
      };
      const abort = () => end("aborted");
      request.signal?.addEventListener("abort", abort);
      if (request.signal?.aborted) abort();
      const timer = setTimeout(() => end("timeout"), request.timeoutMs);
      try {
        if (reason !== null) throw new Error("aborted before it began");
        return await exchange(calls, request, where, stop.signal);
      } catch (failure) {
        if (failure instanceof AppError) throw failure;
        throw translate(failure, where, request, reason, calls);
      } finally {
        clearTimeout(timer);
        request.signal?.removeEventListener("abort", abort);
        stop.abort();
      }
    },
  };
}

async function exchange(
  calls: FetchCalls,
  request: HttpRequest,
  where: string,
  signal: AbortSignal,
): Promise<HttpResponse> {
  if (request.caCertificates && !request.caCertificates.includes("-----BEGIN CERTIFICATE-----")) {
    throw new AppError("http-tls", "unavailable", "the extra trust anchors hold no PEM certificate");
  }
  const headers = new Headers({ "user-agent": "aws-vault", ...lowerCase(request.headers) });
  // What is not asked for compressed arrives as it was sent.
  headers.set("accept-encoding", "identity");
  const { response, close } = await calls.send(request, headers, signal);
  try {
    const body = await readBody(response, where);
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } finally {
    close();
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

async function readBody(response: Response, where: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    length += chunk.value.length;
    if (length > MOST_BODY_BYTES) {
      reader?.cancel().catch(() => {});
      throw new AppError(
        "http-too-large",
        "unavailable",
        `the answer of ${where} is over ${MOST_BODY_BYTES} bytes`,
      );
    }
    parts.push(chunk.value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

function translate(
  failure: unknown,
  where: string,
  request: HttpRequest,
  reason: "timeout" | "aborted" | null,
  calls: FetchCalls,
): AppError {
  if (reason === "aborted") {
    return new AppError("http-aborted", "cancelled", `the request to ${where} was given up`, {
      cause: failure,
    });
  }
  if (reason === "timeout") {
    return new AppError(
      "http-timeout",
      "unavailable",
      `${where} did not answer within ${request.timeoutMs} ms`,
      {
        cause: failure,
      },
    );
  }
  const kind = calls.classify(failure, request);
  return new AppError(`http-${kind}`, "unavailable", `${MESSAGES[kind]} ${where}`, { cause: failure });
}
