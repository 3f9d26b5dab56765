/** Uses a bus as the tests ask, under whichever runtime this is, and prints what came of it. Arguments: operations. */
import { sessionBusSockets } from "../../src/dbus/bus_address.ts";
import { BusConnection } from "../../src/dbus/bus_connection.ts";
import { BusError } from "../../src/dbus/bus_error.ts";
import type { Host } from "../../src/host/host.ts";

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();

const BUS = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" } as const;
const DBUS = { ...BUS, interface: "org.freedesktop.DBus" } as const;

const OPERATIONS: Readonly<Record<string, (bus: BusConnection) => Promise<unknown>>> = {
  "name has owner": async (bus) => {
    const call = { ...DBUS, member: "NameHasOwner", signature: "s" };
    return (await bus.call({ ...call, body: ["org.freedesktop.DBus"] }, 5000)).body;
  },
  "property": async (bus) => {
    const call = { ...BUS, interface: "org.freedesktop.DBus.Properties", member: "Get", signature: "ss" };
    const [variant] = (await bus.call({ ...call, body: [DBUS.interface, "Features"] }, 5000)).body;
    return (variant as { signature: string }).signature;
  },
  "no such name": (bus) =>
    bus.call({ destination: "a.b.c", path: "/", interface: "a.b.c", member: "M" }, 5000),
  // A client's own connection takes the call, and ours says that it has no methods.
  "called back": async (bus) => {
    const other = await open();
    const [name] = (await other.call({ ...DBUS, member: "GetId" }, 5000)).body;
    if (typeof name !== "string") throw new Error("no id");
    const [names] = (await bus.call({ ...DBUS, member: "ListNames" }, 5000)).body;
    const destination = (names as string[]).filter((one) => one.startsWith(":")).at(-1)!;
    return await bus.call({ destination, path: "/", interface: "a.b.c", member: "M" }, 5000);
  },
  "signals": async (bus) => {
    const heard: unknown[] = [];
    const rule = { interface: DBUS.interface, member: "NameOwnerChanged", arg0: "org.example.Here" };
    const stop = await bus.subscribe(rule, ({ sender, path, body }) => {
      heard.push([sender, path, body[0], body[1] === "", body[2] === ""]);
    }, 5000);
    const own = { ...DBUS, signature: "su", body: ["org.example.Here", 0], member: "RequestName" };
    await bus.call(own, 5000);
    await bus.call({ ...own, body: ["org.example.There", 0] }, 5000);
    const release = { ...DBUS, signature: "s", member: "ReleaseName" };
    await bus.call({ ...release, body: ["org.example.Here"] }, 5000);
    stop();
    stop();
    await bus.call(own, 5000);
    await bus.call({ ...DBUS, member: "GetId" }, 5000);
    return heard;
  },
  "bad rule": (bus) => bus.subscribe({ interface: "not a name", member: "M" }, () => {}, 5000),
  "closed": async (bus) => {
    const calling = bus.call({ ...DBUS, member: "GetId" }, 5000);
    bus.close();
    await bus.closed;
    return await calling;
  },
  "call after closing": async (bus) => {
    bus.close();
    return await bus.call({ ...DBUS, member: "GetId" }, 5000);
  },
  "many at once": async (bus) => {
    const call = { ...DBUS, member: "NameHasOwner", signature: "s" };
    const names = Array.from({ length: 200 }, (_, i) => i % 2 === 0 ? "org.freedesktop.DBus" : "a.b.c");
    const answers = await Promise.all(names.map((name) => bus.call({ ...call, body: [name] }, 5000)));
    return answers.filter(({ body }) => body[0] === true).length;
  },
};

function open(): Promise<BusConnection> {
  return BusConnection.open(
    { connectLocal: host.connectLocal, clock: host.clock },
    sessionBusSockets(host),
  );
}

for (const operation of host.args) host.stdout.write(JSON.stringify(await outcome(operation)) + "\n");
host.exit(0);

async function outcome(operation: string): Promise<unknown> {
  try {
    const bus = await open();
    const answer = await OPERATIONS[operation]!(bus);
    bus.close();
    return { answer };
  } catch (failure) {
    if (!(failure instanceof BusError)) throw failure;
    return { code: failure.code, errorName: failure.errorName, kind: failure.kind };
  }
}
