/**
 * A real KWallet (kwalletd5) on a bus of its own, without a screen. Wallets are opened as a login does it, by PAM's call, so that nobody
 * has to type a password. Needs Debian's package libkf5wallet-bin.
 */
import assert from "node:assert/strict";
import { busSockets } from "../../src/dbus/bus_address.ts";
import { BusConnection } from "../../src/dbus/bus_connection.ts";
import type { BusValue } from "../../src/dbus/bus_values.ts";
import { connectLocal } from "../../src/host/deno_sockets.ts";
import { systemClock } from "../../src/host/system_clock.ts";
import { type PrivateBus, startPrivateBus } from "./private_bus.ts";

export interface PrivateKwallet {
  readonly bus: PrivateBus;
  readonly pid: number;
  /** Makes the wallet where there is none, and opens it. */
  openWallet(wallet: string): Promise<void>;
  /** Calls the daemon as another program would. */
  call(member: string, signature: string, body: readonly BusValue[]): Promise<BusValue | undefined>;
  stop(): Promise<void>;
}

const NAME = "org.kde.kwalletd5";
const SETTINGS = `[Wallet]
Enabled=true
First Use=false
Prompt on Open=false
Leave Open=true
Default Wallet=kdewallet

[Auto Allow]
aws-vault=aws-vault
aws-sso-cli=aws-vault,aws-sso-cli
granted-aws-iam-credentials=aws-vault,granted-aws-iam-credentials

[org.freedesktop.secrets]
apiEnabled=true
`;
/** Of the key that PAM derives from the password. */
const HASH_LENGTH = 56;

/** `settings`: of kwalletrc, all of it. `wallets` are there and open. */
export async function startPrivateKwallet(
  options: { readonly settings?: string; readonly wallets?: readonly string[] } = {},
): Promise<PrivateKwallet> {
  const { settings = SETTINGS, wallets = [] } = options;
  const bus = await startPrivateBus({ bare: true });
  Deno.mkdirSync(bus.env.XDG_CONFIG_HOME!);
  Deno.writeTextFileSync(`${bus.env.XDG_CONFIG_HOME}/kwalletrc`, settings);
  const connection = await BusConnection.open({ connectLocal, clock: systemClock }, busSockets(bus.address));
  let daemon = await startDaemon(bus.env, connection);

  async function call(member: string, signature: string, body: readonly BusValue[]) {
    const path = "/modules/kwalletd5";
    const call = { destination: NAME, path, interface: "org.kde.KWallet", member, signature, body };
    return (await connection.call(call, 10_000)).body[0];
  }
  async function openWallet(wallet: string): Promise<void> {
    await call("pamOpen", "sayi", [wallet, new Uint8Array(HASH_LENGTH).fill(7), 0]);
    assert.equal(await call("isOpen", "s", [wallet]), true, "KWallet did not open the wallet");
  }
  async function stopDaemon(): Promise<void> {
    daemon.kill("SIGKILL");
    await daemon.status;
  }

  for (const wallet of wallets) await openWallet(wallet);
  if (wallets.length > 0) {
    // Its Secret Service has the wallets that were there at its start.
    for (const wallet of wallets) await call("close", "sb", [wallet, true]);
    await stopDaemon();
    daemon = await startDaemon(bus.env, connection);
    for (const wallet of wallets) await openWallet(wallet);
  }
  return {
    bus,
    pid: daemon.pid,
    call,
    openWallet,
    async stop() {
      connection.close();
      await stopDaemon();
      await bus.stop();
    },
  };
}

/** Waits until it has its name on the bus. */
async function startDaemon(
  env: Readonly<Record<string, string>>,
  connection: BusConnection,
): Promise<Deno.ChildProcess> {
  const there = Promise.withResolvers<void>();
  const owner = { interface: "org.freedesktop.DBus", member: "NameOwnerChanged", arg0: NAME };
  const stopListening = await connection.subscribe(
    owner,
    ({ body }) => body[2] !== "" && there.resolve(),
    5000,
  );
  const daemon = spawnDaemon(env);
  await Promise.race([
    there.promise,
    daemon.status.then(() => Promise.reject(new Error("kwalletd5 ended at once"))),
  ]);
  stopListening();
  return daemon;
}

function spawnDaemon(env: Readonly<Record<string, string>>): Deno.ChildProcess {
  try {
    return new Deno.Command("kwalletd5", {
      env: { ...env, QT_QPA_PLATFORM: "offscreen" },
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch (failure) {
    throw new Error("this test needs kwalletd5 (Debian package libkf5wallet-bin)", { cause: failure });
  }
}
