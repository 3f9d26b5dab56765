/**
 * A double of AWS's STS on loopback: it knows users, MFA devices and roles, verifies signatures with an independent signer, keeps the
 * rules about time, and can be told to fail in the ways that networks and services do. It records every call, without its secrets.
 */
import { type Caller, FakeAccount, type FakeSetup, Refusal } from "./fake_aws_accounts.ts";
import { type FakeHttpRequest, type FakeHttpResponse, FakeHttpServer } from "./fake_aws_http.ts";
import { parseAmzDate, parseAuthorization, signatureHolds } from "./fake_aws_signature.ts";

/** Something that goes wrong once, or `times` times. */
export interface Fault {
  /**
   * - `status`: an empty answer with `status`
   * - `throttle`: "Rate exceeded"
   * - `html`: an error page with `status`
   * - `garbage`: a 200 whose body is nothing known
   * - `redirect`: a 302 to `location`
   * - `delay`: the right answer, `delayMs` later
   * - `truncate`: the right answer, cut off in the middle
   * - `drop-unread`: the connection ends before the request was read
   * - `drop-unanswered`: it ends after the request was read; nothing was done
   * - `drop-performed`: it ends after the call was carried out: codes are spent, sessions made
   */
  readonly kind:
    | "status"
    | "throttle"
    | "html"
    | "garbage"
    | "redirect"
    | "delay"
    | "truncate"
    | "drop-unread"
    | "drop-unanswered"
    | "drop-performed";
  /** Only calls of this action; `drop-unread` can't know it. */
  readonly action?: string;
  /** Default 1. */
  readonly times?: number;
  /** Default 503. */
  readonly status?: number;
  readonly delayMs?: number;
  readonly location?: string;
  /** Sent with the answer that the fault makes. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What can be changed while it runs. */
export interface FakeAwsSettings extends Pick<FakeSetup, "users" | "roles"> {
  /** How far its clock is ahead of this machine's. */
  readonly clockOffsetMs?: number;
  /** Sent instead of its clock's time; empty sends none. `null` goes back to the clock. */
  readonly dateHeader?: string | null;
  /** The form of answers; default by the request's Accept header, else XML. */
  readonly answerAs?: "accept" | "xml" | "json";
  /** How long every answer takes. */
  readonly latencyMs?: number;
  /** Added to those still waiting. */
  readonly faults?: readonly Fault[];
  /** Ends all sessions made so far. */
  readonly endSessions?: "expire" | "revoke";
}

export interface FakeAwsOptions extends FakeSetup, FakeAwsSettings {
  /** Default: one that is free. */
  readonly port?: number;
  /** This machine's time, epoch milliseconds; default the real one. */
  readonly now?: () => number;
}

/** One call, as it went. */
export interface FakeAwsCall {
  /** Epoch milliseconds by the double's clock. */
  readonly at: number;
  readonly host: string;
  readonly action: string;
  /** As sent, without Action and Version; secrets as `[secret]`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly accessKeyId: string | null;
  /** Region and service of the signature's scope, as `region/service`. */
  readonly scope: string | null;
  readonly signature: "held" | "broken" | "none" | "not checked";
  readonly userAgent: string;
  /** `null` when no answer was sent. */
  readonly status: number | null;
  readonly errorCode: string | null;
  readonly fault: Fault["kind"] | null;
}

type Draft = { -readonly [K in keyof FakeAwsCall]: FakeAwsCall[K] };

/** STS: "Signature expired … - 15 min." */
const SKEW_TOLERANCE_MS = 15 * 60_000;
const SECRET_PARAMETERS = ["TokenCode", "WebIdentityToken", "SAMLAssertion"];
const CONTROL = "/_fake/";

export class FakeAws {
  readonly account: FakeAccount;
  readonly #server: FakeHttpServer;
  readonly #localNow: () => number;
  readonly #calls: FakeAwsCall[] = [];
  #faults: Fault[] = [];
  #clockOffsetMs = 0;
  #dateHeader: string | null = null;
  #answerAs: NonNullable<FakeAwsSettings["answerAs"]> = "accept";
  #latencyMs = 0;

  constructor(options: FakeAwsOptions = {}) {
    this.#localNow = options.now ?? Date.now;
    this.account = new FakeAccount(options, () => this.now());
    this.configure(options);
    this.#server = new FakeHttpServer(
      (request) => this.#handle(request),
      () => this.#takeFault((fault) => fault.kind === "drop-unread") !== null,
      options.port,
    );
  }

  /** To be used as endpoint URL. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Every call so far, in the order of their answers. */
  get calls(): readonly FakeAwsCall[] {
    return this.#calls;
  }

  /** Epoch milliseconds by its own clock. */
  now(): number {
    return this.#localNow() + this.#clockOffsetMs;
  }

