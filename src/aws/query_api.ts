/**
 * The AWS Query protocol, as STS and IAM speak it: a form body with `Action` and `Version` out, XML or JSON back.
 */
import { AppError } from "../errors.ts";
import type { HttpResponse } from "../host/host.ts";
import type { Secret } from "../secret.ts";
import { Answer } from "./answer.ts";
import type { Credentials } from "./credentials.ts";
import type { AwsExchange, AwsHttpClient } from "./http_client.ts";
import { percentEncode } from "./percent_encode.ts";
import { AwsServiceError } from "./service_error.ts";
import { signRequest } from "./sigv4.ts";
import { parseXml } from "./xml.ts";

/** `null` is left out, and so is an empty list; lists become `Name.member.1`, records `Name.Key`. */
export type QueryValue =
  | string
  | number
  | Secret
  | null
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

export interface QueryService {
  /** For logs and messages, such as `sts`. */
  readonly name: string;
  /** Such as `2011-06-15`. */
  readonly version: string;
  readonly endpointUrl: string;
  readonly signingRegion: string;
  readonly signingName: string;
}

export interface QueryCall extends Pick<AwsExchange, "retry" | "lostHint" | "signal"> {
  readonly action: string;
  readonly parameters: Readonly<Record<string, QueryValue>>;
  /** `null` for calls that are not signed. */
  readonly signer: Credentials | null;
}

export interface QueryAnswer {
  /** What stands in `<ActionResult>`; empty for actions without a result. */
  readonly result: Answer;
  readonly requestId: string | null;
}

const CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8";

export class QueryApi {
  readonly #http: AwsHttpClient;
  readonly #service: QueryService;

  constructor(http: AwsHttpClient, service: QueryService) {
    this.#http = http;
    this.#service = service;
  }

