/**
 * AWS Signature Version 4 in the `Authorization` header, stage by stage as the specification names them
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). It signs whole bodies for every
 * service but S3, whose paths follow other rules; presigned URLs and chunked bodies are not made here.
 */
import type { Credentials } from "./credentials.ts";
import { percentEncode } from "./percent_encode.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";

/** Hop-by-hop headers and those that proxies change: signing them would only break the signature on its way. */
const NEVER_SIGNED = new Set([
  "authorization",
  "connection",
  "expect",
  "transfer-encoding",
  "user-agent",
  "x-amzn-trace-id",
]);

export type Header = readonly [name: string, value: string];

export interface RequestToSign {
  readonly method: string;
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** Must hold `host`. One name may come several times. */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

export interface SigningOptions {
  readonly credentials: Pick<Credentials, "accessKeyId" | "secretAccessKey" | "sessionToken">;
  readonly region: string;
  /** The service's signing name, such as `sts`. */
  readonly service: string;
  /** Epoch milliseconds; used for the date header and the scope alike. */
  readonly time: number;
  /** Whether dot segments and double slashes are taken out of the path; default true. */
  readonly normalizePath?: boolean;
  /** Whether the body's hash is sent and signed as `x-amz-content-sha256`; default false, STS and IAM need it not. */
  readonly signBody?: boolean;
  /** Whether the session token is sent without being signed; default false, STS and IAM want it signed. */
  readonly omitSessionToken?: boolean;
}

/** What signing made, with every stage on the way. */
export interface SignedRequest {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  /** Lower-case hex. */
  readonly signature: string;
  /** Lower-case names, sorted, joined by `;`. */
  readonly signedHeaders: string;
  /** The request's headers, then those that signing added. A header that signing sets itself replaces one given. */
  readonly headers: readonly Header[];
}

export async function signRequest(request: RequestToSign, options: SigningOptions): Promise<SignedRequest> {
  const token = options.credentials.sessionToken?.reveal() ?? null;
  const tokenHeader: Header[] = token === null ? [] : [["X-Amz-Security-Token", token]];
  const payloadHash = hex(await sha256(request.body));
  const date = amzDate(options.time);
  const added: Header[] = [
    ...(options.omitSessionToken ? [] : tokenHeader),
    ["X-Amz-Date", date],
    ...(options.signBody ? [["x-amz-content-sha256", payloadHash] as const] : []),
  ];
  const own = new Set([...added, ...tokenHeader, ["authorization"]].map(([name]) => name!.toLowerCase()));
  const given = request.headers.filter(([name]) => !own.has(name.toLowerCase()));

  const canonicalHeaders = canonicalizeHeaders([...given, ...added]);
  const signedHeaders = canonicalHeaders.map(([name]) => name).join(";");
  const [path, query] = splitTarget(request.target);
  const canonicalRequest = [
    request.method,
    canonicalPath(path, options.normalizePath ?? true),
    canonicalQuery(query),
    ...canonicalHeaders.map(([name, value]) => `${name}:${value}`),
    "",
    signedHeaders,
    payloadHash,
  ].join("\n");
  const scope = `${date.slice(0, 8)}/${options.region}/${options.service}/aws4_request`;
  const stringToSign = [ALGORITHM, date, scope, hex(await sha256(utf8(canonicalRequest)))].join("\n");
  const key = await signingKey(options.credentials.secretAccessKey.reveal(), scope);
  const signature = hex(await hmac(key, stringToSign));
  const authorization = `${ALGORITHM} Credential=${options.credentials.accessKeyId}/${scope}, ` +
    `SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return {
    canonicalRequest,
    stringToSign,
    signature,
    signedHeaders,
    headers: [
      ...given,
      ...added,
      ["Authorization", authorization],
      ...(options.omitSessionToken ? tokenHeader : []),
    ],
  };
}

/** `YYYYMMDDTHHMMSSZ`, from epoch milliseconds. */
export function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+|[-:]/g, "");
}

/** Lower-case names in byte order; values trimmed, inner blanks single, those of one name joined with `,` in the order they came. */
function canonicalizeHeaders(headers: readonly Header[]): Header[] {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = name.trim().toLowerCase();
    if (NEVER_SIGNED.has(key)) continue;
    const clean = value.replace(/[ \t\r\n\f\v]+/g, " ").replace(/^ | $/g, "");
    const known = values.get(key);
    if (known === undefined) values.set(key, [clean]);
    else known.push(clean);
  }
  return [...values].map(([name, all]): Header => [name, all.join(",")]).sort((a, b) =>
    byteOrder(a[0], b[0])
  );
}

function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf("?");
  return mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)];
}

/** The wire's path with each segment encoded once more. */
function canonicalPath(path: string, normalize: boolean): string {
  const clean = normalize ? withoutDotSegments(path) : path;
  return clean === "" ? "/" : clean.split("/").map(percentEncode).join("/");
}

/** Like RFC 3986, section 5.2.4, but empty segments go as well. */
function withoutDotSegments(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}${kept.length > 0 && path.endsWith("/") ? "/" : ""}`;
}

/** Names and values encoded exactly once, whether or not they were before; sorted by encoded name, then by encoded value. */
function canonicalQuery(query: string): string {
  return query.split("&").filter((pair) => pair !== "").map((pair): Header => {
    const equals = pair.indexOf("=");
    const [name, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    return [percentEncode(percentDecode(name)), percentEncode(percentDecode(value))];
  }).sort((a, b) => byteOrder(a[0], b[0]) || byteOrder(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`).join("&");
}

/** The bytes behind `%XX`; a `%` that starts no such triplet stands for itself, and so does `+`. */
function percentDecode(text: string): Uint8Array {
  const bytes = utf8(text);
  const decoded: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const triplet = bytes[i] === 0x25 ? String.fromCharCode(...bytes.subarray(i + 1, i + 3)) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(triplet)) {
      decoded.push(parseInt(triplet, 16));
      i += 2;
    } else decoded.push(bytes[i]!);
  }
  return Uint8Array.from(decoded);
}

/** Order of what is ASCII by now, so that code units are bytes. */
function byteOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function signingKey(secret: string, scope: string): Promise<Uint8Array> {
  let key = utf8(`AWS4${secret}`);
  for (const part of scope.split("/")) key = await hmac(key, part);
  return key;
}

async function hmac(key: Uint8Array, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey(
    "raw",
    key as Uint8Array<ArrayBuffer>,
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8(text)));
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
