/** Collects stdin up to a limit. */
import { AppError } from "../errors.ts";

/** Throws AppError `input-too-large` (kind usage) as soon as more than `maxBytes` have come. */
export async function collectInput(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new AppError("input-too-large", "usage", `standard input is longer than ${maxBytes} bytes`);
    }
    parts.push(chunk.slice());
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
}
