/**
 * A real KeePassXC as the Secret Service of a bus of its own, without a screen, with a database of its own open. Needs Debian's package
 * keepassxc.
 */
import { busSockets } from "../../src/dbus/bus_address.ts";
import { BusConnection } from "../../src/dbus/bus_connection.ts";
import type { Variant } from "../../src/dbus/bus_values.ts";
import { connectLocal } from "../../src/host/deno_sockets.ts";
import { systemClock } from "../../src/host/system_clock.ts";
import { type PrivateBus, startPrivateBus } from "./private_bus.ts";

export interface PrivateKeepassxc {
  readonly bus: PrivateBus;
  stop(): Promise<void>;
}

const PASSWORD = "throw-away";
/** Its root group is what the Secret Service shows. */
const ROOT = "AAAAAAAAAAAAAAAAAAAAAQ==";
const DATABASE = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
  <Meta>
    <CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{00000000-0000-0000-0000-000000000001}</Value></Item></CustomData>
  </Meta>
  <Root><Group><UUID>${ROOT}</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
`;
const SETTINGS = `[General]
ConfigVersion=2
AutoSaveAfterEveryChange=false
SingleInstance=false
UpdateCheckMessageShown=true
OpenPreviousDatabasesOnStartup=false

[GUI]
CheckForUpdates=false

[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmAccessItem=false
ConfirmDeleteItem=false
`;

/** `name`: of the database, and so of the collection. */
export async function startPrivateKeepassxc(name: string): Promise<PrivateKeepassxc> {
  const bus = await startPrivateBus({ bare: true });
  const home = bus.env.HOME!;
  Deno.writeTextFileSync(`${home}/database.xml`, DATABASE);
  Deno.writeTextFileSync(`${home}/keepassxc.ini`, SETTINGS);
  const database = `${home}/${name}.kdbx`;
  const make = ["import", "--set-password", `${home}/database.xml`, database];
  await bus.run("keepassxc-cli", make, `${PASSWORD}\n${PASSWORD}\n`);

  const connection = await BusConnection.open({ connectLocal, clock: systemClock }, busSockets(bus.address));
  const there = Promise.withResolvers<void>();
  const collections = { interface: "org.freedesktop.Secret.Service", member: "CollectionCreated" };
  const stopListening = await connection.subscribe(collections, () => there.resolve(), 5000);
  const program = spawn(bus, ["--config", `${home}/keepassxc.ini`, "--pw-stdin", database]);
  const writer = program.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${PASSWORD}\n`));
  await writer.close();
  await Promise.race([
    there.promise,
    program.status.then(() => Promise.reject(new Error("keepassxc ended at once"))),
  ]);
  stopListening();
  // The collection is there before it is unlocked.
  const path = `/org/freedesktop/secrets/collection/${name}`;
  const destination = "org.freedesktop.secrets";
  const property = { destination, path, interface: "org.freedesktop.DBus.Properties", member: "Get" };
  const body = ["org.freedesktop.Secret.Collection", "Locked"];
  for (let tries = 0;; tries++) {
    const { body: [locked] } = await connection.call({ ...property, signature: "ss", body }, 5000);
    if ((locked as Variant).value === false) break;
    if (tries > 100) throw new Error("keepassxc did not open its database");
    await systemClock.sleep(100);
  }
  connection.close();
  return {
    bus,
    async stop() {
      try {
        program.kill("SIGKILL");
      } catch {
        // It has ended already, and the tests have said so.
      }
      await program.status;
      await bus.stop();
    },
  };
}

function spawn(bus: PrivateBus, args: readonly string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("keepassxc", {
      args: [...args],
      env: { ...bus.env, QT_QPA_PLATFORM: "offscreen" },
      clearEnv: true,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch (failure) {
    throw new Error("this test needs keepassxc (Debian package keepassxc)", { cause: failure });
  }
}
