/** What the secret-service store says when a real Secret Service is locked, hung, gone, or was never there. */
import assert from "node:assert/strict";
import { type PrivateBus, startPrivateBus } from "./private_bus.ts";

const DRIVER = new URL("./secret_service_driver.ts", import.meta.url).pathname;
const PATIENT_MS = 30_000;

interface Said {
  readonly answer?: unknown;
  readonly outcome?: string;
  readonly message?: string;
  readonly hints?: number;
}

/** Operations in a process of their own on a bus. */
async function run(
  env: Readonly<Record<string, string>>,
  deadlineMs: number,
  ...operations: string[]
): Promise<Said[]> {
  const driver = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", DRIVER, String(deadlineMs), ...operations],
    env: { ...env, DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno` },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
  const { success, stdout } = await driver.output();
  assert.ok(success, "the driver failed");
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

async function withBus(options: { bare?: boolean }, body: (bus: PrivateBus) => Promise<void>): Promise<void> {
  const bus = await startPrivateBus(options);
  try {
    await body(bus);
  } finally {
    await bus.stop();
  }
}

const LOCKED = {
  outcome: "locked",
  message: "the Secret Service is locked, and the prompt to unlock it was dismissed or could not be shown",
  hints: 2,
};

Deno.test("KeyringStore tells a locked Secret Service from one without the item, with nobody to show a prompt", () =>
  withBus({}, async (bus) => {
    await bus.startKeyring();
    assert.deepEqual(await run(bus.env, PATIENT_MS, "write", "read"), [{ answer: null }, {
      answer: "payload",
    }]);
    await bus.lock();
    assert.deepEqual(
      await run(bus.env, PATIENT_MS, "read", "write", "remove", "list", "read missing", "service"),
      [
        LOCKED,
        LOCKED,
        LOCKED,
        { outcome: "locked", message: "the Secret Service is locked", hints: 2 },
        { answer: null },
        { answer: true },
      ],
    );
  }));

Deno.test("KeyringStore gives up on a Secret Service that hangs", () =>
  withBus({}, async (bus) => {
    await bus.startKeyring();
    await run(bus.env, PATIENT_MS, "write");
    await bus.signalKeyring("SIGSTOP");
    try {
      const unavailable = (message: string) => ({ outcome: "unavailable", message, hints: 2 });
      assert.deepEqual(await run(bus.env, 300, "read", "list"), [
        unavailable("the Secret Service cannot be reached"),
        unavailable("the Secret Service gave no answer within 60 s"),
      ]);
    } finally {
      await bus.signalKeyring("SIGKILL");
    }
  }));

Deno.test("KeyringStore says that there is no Secret Service, and never uses the kernel keyring instead", async () => {
  const unreachable = { outcome: "unavailable", message: "the Secret Service cannot be reached", hints: 2 };
  const operations = ["read", "write", "remove", "list"];
  await withBus({ bare: true }, async (bus) => {
    assert.deepEqual(await run(bus.env, PATIENT_MS, ...operations, "service"), [
      ...operations.map(() => unreachable),
      { answer: false },
    ]);
  });
  const noBus = { PATH: "/usr/bin:/bin", HOME: "/nonexistent", XDG_RUNTIME_DIR: "/nonexistent" };
  assert.deepEqual(await run(noBus, PATIENT_MS, ...operations), operations.map(() => unreachable));
  const deadBus = { ...noBus, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" };
  assert.deepEqual(await run(deadBus, PATIENT_MS, ...operations), operations.map(() => unreachable));
});

Deno.test("KeyringStore says that a Secret Service without a default keyring can't keep anything", () =>
  withBus({}, async (bus) => {
    // The bus starts a gnome-keyring for the first call; nobody has made a keyring in it yet.
    assert.deepEqual(await run(bus.env, PATIENT_MS, "list", "read", "write"), [
      { answer: [] },
      { answer: null },
      {
        outcome: "unavailable",
        message: "the Secret Service has no default keyring to keep items in",
        hints: 2,
      },
    ]);
  }));
