/** The records of aws-sso-cli as it cuts them for the Credential Manager: by item name, the whole length before the first 2,000 bytes. */
export function awsSsoParts(records: string): Map<string, Uint8Array> {
  const bytes = new TextEncoder().encode(records);
  const parts = new Map<string, Uint8Array>();
  for (let i = 0; i * 2000 < bytes.length; i++) {
    const part = bytes.slice(i * 2000, (i + 1) * 2000);
    parts.set(`aws-sso-cli-records_${i}`, i === 0 ? withLength(part, bytes.length) : part);
  }
  return parts;
}

function withLength(part: Uint8Array, length: number): Uint8Array {
  const first = new Uint8Array(8 + part.length);
  new DataView(first.buffer).setBigUint64(0, BigInt(length), false);
  first.set(part, 8);
  return first;
}
