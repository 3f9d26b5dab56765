/** The client on a real dbus-daemon, under both runtimes, and on buses that misbehave by script. */
import assert from "node:assert/strict";
import { BusConnection } from "../../src/dbus/bus_connection.ts";
import { BusError } from "../../src/dbus/bus_error.ts";
import { decodeMessage, encodeMessage, MESSAGE, messageLength } from "../../src/dbus/bus_message.ts";
import { WireError } from "../../src/dbus/bus_values.ts";
import type { LocalSocket } from "../../src/host/host.ts";
import { startPrivateBus } from "../contracts/private_bus.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { RUNTIMES, runWords } from "../host/runtimes.ts";

const PROBE = new URL("./bus_probe.ts", import.meta.url).pathname;
const text = (value: string) => new TextEncoder().encode(value);

for (const { name, words } of RUNTIMES) {
  Deno.test(`BusConnection under ${name} calls, listens and ends on a real bus`, async () => {
    const bus = await startPrivateBus({ bare: true });
    try {
      const failed = (errorName: string) => ({ code: "bus-call-failed", errorName, kind: "unavailable" });
      const expected = {
        "name has owner": { answer: [true] },
        "property": { answer: "as" },
        "no such name": failed("org.freedesktop.DBus.Error.ServiceUnknown"),
        "called back": failed("org.freedesktop.DBus.Error.UnknownMethod"),
        "signals": {
          answer: [
            ["org.freedesktop.DBus", "/org/freedesktop/DBus", "org.example.Here", true, false],
            ["org.freedesktop.DBus", "/org/freedesktop/DBus", "org.example.Here", false, true],
          ],
        },
        "bad rule": failed("org.freedesktop.DBus.Error.MatchRuleInvalid"),
        "closed": { code: "bus-closed", errorName: null, kind: "unavailable" },
        "call after closing": { code: "bus-closed", errorName: null, kind: "unavailable" },
        "many at once": { answer: 100 },
      };
      const result = await runWords([...words(), PROBE, ...Object.keys(expected)], { env: bus.env });
      const answers = result.stdout.trim().split("\n").map((line) => JSON.parse(line));
      assert.deepEqual(answers, Object.values(expected), result.stderr);
    } finally {
      await bus.stop();
    }
  });
}

/** A bus by script: `asked` waits for something to be sent. */
function scriptedBus(...script: readonly (Uint8Array | "asked" | "silence" | "end")[]): LocalSocket {
  const steps = [...script];
  let asked = Promise.withResolvers<void>();
  return {
    write() {
      asked.resolve();
      return Promise.resolve();
    },
    async read() {
      const step = steps.shift() ?? "silence";
      if (step === "silence") return await new Promise<null>(() => {});
      if (step !== "asked") return step === "end" ? null : step;
      asked = Promise.withResolvers();
      await asked.promise;
      return await this.read();
    },
    close() {},
  };
}

const WELCOME = text("DATA\r\nOK 0123456789abcdef\r\n");
const HELLO = encodeMessage({
  type: MESSAGE.reply,
  flags: 1,
  serial: 1,
  replySerial: 1,
  sender: "org.freedesktop.DBus",
  signature: "s",
  body: [":1.1"],
});
const GET_ID = {
  destination: "org.freedesktop.DBus",
  path: "/",
  interface: "org.freedesktop.DBus",
  member: "GetId",
};

function open(...buses: readonly (LocalSocket | null)[]): Promise<BusConnection> {
  const clock = new FakeClock(0);
  const connectLocal = (path: string) => {
    const bus = buses[Number(path)];
    return bus ? Promise.resolve(bus) : new Promise<LocalSocket>(() => {});
  };
  return BusConnection.open({ connectLocal, clock }, buses.map((_, i) => `${i}`));
}

function fails(code: string, message: RegExp) {
  return (failure: unknown) => {
    assert(failure instanceof BusError, String(failure));
    assert.equal(failure.code, code);
    assert.match(failure.message, message);
    return true;
  };
}

Deno.test("BusConnection says why no bus could be reached", async () => {
  const rows: readonly (readonly [LocalSocket | null, RegExp])[] = [
    [scriptedBus("end"), /ended the connection at once$/],
    [scriptedBus("silence"), /no answer within 5 s$/],
    [scriptedBus(text("REJECTED EXTERNAL\r\n")), /refused us as this user$/],
    [scriptedBus(text("DATA\r\nREJECTED\r\n")), /refused us as this user$/],
    [scriptedBus(text("x".repeat(5000)), text("x")), /ended the connection at once$/],
    [scriptedBus(WELCOME, "end"), /ended the connection$/],
    [scriptedBus(WELCOME, "silence"), /no answer within 5 s$/],
    [scriptedBus(WELCOME, text("garbage garbage garbage")), /can't be understood$/],
    [null, /no answer within 5 s$/],
  ];
  for (const [bus, reason] of rows) await assert.rejects(open(bus), fails("bus-unreachable", reason));
  await assert.rejects(open(), fails("bus-unreachable", /no address of a local socket is known$/));
});

Deno.test("BusConnection takes the first bus that answers, in whatever pieces it does", async () => {
  const bytes = [...WELCOME, ...HELLO].map((byte) => Uint8Array.of(byte));
  const bus = await open(scriptedBus("end"), scriptedBus(...bytes), scriptedBus("end"));
  bus.close();
});

Deno.test("BusConnection ends a call by its deadline, and all calls when the bus goes", async () => {
  const hung = await open(scriptedBus(WELCOME, HELLO));
  await assert.rejects(
    hung.call(GET_ID, 60_000),
    fails("bus-timeout", /^org\.freedesktop\.DBus gave no answer within 60 s$/),
  );
  hung.close();

  for (
    const [last, reason] of [["end", /ended the connection$/], [
      text("x".repeat(40)),
      /can't be understood$/,
    ]] as const
  ) {
    const bus = await open(scriptedBus(WELCOME, HELLO, "asked", last));
    await assert.rejects(bus.call(GET_ID, 60_000), fails("bus-closed", reason));
    await bus.closed;
    await assert.rejects(bus.call(GET_ID, 60_000), fails("bus-closed", reason));
  }
});

Deno.test("BusConnection tells what an error says without control characters", async () => {
  const error = encodeMessage({
    type: MESSAGE.error,
    flags: 1,
    serial: 2,
    replySerial: 2,
    errorName: "a.b.Error.No",
    signature: "s",
    body: ["no\x1b[2J"],
  });
  const bus = await open(scriptedBus(WELCOME, HELLO, "asked", error));
  await assert.rejects(bus.call(GET_ID, 60_000), fails("bus-call-failed", /^a\.b\.Error\.No: no\\x1b\[2J$/));
  bus.close();
});

Deno.test("a message is what it was, and malformed ones are refused", () => {
  const message = {
    type: MESSAGE.call,
    flags: 0,
    serial: 7,
    path: "/a",
    interface: "a.b",
    member: "M",
    destination: "c.d",
    signature: "sb",
    body: ["x", true],
  };
  const bytes = encodeMessage(message);
  assert.equal(messageLength(bytes), bytes.length);
  assert.equal(messageLength(bytes.subarray(0, 15)), null);
  assert.deepEqual(decodeMessage(bytes), message);
  for (const [at, value] of [[0, 0x78], [3, 2], [7, 0x7f], [15, 0x7f]] as const) {
    const wrong = bytes.slice();
    wrong[at] = value;
    assert.throws(() => messageLength(wrong), WireError);
  }
});
