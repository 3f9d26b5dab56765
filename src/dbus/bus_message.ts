/**
 * One message of D-Bus, from and to bytes.
 *
 * https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-messages
 */
import { type BusValue, Variant, WireError, WireReader, WireWriter } from "./bus_values.ts";

export const MESSAGE = { call: 1, reply: 2, error: 3, signal: 4 } as const;
export const FLAG = { noReply: 1 } as const;

export interface BusMessage {
  /** One of {@link MESSAGE}; others may come one day and are to be ignored. */
  readonly type: number;
  readonly flags: number;
  /** Numbers the messages of one sender, from 1. */
  readonly serial: number;
  readonly path?: string | undefined;
  readonly interface?: string | undefined;
  readonly member?: string | undefined;
  readonly errorName?: string | undefined;
  readonly replySerial?: number | undefined;
  readonly destination?: string | undefined;
  /** Put there by the bus: the unique name of who sent it. */
  readonly sender?: string | undefined;
  /** Of the body; absent without one. */
  readonly signature?: string | undefined;
  readonly body: readonly BusValue[];
}

/** Code and type of each header field. */
const FIELDS = [
  ["path", 1, "o"],
  ["interface", 2, "s"],
  ["member", 3, "s"],
  ["errorName", 4, "s"],
  ["replySerial", 5, "u"],
  ["destination", 6, "s"],
  ["sender", 7, "s"],
  ["signature", 8, "g"],
] as const;

const LITTLE = 0x6c, BIG = 0x42;
const FIXED = "yyyyuu";
const FIXED_LENGTH = 12;
/** Bytes up to and including the length of the header fields. */
const PREFIX_LENGTH = 16;
/** The specification allows 128 MiB; nothing that we ask for comes near this. */
const MAX_MESSAGE = 16 * 1024 * 1024;

export function encodeMessage(message: BusMessage): Uint8Array<ArrayBuffer> {
  const body = new WireWriter().write(message.signature ?? "", message.body).bytes;
  const fields = FIELDS.flatMap(([name, code, type]) => {
    const value = message[name];
    return value === undefined ? [] : [[code, new Variant(type, value)]];
  });
  return new WireWriter()
    .write(`${FIXED}a(yv)`, [LITTLE, message.type, message.flags, 1, body.length, message.serial, fields])
    .align(8)
    .append(body)
    .bytes;
}

/** The length of the message that the bytes begin with; `null` until enough are there to tell. Throws {@link WireError}. */
export function messageLength(bytes: Uint8Array): number | null {
  if (bytes.length < PREFIX_LENGTH) return null;
  const little = isLittle(bytes);
  if (bytes[3] !== 1) throw new WireError("a protocol version other than 1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_LENGTH);
  const fields = view.getUint32(FIXED_LENGTH, little);
  const length = PREFIX_LENGTH + fields + (-fields & 7) + view.getUint32(4, little);
  if (length > MAX_MESSAGE) throw new WireError("a message is too long");
  return length;
}

/** Exactly one message. Throws {@link WireError}. */
export function decodeMessage(bytes: Uint8Array): BusMessage {
  const little = isLittle(bytes);
  const reader = new WireReader(bytes, little);
  const [, type, flags, , bodyLength, serial, fields] = reader.read(`${FIXED}a(yv)`);
  reader.align(8);
  const known: Record<string, BusValue> = {};
  for (const [code, variant] of fields as [number, Variant][]) {
    const field = FIELDS.find((one) => one[1] === code);
    if (field === undefined) continue;
    if (variant.signature !== field[2]) throw new WireError("a header field of the wrong type");
    known[field[0]] = variant.value;
  }
  const body = new WireReader(bytes.subarray(bytes.length - (bodyLength as number)), little)
    .read((known.signature as string | undefined) ?? "");
  return { ...known, type: type as number, flags: flags as number, serial: serial as number, body };
}

function isLittle(bytes: Uint8Array): boolean {
  if (bytes[0] !== LITTLE && bytes[0] !== BIG) throw new WireError("an unknown byte order");
  return bytes[0] === LITTLE;
}