  /** Throws {@link AwsServiceError}, `aws-answer-damaged`, and what the client throws. */
  async call(call: QueryCall): Promise<QueryAnswer> {
    const name = `${this.#service.name} ${call.action}`;
    const body = encodeQuery({ Action: call.action, Version: this.#service.version, ...call.parameters });
    const bytes = new TextEncoder().encode(body);
    const secrets = secretTexts(call);
    const response = await this.#http.send({
      call: name,
      retry: call.retry,
      ...(call.lostHint === undefined ? {} : { lostHint: call.lostHint }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      prepare: async (time) => ({
        method: "POST",
        url: endpointUrl(this.#service),
        headers: await this.#headers(bytes, call.signer, time),
        body: bytes,
      }),
      failureOf: (answer) =>
        answer.status >= 200 && answer.status < 300 ? null : queryError(answer, {
          call: name,
          secrets,
          signedWithSession: call.signer?.sessionToken != null,
        }),
    });
    return readQueryAnswer(response, name, call.action);
  }

  async #headers(
    body: Uint8Array,
    signer: Credentials | null,
    time: number,
  ): Promise<Record<string, string>> {
    const headers = { "content-type": CONTENT_TYPE };
    if (signer === null) return headers;
    const url = new URL(this.#service.endpointUrl);
    const signed = await signRequest({
      method: "POST",
      target: url.pathname,
      headers: [["host", url.host], ...Object.entries(headers)],
      body,
    }, {
      credentials: signer,
      region: this.#service.signingRegion,
      service: this.#service.signingName,
      time,
    });
    const sent = signed.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
    // The transport writes `host` itself, from the same URL.
    return Object.fromEntries(sent.filter(([name]) => name !== "host"));
  }
}

/** As the URL parser writes it, so that what is signed is what is sent. */
function endpointUrl(service: QueryService): string {
  return new URL(service.endpointUrl).href;
}

/** The form body. One encoder for everything, so a space is `%20` here as well. */
export function encodeQuery(parameters: Readonly<Record<string, QueryValue>>): string {
  return flatten("", parameters).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
}

function flatten(name: string, value: QueryValue): [name: string, value: string][] {
  if (value === null) return [];
  if (typeof value === "string" || typeof value === "number") return [[name, String(value)]];
  if (isSecret(value)) return [[name, value.reveal()]];
  const inside = (part: string) => name === "" ? part : `${name}.${part}`;
  if (Array.isArray(value)) return value.flatMap((item, i) => flatten(inside(`member.${i + 1}`), item));
  return Object.entries(value).flatMap(([key, item]) => flatten(inside(key), item));
}

function isSecret(value: QueryValue): value is Secret {
  return typeof value === "object" && value !== null && "reveal" in value &&
    typeof value.reveal === "function";
}

/** What an answer may not echo into our messages. */
function secretTexts({ signer, parameters }: QueryCall): string[] {
  const own = [signer?.secretAccessKey ?? null, signer?.sessionToken ?? null, ...Object.values(parameters)];
  return own.filter((value) => value !== null).filter(isSecret).flatMap((secret) => {
    const text = secret.reveal();
    return [text, percentEncode(text)];
  });
}

/** The result of a good answer. Throws `aws-answer-damaged` when it can't be read or answers another action. */
export function readQueryAnswer(response: HttpResponse, call: string, action: string): QueryAnswer {
  const document = parseBody(response, call);
  const wrapped = document.name === null ? document.answer.record(`${action}Response`) : document.answer;
  if (wrapped === null || (document.name !== null && document.name !== `${action}Response`)) {
    throw new AppError("aws-answer-damaged", "damaged", `${call}: the answer is not one to ${action}`, {
      hints: ["check that the endpoint URL leads to this service"],
    });
  }
  return {
    result: wrapped.record(`${action}Result`) ?? Answer.fromJson({}),
    requestId: wrapped.text("ResponseMetadata", "RequestId") ?? headerRequestId(response),
  };
}

/** What a bad answer says. One without a readable body, as gateways give, is known by its status. */
export function queryError(
  response: HttpResponse,
  about: { readonly call: string; readonly secrets: readonly string[]; readonly signedWithSession: boolean },
): AwsServiceError {
  let answer = Answer.fromJson({});
  try {
    answer = parseBody(response, about.call).answer;
  } catch {
    // An error page of something in between: the status is all there is to say.
  }
  const error = answer.record("Error") ?? answer.record("Errors", "Error") ??
    answer.record("ErrorResponse", "Error") ?? answer;
  const type = error.text("Code") ?? error.text("__type") ?? response.headers["x-amzn-errortype"] ?? null;
  return new AwsServiceError({
    ...about,
    // JSON services may write `namespace#Code` or `Code:address`.
    serviceCode: type === null ? null : type.replace(/^.*#/, "").replace(/:.*$/s, ""),
    message: error.text("Message") ?? error.text("message"),
    httpStatus: response.status,
    requestId: answer.text("RequestId") ?? answer.text("RequestID") ??
      answer.text("ErrorResponse", "RequestId") ??
      answer.text("ResponseMetadata", "RequestId") ?? headerRequestId(response),
  });
}

function headerRequestId(response: HttpResponse): string | null {
  return response.headers["x-amzn-requestid"] ?? response.headers["x-amz-request-id"] ?? null;
}

/** XML has a name for the whole, JSON has none. */
function parseBody(response: HttpResponse, call: string): { name: string | null; answer: Answer } {
  const damaged = (reason: string, cause: unknown) =>
    new AppError("aws-answer-damaged", "damaged", `${call}: the answer is not readable ${reason}`, {
      hints: ["check the endpoint URL, and whether a proxy or a sign-in page of the network is in between"],
      cause,
    });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(response.body);
  } catch (error) {
    throw damaged("as UTF-8", error);
  }
  if (/^\s*\{/.test(text)) {
    try {
      return { name: null, answer: Answer.fromJson(JSON.parse(text)) };
    } catch {
      // The parser's own message quotes the text, in which keys may stand: it must not be kept, not even as a cause.
      throw damaged("as JSON", undefined);
    }
  }
  try {
    const root = parseXml(text);
    return { name: root.name, answer: Answer.fromXml(root) };
  } catch (error) {
    throw error instanceof AppError ? damaged(`as XML: ${error.message}`, error) : error;
  }
}
