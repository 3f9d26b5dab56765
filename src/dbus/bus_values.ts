/**
 * Values of the D-Bus type system as JavaScript has them, and their form on the wire in both directions. File descriptors (`h`) are refused:
 * nothing here passes any.
 *
 * https://dbus.freedesktop.org/doc/dbus-specification.html#type-system
 */

/**
 * | signature          | value                             |
 * | ------------------ | --------------------------------- |
 * | `y n q i u d`      | number                            |
 * | `x t`              | bigint                            |
 * | `b`                | boolean                           |
 * | `s o g`            | string                            |
 * | `v`                | {@link Variant}                   |
 * | `ay`               | Uint8Array                        |
 * | other `a…`, `(…)`  | array                             |
 * | `a{…}`             | Map                               |
 */
export type BusValue =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | Variant
  | readonly BusValue[]
  | ReadonlyMap<BusValue, BusValue>;

/** A value that carries its type. */
export class Variant {
  /** Of one complete type. */
  readonly signature: string;
  readonly value: BusValue;

  constructor(signature: string, value: BusValue) {
    this.signature = signature;
    this.value = value;
  }
}

/** Bytes or a signature that are none of D-Bus; the connection that they came from is of no further use. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** Limits of the specification: an array's bytes, and how deep containers nest. */
const MAX_ARRAY = 64 * 1024 * 1024;
const MAX_DEPTH = 64;

type NumberCode = "n" | "q" | "i" | "u" | "d" | "x" | "t";

interface NumberForm {
  readonly size: 2 | 4 | 8;
  read(view: DataView, at: number, little: boolean): number | bigint;
  write(view: DataView, at: number, value: number | bigint): void;
}

const NUMBERS: Readonly<Record<NumberCode, NumberForm>> = {
  n: {
    size: 2,
    read: (view, at, little) => view.getInt16(at, little),
    write: (view, at, value) => view.setInt16(at, Number(value), true),
  },
  q: {
    size: 2,
    read: (view, at, little) => view.getUint16(at, little),
    write: (view, at, value) => view.setUint16(at, Number(value), true),
  },
  i: {
    size: 4,
    read: (view, at, little) => view.getInt32(at, little),
    write: (view, at, value) => view.setInt32(at, Number(value), true),
  },
  u: {
    size: 4,
    read: (view, at, little) => view.getUint32(at, little),
    write: (view, at, value) => view.setUint32(at, Number(value), true),
  },
  d: {
    size: 8,
    read: (view, at, little) => view.getFloat64(at, little),
    write: (view, at, value) => view.setFloat64(at, Number(value), true),
  },
  x: {
    size: 8,
    read: (view, at, little) => view.getBigInt64(at, little),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  },
  t: {
    size: 8,
    read: (view, at, little) => view.getBigUint64(at, little),
    write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  },
};

/** The complete types of a signature: `sa{sv}(iu)` has three. Throws {@link WireError}. */
export function splitSignature(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length;) {
    const end = typeEnd(signature, at, 0);
    types.push(signature.slice(at, end));
    at = end;
  }
  return types;
}

function typeEnd(signature: string, start: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new WireError("a signature is nested too deeply");
  const code = signature[start];
  if (code === "a") {
    if (signature[start + 1] !== "{") return typeEnd(signature, start + 1, depth + 1);
    const key = typeEnd(signature, start + 2, depth + 1);
    const value = typeEnd(signature, key, depth + 1);
    if (signature[value] === "}" && key === start + 3 && signature[key - 1] !== "v") return value + 1;
  } else if (code === "(") {
    let at = start + 1;
    while (signature[at] !== ")") at = typeEnd(signature, at, depth + 1);
    if (at > start + 1) return at + 1;
  } else if (code !== undefined && "ybnqiuxtdsogv".includes(code)) return start + 1;
  throw new WireError("a signature makes no sense");
}

function alignment(type: string): number {
  const code = type[0]!;
  if (code in NUMBERS) return NUMBERS[code as NumberCode].size;
  if (code === "(" || code === "{") return 8;
  return "bsoa".includes(code) ? 4 : 1;
}

