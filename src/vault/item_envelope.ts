/** The JSON envelope ("item JSON") that aws-vault puts around a payload in stores that have no fields of their own for its parts. */
import { Secret } from "../secret.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import type { StoreItem } from "./secret_store.ts";

/** What reading needs of an envelope. */
export interface ItemEnvelope {
  /** The item's name; `null` when the envelope doesn't say. */
  readonly name: string | null;
  readonly payload: Secret;
}

/** Members in the order in which aws-vault writes them. */
export function sealEnvelope(item: StoreItem): Secret {
  return new Secret(JSON.stringify({
    Key: item.name,
    Data: toBase64(new TextEncoder().encode(item.payload.reveal())),
    Label: item.label,
    Description: item.description,
    KeychainNotTrustApplication: !item.trusted,
    KeychainNotSynchronizable: false,
  }));
}

/** `null` when the text is no envelope. Member names are compared without case and unknown members ignored, as Go does. */
export function openEnvelope(text: string): ItemEnvelope | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
  let key: unknown = null;
  let data: unknown = null;
  for (const [name, value] of Object.entries(parsed)) {
    if (name.toLowerCase() === "key") key = value;
    if (name.toLowerCase() === "data") data = value;
  }
  if (typeof data !== "string" || (key !== null && typeof key !== "string")) return null;
  const bytes = fromBase64(data);
  const payload = bytes === null ? null : decodeUtf8(bytes);
  return payload === null ? null : { name: key === "" ? null : key, payload: new Secret(payload) };
}

/** `null` for bytes that are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
