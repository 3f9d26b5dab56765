/** Native memory in tests: buffers of JavaScript at addresses, and what the double allocates itself. */

const POINTER_BYTES = 8;

export class FakeMemory {
  readonly #allocations = new Map<bigint, Uint8Array>();
  #nextAddress = 0x1_0000n;

  /** Gives the buffer an address; every call gives another one. */
  place(buffer: Uint8Array): bigint {
    const address = this.#nextAddress;
    this.#nextAddress += BigInt(buffer.length) + 0x1000n;
    this.#allocations.set(address, buffer);
    return address;
  }

  free(address: bigint): boolean {
    return this.#allocations.delete(address);
  }

  /** A copy; throws for what is not wholly inside one allocation. */
  copy(address: bigint, length: number): Uint8Array {
    return this.view(address, length).slice();
  }

  /** The very bytes. */
  view(address: bigint, length: number): Uint8Array {
    for (const [start, bytes] of this.#allocations) {
      const offset = Number(address - start);
      if (offset < 0 || offset >= Math.max(bytes.length, 1)) continue;
      if (offset + length > bytes.length) throw new Error("read past the end of an allocation");
      return bytes.subarray(offset, offset + length);
    }
    throw new Error("read from an address that is not mapped");
  }

  /** The bytes of the allocation that begins at the address. */
  at(address: bigint): Uint8Array {
    const bytes = this.#allocations.get(address);
    if (bytes === undefined) throw new Error("an address that is not mapped");
    return bytes;
  }
}

export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function pointerBytes(address: bigint): Uint8Array {
  const bytes = new Uint8Array(POINTER_BYTES);
  dataView(bytes).setBigUint64(0, address, true);
  return bytes;
}

/** UTF-16LE up to its terminating zero. */
export function wideText(bytes: Uint8Array): string {
  const decoded = new TextDecoder("utf-16le").decode(bytes);
  const end = decoded.indexOf("\0");
  if (end < 0) throw new Error("text without its terminating zero");
  return decoded.slice(0, end);
}

export function wideBytes(value: string): Uint8Array {
  const bytes = new Uint8Array((value.length + 1) * 2);
  for (let i = 0; i < value.length; i++) dataView(bytes).setUint16(i * 2, value.charCodeAt(i), true);
  return bytes;
}
