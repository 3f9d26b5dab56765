/**
 * A client's connection to a message bus (session or system): calls with a deadline, and signals. It offers no objects of its own, passes no
 * file descriptors and starts no bus.
 *
 * https://dbus.freedesktop.org/doc/dbus-specification.html
 */
import { AppError, escapeControls } from "../errors.ts";
import type { Clock, LocalSocket } from "../host/host.ts";
import { BusError } from "./bus_error.ts";
import {
  type BusMessage,
  decodeMessage,
  encodeMessage,
  FLAG,
  MESSAGE,
  messageLength,
} from "./bus_message.ts";
import { type BusValue, WireError } from "./bus_values.ts";

export interface BusDeps {
  readonly connectLocal: (path: string) => Promise<LocalSocket>;
  readonly clock: Pick<Clock, "sleep">;
}

export interface BusCall {
  /** Bus name of who is called. */
  readonly destination: string;
  /** Of the object. */
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Types of the arguments; empty without any. */
  readonly signature?: string;
  readonly body?: readonly BusValue[];
}

export interface BusReply {
  /** Unique name of who answered. */
  readonly sender: string;
  readonly body: readonly BusValue[];
}

/** Which signals; what is left out does not matter. */
export interface SignalRule {
  readonly interface: string;
  readonly member: string;
  readonly path?: string;
  /** A well-known name is looked at by the bus alone: any sender can still address us directly. A unique name (`:1.7`) is compared here too. */
  readonly sender?: string;
  /** The first argument, a string. */
  readonly arg0?: string;
}

export interface BusSignal {
  readonly sender: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly BusValue[];
}

const BUS = "org.freedesktop.DBus";
const BUS_OBJECT = { destination: BUS, path: "/org/freedesktop/DBus", interface: BUS } as const;
const CONNECT_TIMEOUT_MS = 5_000;
/** The answers to authentication are two short lines. */
const MAX_GREETING = 4_096;

interface Waiting {
  resolve(reply: BusReply): void;
  reject(failure: BusError): void;
}

interface Listener {
  readonly rule: SignalRule;
  readonly heard: (signal: BusSignal) => void;
}

export class BusConnection {
  readonly #socket: LocalSocket;
  readonly #clock: Pick<Clock, "sleep">;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<Listener>();
  readonly #closed = Promise.withResolvers<void>();
  #end: BusError | null = null;
  #serial = 0;
  /** Read, and not looked at yet. */
  #unread: Uint8Array = new Uint8Array();

  private constructor(socket: LocalSocket, clock: Pick<Clock, "sleep">) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /**
   * Connects to the first of the sockets where a bus answers. Throws {@link BusError} `bus-unreachable` that says what became of each.
   */
  static async open(deps: BusDeps, sockets: readonly string[]): Promise<BusConnection> {
    const failures: string[] = [];
    let cause: unknown;
    for (const path of sockets) {
      try {
        return await BusConnection.#openSocket(deps, path);
      } catch (failure) {
        if (!(failure instanceof AppError)) throw failure;
        failures.push(failure.message);
        cause = failure;
      }
    }
    const reason = failures.length === 0 ? "no address of a local socket is known" : failures.join("; ");
    throw new BusError("bus-unreachable", "unavailable", `no message bus can be reached: ${reason}`, {
      cause,
    });
  }

  static async #openSocket({ connectLocal, clock }: BusDeps, path: string): Promise<BusConnection> {
    const socket = await withDeadline(clock, CONNECT_TIMEOUT_MS, connectLocal(path), (late) => late.close());
    const connection = new BusConnection(socket, clock);
    try {
      await withDeadline(clock, CONNECT_TIMEOUT_MS, connection.#greet());
    } catch (failure) {
      connection.close();
      throw failure;
    }
    return connection;
  }