  /** Changes what is named and nothing else. */
  configure(settings: FakeAwsSettings): void {
    this.account.add(settings);
    this.#clockOffsetMs = settings.clockOffsetMs ?? this.#clockOffsetMs;
    if (settings.dateHeader !== undefined) this.#dateHeader = settings.dateHeader;
    this.#answerAs = settings.answerAs ?? this.#answerAs;
    this.#latencyMs = settings.latencyMs ?? this.#latencyMs;
    this.#faults.push(...settings.faults ?? []);
    if (settings.endSessions !== undefined) this.account.endSessions(settings.endSessions);
  }

  /** Forgets the calls so far and the faults still waiting. */
  clear(): void {
    this.#calls.length = 0;
    this.#faults = [];
  }

  close(): void {
    this.#server.close();
  }

  async #handle(request: FakeHttpRequest): Promise<FakeHttpResponse | null> {
    if (request.target.startsWith(CONTROL)) return this.#control(request);
    const form = new URLSearchParams(new TextDecoder().decode(request.body));
    const action = form.get("Action") ?? "";
    const call: Draft = {
      at: this.now(),
      host: request.headers["host"] ?? "",
      action,
      parameters: shownParameters(form),
      accessKeyId: null,
      scope: null,
      signature: "not checked",
      userAgent: request.headers["user-agent"] ?? "",
      status: null,
      errorCode: null,
      fault: null,
    };
    const fault = this.#takeFault((f) =>
      f.kind !== "drop-unread" && (f.action === undefined || f.action === action)
    );
    call.fault = fault?.kind ?? null;
    const wait = this.#latencyMs + (fault?.kind === "delay" ? fault.delayMs ?? 0 : 0);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const response = fault === null
      ? await this.#perform(request, form, call)
      : await this.#fail(fault, request, form, call);
    call.status = response?.status ?? null;
    this.#calls.push(call);
    return response === null ? null : this.#dated(response);
  }

  async #fail(
    fault: Fault,
    request: FakeHttpRequest,
    form: URLSearchParams,
    call: Draft,
  ): Promise<FakeHttpResponse | null> {
    const headers = fault.headers ?? {};
    const status = fault.status ?? 503;
    switch (fault.kind) {
      case "status":
        return { status, headers, body: "" };
      case "html":
        return {
          status,
          headers: { "content-type": "text/html", ...headers },
          body: "<html><body>error<br></body></html>",
        };
      case "garbage":
        return { status: 200, headers, body: "\u0000\u0001garbage" };
      case "redirect":
        return {
          status: 302,
          headers: { location: fault.location ?? "http://127.0.0.1:9/", ...headers },
          body: "",
        };
      case "throttle": {
        const response = this.#refuse(new Refusal(400, "Throttling", "Rate exceeded"), request, call);
        return { ...response, headers: { ...response.headers, ...headers } };
      }
      case "truncate":
        return { ...await this.#perform(request, form, call), truncate: true };
      case "delay":
        return await this.#perform(request, form, call);
      case "drop-performed":
        await this.#perform(request, form, call);
        return null;
      case "drop-unanswered":
      case "drop-unread":
        return null;
    }
  }

  async #perform(request: FakeHttpRequest, form: URLSearchParams, call: Draft): Promise<FakeHttpResponse> {
    try {
      const parameters = new Map(form);
      const result = call.action === "AssumeRoleWithWebIdentity"
        ? this.account.assumeRoleWithWebIdentity(parameters)
        : await this.#signedAction(call.action, parameters, await this.#authenticate(request, call));
      return this.#answer(200, request, {
        root: `${call.action}Response`,
        result: { name: `${call.action}Result`, value: result },
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#refuse(error, request, call);
    }
  }

  async #signedAction(action: string, parameters: ReadonlyMap<string, string>, caller: Caller) {
    if (parameters.get("Version") !== "2011-06-15") {
      throw new Refusal(400, "InvalidAction", "Could not find operation for this version");
    }
    switch (action) {
      case "GetSessionToken":
        return await this.account.getSessionToken(parameters, caller);
      case "AssumeRole":
        return await this.account.assumeRole(parameters, caller);
      case "GetCallerIdentity":
        return this.account.getCallerIdentity(caller);
      default:
        throw new Refusal(400, "InvalidAction", "Could not find operation");
    }
  }

  async #authenticate(request: FakeHttpRequest, call: Draft): Promise<Caller> {
    call.signature = "none";
    const header = request.headers["authorization"];
    if (header === undefined) {
      throw new Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    }
    call.signature = "broken";
    const authorization = parseAuthorization(header);
    const time = parseAmzDate(request.headers["x-amz-date"]);
    if (authorization === null || time === null) {
      throw new Refusal(
        400,
        "IncompleteSignature",
        "The request signature does not conform to AWS standards",
      );
    }
    call.accessKeyId = authorization.accessKeyId;
    call.scope = `${authorization.region}/${authorization.service}`;
    const caller = this.account.caller(authorization.accessKeyId);
    const token = request.headers["x-amz-security-token"] ?? null;
    if (caller === null || caller.token !== token) {
      throw new Refusal(
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
      );
    }
    this.#checkSkew(time);
    if (authorization.service !== "sts" || !await signatureHolds(request, authorization, caller)) {
      throw new Refusal(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing " +
          `method.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:${token}'`,
      );
    }
    call.signature = "held";
    if (caller.expiresAt !== null && caller.expiresAt <= this.now()) {
      throw new Refusal(403, "ExpiredToken", "The security token included in the request is expired");
    }
    return caller;
  }

  #checkSkew(time: number): void {
    const now = this.now();
    const [sent, server] = [compact(time), compact(now)];
    const refuse = (message: string) => new Refusal(403, "SignatureDoesNotMatch", message);
    if (time < now - SKEW_TOLERANCE_MS) {
      throw refuse(
        `Signature expired: ${sent} is now earlier than ${
          compact(now - SKEW_TOLERANCE_MS)
        } (${server} - 15 min.)`,
      );
    }
    if (time > now + SKEW_TOLERANCE_MS) {
      throw refuse(
        `Signature not yet current: ${sent} is still later than ${
          compact(now + SKEW_TOLERANCE_MS)
        } (${server} + 15 min.)`,
      );
    }
  }

  #refuse(refusal: Refusal, request: FakeHttpRequest, call: Draft): FakeHttpResponse {
    call.errorCode = refusal.code;
    return this.#answer(refusal.status, request, {
      root: "ErrorResponse",
      error: { Type: "Sender", Code: refusal.code, Message: refusal.message },
    });
  }

  #answer(
    status: number,
    request: FakeHttpRequest,
    content: { root: string; result?: { name: string; value: unknown }; error?: unknown },
  ): FakeHttpResponse {
    const requestId = crypto.randomUUID();
    const { root, result, error } = content;
    const json = this.#answerAs === "json" ||
      (this.#answerAs === "accept" && request.headers["accept"] === "application/json");
    const metadata = { ResponseMetadata: { RequestId: requestId } };
    const body = json
      ? JSON.stringify(
        jsonValue(
          result === undefined
            ? { Error: error, RequestId: requestId }
            : { [root]: { [result.name]: result.value, ...metadata } },
        ),
      )
      : `<${root} xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n` +
        xml(
          result === undefined
            ? { Error: error, RequestId: requestId }
            : { [result.name]: result.value, ...metadata },
          "  ",
        ) +
        `</${root}>\n`;
    return {
      status,
      headers: { "content-type": json ? "application/json" : "text/xml", "x-amzn-requestid": requestId },
      body,
    };
  }

  #dated(response: FakeHttpResponse): FakeHttpResponse {
    const date = this.#dateHeader ?? new Date(this.now()).toUTCString();
    return date === "" ? response : { ...response, headers: { date, ...response.headers } };
  }

  /** The first waiting fault that fits, counted down. */
  #takeFault(fits: (fault: Fault) => boolean): Fault | null {
    const at = this.#faults.findIndex(fits);
    if (at < 0) return null;
    const fault = this.#faults[at]!;
    const left = (fault.times ?? 1) - 1;
    this.#faults.splice(at, 1, ...(left > 0 ? [{ ...fault, times: left }] : []));
    return fault;
  }

  /** `GET /_fake/calls`, `POST /_fake/configure` with settings as JSON, `POST /_fake/clear`: for those in other processes. */
  #control(request: FakeHttpRequest): FakeHttpResponse {
    const headers = { "content-type": "application/json" };
    switch (`${request.method} ${request.target.slice(CONTROL.length)}`) {
      case "GET calls":
        return { status: 200, headers, body: JSON.stringify(this.#calls) };
      case "POST configure":
        this.configure(JSON.parse(new TextDecoder().decode(request.body)));
        return { status: 200, headers, body: "{}" };
      case "POST clear":
        this.clear();
        return { status: 200, headers, body: "{}" };
      default:
        return { status: 404, headers, body: "{}" };
    }
  }
}

function shownParameters(form: URLSearchParams): Record<string, string> {
  const shown = [...form].filter(([name]) => name !== "Action" && name !== "Version");
  return Object.fromEntries(
    shown.map(([name, value]) => [name, SECRET_PARAMETERS.includes(name) ? "[secret]" : value]),
  );
}

function compact(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+|[-:]/g, "");
}

/** Dates as epoch seconds, as JSON answers have them. */
function jsonValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, jsonValue(item)]));
}

function xml(value: unknown, indent: string): string {
  return Object.entries(value as Record<string, unknown>).map(([name, item]) => {
    if (item instanceof Date) {
      return `${indent}<${name}>${item.toISOString().replace(".000", "")}</${name}>\n`;
    }
    if (typeof item === "object" && item !== null) {
      return `${indent}<${name}>\n${xml(item, `${indent}  `)}${indent}</${name}>\n`;
    }
    return `${indent}<${name}>${escapeXml(String(item))}</${name}>\n`;
  }).join("");
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
