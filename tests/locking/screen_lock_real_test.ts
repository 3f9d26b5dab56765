/** `lock --on-screen-lock` as a process, on a session bus and a system bus of its own, with what a desktop and logind say on them. */
import assert from "node:assert/strict";
import { type PrivateBus, startPrivateBus } from "../contracts/private_bus.ts";
import { raceTest, type Stage } from "../races/stage.ts";
import { LogindDouble } from "./logind_double.ts";

const LOGIND = "org.freedesktop.login1";
const OURS = "/org/freedesktop/login1/session/_31";
const OTHERS = "/org/freedesktop/login1/session/_32";

raceTest(
  "lock --on-screen-lock: locks at the desktop's and logind's signals, and ends with the session",
  async (stage) => {
    const session = await startPrivateBus({ bare: true });
    const system = await startPrivateBus({ bare: true });
    const logind = await LogindDouble.start(system.address, {
      [OURS]: Deno.uid()!,
      [OTHERS]: Deno.uid()! + 1,
    });
    const env = {
      DBUS_SESSION_BUS_ADDRESS: session.address,
      DBUS_SYSTEM_BUS_ADDRESS: system.address,
      AWS_VAULT_FILE_PASSPHRASE: null,
    };
    try {
      const cached = await stage.ask("plain");
      const watcher = await watch(stage, env);
      const isOpen = async () => (await stage.ask("plain", { AWS_VAULT_FILE_PASSPHRASE: null })).code === 0;
      assert.equal(await isOpen(), true);

      const signals: [what: string, emit: () => Promise<unknown>][] = [
        [
          "GNOME",
          () =>
            emit(session, "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver.ActiveChanged", "boolean:true"),
        ],
        [
          "freedesktop",
          () => emit(session, "/ScreenSaver", "org.freedesktop.ScreenSaver.ActiveChanged", "boolean:true"),
        ],
        ["logind, the session", () => logind.signal(OURS, "Session", "Lock")],
        ["logind, sleep", () => logind.signal("/org/freedesktop/login1", "Manager", "PrepareForSleep", true)],
      ];
      let locks = 0;
      for (const [what, send] of signals) {
        await send();
        await watcher.locked(++locks, what);
        assert.equal(await isOpen(), false, what);
        assert.equal((await stage.ask("plain")).stdout, cached.stdout);
        assert.equal(await isOpen(), true);
      }

      // None of these locks: the one after them is the next that is told.
      await emit(session, "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver.ActiveChanged", "boolean:false");
      await emit(system, "/org/freedesktop/login1", `${LOGIND}.Manager.PrepareForSleep`, "boolean:true");
      await logind.signal(OTHERS, "Session", "Lock");
      await logind.signal("/org/freedesktop/login1", "Manager", "PrepareForSleep", false);
      await stage.until("the question whose session it is", () => logind.questions === 2);
      assert.equal(await isOpen(), true);

      const before = cpuTicks(watcher.pid);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      assert.ok(cpuTicks(watcher.pid) - before <= 2, "it does something while nothing happens");

      assert.equal(await isOpen(), true);

      await session.stop();
      assert.equal(await watcher.ended, 0);
      assert.equal(await isOpen(), false);
    } finally {
      logind.close();
      await Promise.allSettled([session.stop(), system.stop()]);
    }
  },
);

raceTest("lock --on-screen-lock without any bus fails at once and says so", async (stage) => {
  const nowhere = "unix:path=/nonexistent/bus";
  const env = { DBUS_SESSION_BUS_ADDRESS: nowhere, DBUS_SYSTEM_BUS_ADDRESS: nowhere };
  const { code, stderr } = await stage.run(["lock", "--on-screen-lock"], env);
  assert.equal(code, 1);
  assert.match(stderr, /^aws-vault: error: lock: no desktop to listen to: session bus: .*; system bus: /);
});

/** The program, once it listens. */
async function watch(stage: Stage, env: Readonly<Record<string, string | null>>) {
  const variables = Object.entries({ ...stage.env, ...env }).filter((each): each is [string, string] =>
    each[1] !== null
  );
  const [command, ...args] = [...stage.argv, "lock", "--on-screen-lock"];
  const child = new Deno.Command(command!, {
    args,
    clearEnv: true,
    env: Object.fromEntries(variables),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(80_000),
  }).spawn();
  let stdout = "", stderr = "";
  const drained = [
    (async () => {
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) stdout += chunk;
    })(),
    (async () => {
      for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) stderr += chunk;
    })(),
  ];
  await stage.until("the watcher", () => stderr.includes("locking whenever the screen is locked"));
  assert.equal(stderr, "aws-vault: locking whenever the screen is locked\n");
  return {
    pid: child.pid,
    locked: (times: number, what: string) =>
      stage.until(`lock ${times} (${what})`, () => stdout === "Locked the cached sessions\n".repeat(times)),
    ended: Promise.all([child.status, ...drained]).then(([{ code }]) => code),
  };
}

/** A signal by a client that has no name of its own. */
async function emit(bus: PrivateBus, path: string, signal: string, argument: string): Promise<void> {
  const tool = new Deno.Command("dbus-send", {
    args: ["--session", "--type=signal", path, signal, argument],
    env: { DBUS_SESSION_BUS_ADDRESS: bus.address },
  });
  assert.ok((await tool.output()).success, `dbus-send ${signal}`);
}

/** Of all its threads so far, in hundredths of a second: proc_pid_stat(5). */
function cpuTicks(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