  /** Resolves when the connection has ended, by whichever side. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Calls a method. Throws {@link BusError}. */
  async call(call: BusCall, timeoutMs: number): Promise<BusReply> {
    const answer = Promise.withResolvers<BusReply>();
    const serial = this.#send({ type: MESSAGE.call, ...call }, answer);
    const ended = new AbortController();
    const timeout = this.#clock.sleep(timeoutMs, ended.signal).then(() => {
      const message = `${call.destination} gave no answer within ${timeoutMs / 1000} s`;
      answer.reject(new BusError("bus-timeout", "unavailable", message)); // without effect once there is an answer
    });
    try {
      return await answer.promise;
    } finally {
      this.#waiting.delete(serial);
      ended.abort();
      await timeout;
    }
  }

  /**
   * Has `heard` called with each signal that the rule fits, from now on. Answers how to stop that. Throws {@link BusError}. To see that
   * signals can't come any more, await {@link BusConnection.closed}.
   */
  async subscribe(
    rule: SignalRule,
    heard: (signal: BusSignal) => void,
    timeoutMs: number,
  ): Promise<() => void> {
    const listener = { rule, heard };
    this.#listeners.add(listener);
    const body = [matchRule(rule)];
    try {
      await this.call({ ...BUS_OBJECT, member: "AddMatch", signature: "s", body }, timeoutMs);
    } catch (failure) {
      this.#listeners.delete(listener);
      throw failure;
    }
    return () => {
      if (!this.#listeners.delete(listener) || this.#end !== null) return;
      const flags = FLAG.noReply;
      this.#send(
        { type: MESSAGE.call, flags, ...BUS_OBJECT, member: "RemoveMatch", signature: "s", body },
        null,
      );
    };
  }

  /** Calls that wait for an answer fail. */
  close(): void {
    this.#finish("the connection to the message bus was closed");
  }

  /**
   * Authenticates as the user that the kernel says we are (EXTERNAL with no name of our own, which also holds in a user namespace) and
   * takes a name on the bus. All of it is sent at once, as sd-bus does: one round trip.
   */
  async #greet(): Promise<void> {
    const hello = Promise.withResolvers<BusReply>();
    hello.promise.catch(() => {}); // the reason is thrown below, if it comes to that
    const auth = new TextEncoder().encode("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n");
    this.#socket.write(auth).catch(() => {}); // shows as the end of what can be read
    this.#send({ type: MESSAGE.call, ...BUS_OBJECT, member: "Hello" }, hello);
    for (const expected of [/^DATA$/, /^OK /]) {
      const line = await this.#readLine();
      if (!expected.test(line)) {
        throw new BusError("bus-unreachable", "denied", "the message bus refused us as this user");
      }
    }
    this.#readMessages();
    await hello.promise;
  }

  async #readLine(): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf(0x0a);
      if (end >= 0) {
        const line = new TextDecoder().decode(this.#unread.subarray(0, end)).trimEnd();
        this.#unread = this.#unread.subarray(end + 1);
        return line;
      }
      const chunk = this.#unread.length > MAX_GREETING ? null : await this.#socket.read();
      if (chunk === null) {
        throw new BusError("bus-unreachable", "unavailable", "the message bus ended the connection at once");
      }
      this.#unread = join(this.#unread, chunk);
    }
  }

  /** Runs until the connection ends. */
  async #readMessages(): Promise<void> {
    try {
      for (;;) {
        for (let length; (length = messageLength(this.#unread)) !== null && length <= this.#unread.length;) {
          const message = decodeMessage(this.#unread.subarray(0, length));
          this.#unread = this.#unread.subarray(length);
          this.#take(message);
        }
        const chunk = await this.#socket.read();
        if (chunk === null) return this.#finish("the message bus ended the connection");
        this.#unread = join(this.#unread, chunk);
      }
    } catch (failure) {
      if (!(failure instanceof WireError)) throw failure;
      this.#finish("the message bus sent what can't be understood", failure);
    }
  }

  #take(message: BusMessage): void {
    const { sender = "", path = "", body } = message;
    if (message.type === MESSAGE.signal) {
      const signal = { sender, path, interface: message.interface ?? "", member: message.member ?? "", body };
      for (const { rule, heard } of [...this.#listeners]) if (fits(signal, rule)) heard(signal);
    } else if (message.type === MESSAGE.call && (message.flags & FLAG.noReply) === 0) {
      const errorName = "org.freedesktop.DBus.Error.UnknownMethod";
      this.#send({ type: MESSAGE.error, errorName, replySerial: message.serial, destination: sender }, null);
    } else if (message.type === MESSAGE.reply) {
      this.#waiting.get(message.replySerial ?? 0)?.resolve({ sender, body });
    } else if (message.type === MESSAGE.error) {
      this.#waiting.get(message.replySerial ?? 0)?.reject(answeredError(message));
    }
  }

  /** Answers the message's serial. */
  #send(message: Partial<BusMessage> & Pick<BusMessage, "type">, waiting: Waiting | null): number {
    const serial = ++this.#serial;
    const bytes = encodeMessage({ flags: 0, body: [], ...message, serial });
    if (waiting !== null && this.#end !== null) waiting.reject(this.#end);
    else if (waiting !== null) this.#waiting.set(serial, waiting);
    // A failure shows as the end of what can be read.
    if (this.#end === null) this.#socket.write(bytes).catch(() => {});
    return serial;
  }

  #finish(message: string, cause?: unknown): void {
    if (this.#end !== null) return;
    this.#end = new BusError("bus-closed", "unavailable", message, { cause });
    this.#socket.close();
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
    this.#listeners.clear();
    this.#closed.resolve();
  }
}

/** The text of an error's first argument is for people; whoever shows it escapes it. */
function answeredError({ errorName = "", body }: BusMessage): BusError {
  const text = typeof body[0] === "string" ? body[0] : "";
  const denied = errorName === "org.freedesktop.DBus.Error.AccessDenied";
  return new BusError(
    "bus-call-failed",
    denied ? "denied" : "unavailable",
    escapeControls(text === "" ? errorName : `${errorName}: ${text}`),
    { errorName },
  );
}

function fits(signal: BusSignal, rule: SignalRule): boolean {
  return signal.interface === rule.interface && signal.member === rule.member &&
    (rule.path === undefined || rule.path === signal.path) &&
    (!rule.sender?.startsWith(":") || rule.sender === signal.sender) &&
    (rule.arg0 === undefined || rule.arg0 === signal.body[0]);
}

/** https://dbus.freedesktop.org/doc/dbus-specification.html#message-bus-routing-match-rules */
function matchRule(rule: SignalRule): string {
  return Object.entries({ type: "signal", ...rule })
    .map(([key, value]) => `${key}='${value.replaceAll("'", `'\\''`)}'`).join(",");
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** `late` is called with a result that came after the deadline. */
async function withDeadline<T>(
  clock: Pick<Clock, "sleep">,
  timeoutMs: number,
  work: Promise<T>,
  late: (result: T) => void = () => {},
): Promise<T> {
  const ended = new AbortController();
  let given = true;
  const timeout = clock.sleep(timeoutMs, ended.signal).then(() => {
    if (ended.signal.aborted) return work;
    given = false;
    work.then(late, () => {});
    const message = `the message bus gave no answer within ${timeoutMs / 1000} s`;
    throw new BusError("bus-unreachable", "unavailable", message);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    if (given) ended.abort();
  }
}
