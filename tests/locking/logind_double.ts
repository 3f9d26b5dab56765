/** A stand-in that has systemd-logind's name on a bus: emits what logind emits, and says whose its sessions are. */
import { busSockets } from "../../src/dbus/bus_address.ts";
import {
  type BusMessage,
  decodeMessage,
  encodeMessage,
  MESSAGE,
  messageLength,
} from "../../src/dbus/bus_message.ts";
import { type BusValue, Variant } from "../../src/dbus/bus_values.ts";
import { createDenoHost } from "../../src/host/deno.ts";
import type { LocalSocket } from "../../src/host/host.ts";

const NAME = "org.freedesktop.login1";
const BUS = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
};

export class LogindDouble {
  /** How often it was asked whose a session is. */
  questions = 0;
  readonly #socket: LocalSocket;
  /** User ids by the sessions' paths. */
  readonly #users: Readonly<Record<string, number>>;
  #serial = 0;

  private constructor(socket: LocalSocket, users: Readonly<Record<string, number>>) {
    this.#socket = socket;
    this.#users = users;
  }

  /** Has the name when this resolves. */
  static async start(address: string, users: Readonly<Record<string, number>>): Promise<LogindDouble> {
    const double = new LogindDouble(await createDenoHost().connectLocal(busSockets(address)[0]!), users);
    const named = Promise.withResolvers<void>();
    double.#serve(named.resolve).catch(named.reject);
    await double.#socket.write(new TextEncoder().encode("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"));
    await double.#send({ type: MESSAGE.call, ...BUS, member: "Hello" });
    await double.#send({
      type: MESSAGE.call,
      ...BUS,
      member: "RequestName",
      signature: "su",
      body: [NAME, 4],
    });
    await named.promise;
    return double;
  }

  /** `iface` without the name before it. */
  async signal(
    path: string,
    iface: "Session" | "Manager",
    member: string,
    argument?: boolean,
  ): Promise<void> {
    const body = argument === undefined ? {} : { signature: "b", body: [argument] };
    await this.#send({ type: MESSAGE.signal, path, interface: `${NAME}.${iface}`, member, ...body });
  }

  close(): void {
    this.#socket.close();
  }

  /** Serial 2 is that of RequestName. */
  async #serve(named: () => void): Promise<void> {
    let unread = await this.#afterGreeting();
    for (;;) {
      for (let length; (length = messageLength(unread)) !== null && length <= unread.length;) {
        const message = decodeMessage(unread.subarray(0, length));
        unread = unread.subarray(length);
        if (message.type === MESSAGE.reply && message.replySerial === 2) named();
        if (message.type === MESSAGE.call) await this.#answer(message);
      }
      const chunk = await this.#socket.read();
      if (chunk === null) return;
      unread = Uint8Array.of(...unread, ...chunk);
    }
  }

  /** What came after the two lines of the bus's greeting. */
  async #afterGreeting(): Promise<Uint8Array> {
    let unread: Uint8Array = new Uint8Array();
    for (let lines = 0; lines < 2;) {
      const end = unread.indexOf(10);
      if (end >= 0) {
        unread = unread.subarray(end + 1);
        lines++;
        continue;
      }
      const chunk = await this.#socket.read();
      if (chunk === null) throw new Error("the bus refused the stand-in for logind");
      unread = Uint8Array.of(...unread, ...chunk);
    }
    return unread;
  }

  async #answer({ serial, sender, path, member, body }: BusMessage): Promise<void> {
    this.questions++;
    const user = this.#users[path ?? ""];
    const isKnown = member === "Get" && body[0] === `${NAME}.Session` && body[1] === "User" &&
      user !== undefined;
    const value: BusValue[] = isKnown
      ? [new Variant("(uo)", [user, `/org/freedesktop/login1/user/_${user}`])]
      : [];
    await this.#send({
      type: isKnown ? MESSAGE.reply : MESSAGE.error,
      replySerial: serial,
      destination: sender,
      ...(isKnown
        ? { signature: "v", body: value }
        : { errorName: "org.freedesktop.DBus.Error.UnknownObject" }),
    });
  }

  async #send(message: Partial<BusMessage> & Pick<BusMessage, "type">): Promise<void> {
    await this.#socket.write(encodeMessage({ flags: 0, body: [], ...message, serial: ++this.#serial }));
  }
}
