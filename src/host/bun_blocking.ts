/**
 * Native calls that may wait, under Bun: one after the other on a thread of their own, so that deadlines and signals go on here. The
 * process ends without waiting for a call that is under way.
 */
import type { BunSymbol } from "bun:ffi";

export interface BlockingCall {
  readonly library: string;
  readonly name: string;
  readonly symbol: BunSymbol;
  /** Numbers and bigints. */
  readonly values: readonly unknown[];
}

/** What the thread runs. It is text, because a compiled program has no file to start it from. */
const SOURCE = `
const { dlopen } = process.getBuiltinModule("bun:ffi");
const bound = new Map();
self.onmessage = ({ data: { id, library, name, symbol, values } }) => {
  try {
    const key = library + " " + name;
    if (!bound.has(key)) bound.set(key, dlopen(library, { [name]: symbol }).symbols[name]);
    self.postMessage({ id, result: bound.get(key)(...values) });
  } catch (failure) {
    self.postMessage({ id, failure: String(failure) });
  }
};`;

interface Answer {
  readonly id: number;
  readonly result?: number | bigint;
  readonly failure?: string;
}

interface Caller {
  resolve(result: number | bigint): void;
  reject(failure: Error): void;
  readonly keptAlive: unknown;
}

const waiting = new Map<number, Caller>();
let calls = 0;
let thread: Worker | null = null;

/** `keptAlive` are the buffers whose addresses are among the values. */
export function callBeside(call: BlockingCall, keptAlive: unknown): Promise<number | bigint> {
  thread ??= startThread();
  const id = calls++;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, keptAlive });
    thread!.postMessage({ id, ...call });
  });
}

function startThread(): Worker {
  // Not revoked: the thread reads it some time after this.
  const started = new Worker(URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" })));
  started.onmessage = ({ data }: MessageEvent<Answer>) => {
    const caller = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.failure === undefined) caller?.resolve(data.result ?? 0);
    else caller?.reject(new Error(data.failure));
  };
  started.onerror = ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
    thread = null;
  };
  return started;
}
