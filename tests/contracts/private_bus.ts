/**
 * A D-Bus session bus of one's own with a real gnome-keyring on it: nothing of the user's desktop or home is touched. Needs
 * Debian's packages dbus and gnome-keyring.
 */
import assert from "node:assert/strict";
import { busSockets } from "../../src/dbus/bus_address.ts";
import { BusConnection } from "../../src/dbus/bus_connection.ts";
import { Variant } from "../../src/dbus/bus_values.ts";
import { connectLocal } from "../../src/host/deno_sockets.ts";
import { systemClock } from "../../src/host/system_clock.ts";

export interface PrivateBus {
  readonly address: string;
  /** For programs that are to use this bus. */
  readonly env: Readonly<Record<string, string>>;
  /** Unlocks the login keyring, or makes it, and waits until the Secret Service answers. */
  startKeyring(): Promise<void>;
  /** Ends the Secret Service and starts another, which nobody has unlocked. */
  restartKeyringLocked(): Promise<void>;
  /** Makes a collection of gnome-keyring's, unlocked, without the prompt that programs get. Answers its path. */
  makeCollection(label: string): Promise<string>;
  /** Runs a program on this bus to its end; answers what it prints. */
  run(command: string, args: readonly string[], stdin?: string): Promise<string>;
  /** Locks the login keyring. */
  lock(): Promise<void>;
  /** Sends a signal to the Secret Service's process. */
  signalKeyring(signal: Deno.Signal): Promise<void>;
  stop(): Promise<void>;
}

/** Of the login keyring. */
export const PASSWORD = "throw-away";
const SECRETS = "org.freedesktop.secrets";
const LOGIN = "/org/freedesktop/secrets/collection/login";

/** A bus that can start nothing by itself: whoever asks for a Secret Service that is not running gets "no such service". */
const BARE_CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
`;

/** `bare`: a bus without service files. `display`: of the X server on which the services that it starts may ask. */
export async function startPrivateBus(
  options: { readonly bare?: boolean; readonly display?: string } = {},
): Promise<PrivateBus> {
  const home = Deno.makeTempDirSync({ prefix: "aws-vault-bus-" });
  const env: Record<string, string> = {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: home,
    XDG_DATA_HOME: `${home}/data`,
    XDG_CONFIG_HOME: `${home}/config`,
    XDG_CACHE_HOME: `${home}/cache`,
    XDG_RUNTIME_DIR: `${home}/run`,
    LC_ALL: "C.UTF-8",
    ...options.display === undefined ? {} : { DISPLAY: options.display },
  };
  Deno.mkdirSync(`${home}/run`, { mode: 0o700 });
  let config = "--session";
  if (options.bare) {
    Deno.writeTextFileSync(`${home}/bus.conf`, BARE_CONFIG);
    config = `--config-file=${home}/bus.conf`;
  }
  const daemon = spawn("dbus-daemon", "dbus", [config, "--nofork", "--print-address=1"], env, "piped");
  const address = await firstLine(daemon.stdout);
  env.DBUS_SESSION_BUS_ADDRESS = address;

  async function call(destination: string, path: string, method: string, ...args: string[]): Promise<string> {
    const message = [
      "--session",
      "--print-reply",
      "--reply-timeout=5000",
      `--dest=${destination}`,
      path,
      method,
      ...args,
    ];
    const child = spawn("dbus-send", "dbus", message, env, "piped");
    const { code, stdout } = await child.output();
    assert.equal(code, 0, `the call of ${method} failed`);
    return new TextDecoder().decode(stdout);
  }

  async function signalKeyring(signal: Deno.Signal): Promise<void> {
    const method = "org.freedesktop.DBus.GetConnectionUnixProcessID";
    const answer = await call("org.freedesktop.DBus", "/org/freedesktop/DBus", method, `string:${SECRETS}`);
    Deno.kill(Number(/uint32 (\d+)/.exec(answer)?.[1]), signal);
  }

  return {
    address,
    env,
    signalKeyring,
    async restartKeyringLocked() {
      await signalKeyring("SIGKILL");
      // The bus starts another one.
      await call(SECRETS, "/org/freedesktop/secrets", "org.freedesktop.DBus.Peer.Ping");
    },
    async makeCollection(label) {
      const bus = await BusConnection.open({ connectLocal, clock: systemClock }, busSockets(address));
      const service = { destination: SECRETS, path: "/org/freedesktop/secrets" };
      const { body: [, session] } = await bus.call({
        ...service,
        interface: "org.freedesktop.Secret.Service",
        member: "OpenSession",
        signature: "sv",
        body: ["plain", new Variant("s", "")],
      }, 5000);
      const properties = new Map([["org.freedesktop.Secret.Collection.Label", new Variant("s", label)]]);
      const password = [session!, new Uint8Array(), new TextEncoder().encode(PASSWORD), "text/plain"];
      const { body: [path] } = await bus.call({
        ...service,
        interface: "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
        member: "CreateWithMasterPassword",
        signature: "a{sv}(oayays)",
        body: [properties, password],
      }, 5000);
      bus.close();
      return path as string;
    },
    async run(command, args, stdin = "") {
      const child = spawn(command, command, args, env, "piped", "piped");
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin));
      await writer.close();
      const { code, stdout } = await child.output();
      assert.equal(code, 0, `${command} failed`);
      return new TextDecoder().decode(stdout);
    },
    async startKeyring() {
      const child = spawn(
        "gnome-keyring-daemon",
        "gnome-keyring",
        ["--unlock", "--components=secrets"],
        env,
        "null",
        "piped",
      );
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(PASSWORD));
      await writer.close();
      assert.equal((await child.status).code, 0, "gnome-keyring-daemon did not start");
      await call(SECRETS, "/org/freedesktop/secrets", "org.freedesktop.DBus.Peer.Ping");
    },
    async lock() {
      const answer = await call(
        SECRETS,
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service.Lock",
        `array:objpath:${LOGIN}`,
      );
      assert.ok(answer.includes(LOGIN), "the login keyring was not locked");
    },
    async stop() {
      // gnome-keyring-daemon ends when its bus goes away.
      daemon.kill("SIGTERM");
      await daemon.stdout.cancel();
      await daemon.status;
      Deno.removeSync(home, { recursive: true });
    },
  };
}

function spawn(
  command: string,
  debianPackage: string,
  args: readonly string[],
  env: Record<string, string>,
  stdout: "piped" | "null",
  stdin: "piped" | "null" = "null",
): Deno.ChildProcess {
  try {
    return new Deno.Command(command, { args: [...args], env, clearEnv: true, stdin, stdout, stderr: "null" })
      .spawn();
  } catch (failure) {
    throw new Error(`this test needs ${command} (Debian package ${debianPackage})`, { cause: failure });
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error("dbus-daemon ended without naming its address");
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text.slice(0, text.indexOf("\n"));
}