/** Values in the form of the wire, little-endian. */
export class WireWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** What was written so far; a view that is good until the next write. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** One value for each complete type. Throws {@link WireError} for values that are not of their type. */
  write(signature: string, values: readonly BusValue[]): this {
    const types = splitSignature(signature);
    if (types.length !== values.length) throw new WireError(`${values.length} values for "${signature}"`);
    types.forEach((type, i) => this.#value(type, values[i]!));
    return this;
  }

  align(boundary: number): this {
    this.#reserve(-this.#length & (boundary - 1));
    return this;
  }

  append(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  #value(type: string, value: BusValue): void {
    this.align(alignment(type));
    const code = type[0]!;
    if (code === "y" && typeof value === "number") this.#byte(value);
    else if (code === "b" && typeof value === "boolean") this.#uint32(Number(value));
    else if (code in NUMBERS && (typeof value === "number" || typeof value === "bigint")) {
      const { size, write } = NUMBERS[code as NumberCode];
      const at = this.#reserve(size);
      write(this.#view, at, value);
    } else if ("sog".includes(code) && typeof value === "string") this.#text(code, value);
    else if (code === "v" && value instanceof Variant) {
      this.#text("g", value.signature);
      this.write(value.signature, [value.value]);
    } else if (type === "ay" && value instanceof Uint8Array) {
      this.#uint32(value.length);
      this.append(value);
    } else if (code === "(" && Array.isArray(value)) this.write(type.slice(1, -1), value);
    else if (type.startsWith("a{") && value instanceof Map) {
      this.#array("{", [...value], (entry) => this.align(8).write(type.slice(2, -1), entry));
    } else if (code === "a" && !type.startsWith("a{") && Array.isArray(value)) {
      this.#array(type[1]!, value, (element) => this.#value(type.slice(1), element));
    } else throw new WireError(`a value is not of the type "${type}"`);
  }

  #array<T>(elementType: string, elements: readonly T[], write: (element: T) => void): void {
    const lengthAt = this.#reserve(4);
    // Padding before the first element doesn't count, and is there without any.
    this.align(alignment(elementType));
    const start = this.#length;
    elements.forEach(write);
    this.#view.setUint32(lengthAt, this.#length - start, true);
  }

  #text(code: string, text: string): void {
    if (text.includes("\0")) throw new WireError("text with a NUL");
    const bytes = new TextEncoder().encode(text);
    if (code === "g") this.#byte(bytes.length);
    else this.#uint32(bytes.length);
    this.append(bytes);
    this.#reserve(1);
  }

  #byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  #uint32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
  }

  /** Makes room, filled with zeros, and answers where it begins. The buffer may be another one afterwards. */
  #reserve(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

/** Reads values back. Whatever the bytes are, it ends, and throws nothing but {@link WireError}. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;
  #at = 0;

  constructor(bytes: Uint8Array, little: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = little;
  }

  /** One value for each complete type. */
  read(signature: string, depth = 0): BusValue[] {
    return splitSignature(signature).map((type) => this.#value(type, depth));
  }

  align(boundary: number): void {
    this.#take(-this.#at & (boundary - 1));
  }

  #value(type: string, depth: number): BusValue {
    if (depth > MAX_DEPTH) throw new WireError("values are nested too deeply");
    this.align(alignment(type));
    const code = type[0]!;
    if (code in NUMBERS) {
      const { size, read } = NUMBERS[code as NumberCode];
      return read(this.#view, this.#take(size), this.#little);
    }
    switch (code) {
      case "y":
        return this.#bytes[this.#take(1)]!;
      case "b":
        return this.#uint32() !== 0;
      case "s":
      case "o":
        return this.#text(this.#uint32());
      case "g":
        return this.#text(this.#bytes[this.#take(1)]!);
      case "v": {
        const signature = this.#text(this.#bytes[this.#take(1)]!);
        const values = this.read(signature, depth + 1);
        if (values.length !== 1) throw new WireError("a variant of several values");
        return new Variant(signature, values[0]!);
      }
      case "(":
        return this.read(type.slice(1, -1), depth + 1);
      default:
        return this.#array(type, depth);
    }
  }

  #array(type: string, depth: number): BusValue {
    const length = this.#uint32();
    if (length > MAX_ARRAY) throw new WireError("an array is too long");
    const element = type.slice(1);
    this.align(alignment(element));
    if (element === "y") {
      const at = this.#take(length);
      return this.#bytes.slice(at, at + length);
    }
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new WireError("an array goes beyond its message");
    if (!element.startsWith("{")) {
      const values: BusValue[] = [];
      while (this.#at < end) values.push(this.#value(element, depth + 1));
      this.#requireEnd(end);
      return values;
    }
    const entries = new Map<BusValue, BusValue>();
    while (this.#at < end) {
      this.align(8);
      const [key, value] = this.read(element.slice(1, -1), depth + 1);
      entries.set(key!, value!);
    }
    this.#requireEnd(end);
    return entries;
  }

  #requireEnd(end: number): void {
    if (this.#at !== end) throw new WireError("an array's last element goes beyond it");
  }

  #text(length: number): string {
    const at = this.#take(length + 1);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
        .decode(this.#bytes.subarray(at, at + length));
    } catch {
      throw new WireError("text that is no UTF-8");
    }
  }

  #uint32(): number {
    return this.#view.getUint32(this.#take(4), this.#little);
  }

  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw new WireError("a value goes beyond its message");
    this.#at += size;
    return at;
  }
}
