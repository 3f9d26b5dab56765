/** Checks request signatures with somebody else's signer, so that a misreading of the specification can't hide in both. */
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { FakeHttpRequest } from "./fake_aws_http.ts";

export interface Authorization {
  readonly accessKeyId: string;
  /** `YYYYMMDD` of the scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** The parts of a SigV4 `Authorization` header; `null` when there is none or it is incomplete. */
export function parseAuthorization(header: string | undefined): Authorization | null {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/
      .exec(header ?? "");
  if (parts === null) return null;
  const [, accessKeyId, date, region, service, signedHeaders, signature] = parts;
  return {
    accessKeyId: accessKeyId!,
    date: date!,
    region: region!,
    service: service!,
    signedHeaders: signedHeaders!.split(";"),
    signature: signature!,
  };
}

/** Epoch milliseconds of `YYYYMMDDTHHMMSSZ`; `null` for anything else. */
export function parseAmzDate(text: string | undefined): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "");
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Whether the signature holds for the request as it came, the key's secret, and the token that belongs to the key. */
export async function signatureHolds(
  request: FakeHttpRequest,
  authorization: Authorization,
  key: { readonly secret: string; readonly token: string | null },
): Promise<boolean> {
  const time = parseAmzDate(request.headers["x-amz-date"]);
  if (time === null || !request.headers["x-amz-date"]!.startsWith(authorization.date)) return false;
  const names = authorization.signedHeaders;
  const mustBeSigned = Object.keys(request.headers).filter((name) =>
    name === "host" || name.startsWith("x-amz-")
  );
  if (
    !mustBeSigned.every((name) => names.includes(name)) || names.some((name) => !(name in request.headers))
  ) {
    return false;
  }
  const signer = new SignatureV4({
    credentials: {
      accessKeyId: authorization.accessKeyId,
      secretAccessKey: key.secret,
      ...(key.token === null ? {} : { sessionToken: key.token }),
    },
    region: authorization.region,
    service: authorization.service,
    sha256: Sha256,
    applyChecksum: false,
  });
  const url = new URL(request.target, "http://host");
  const signed = await signer.sign({
    method: request.method,
    protocol: "http:",
    hostname: "host",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(names.map((name) => [name, request.headers[name]!])),
    body: request.body,
  }, { signingDate: new Date(time), signableHeaders: new Set(names) });
  return signed.headers["authorization"]?.endsWith(`Signature=${authorization.signature}`) ?? false;
}
