import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import type { BusCall, BusReply, BusSignal, SignalRule } from "../../src/dbus/bus_connection.ts";
import { type BusValue, Variant } from "../../src/dbus/bus_values.ts";
import { type SignalBus, watchScreenLock } from "../../src/locking/screen_lock.ts";

const USER = 1000;
const SESSION_PATH = "/org/freedesktop/login1/session/_31";

/** A bus on which a test can emit signals, and end. `users`: whose the sessions of logind are. */
class FakeBus implements SignalBus {
  readonly rules: SignalRule[] = [];
  readonly #heard: { rule: SignalRule; heard: (signal: BusSignal) => void }[] = [];
  readonly #end = Promise.withResolvers<void>();
  readonly #users: Readonly<Record<string, number>>;

  constructor(users: Readonly<Record<string, number>> = {}) {
    this.#users = users;
  }

  get closed(): Promise<void> {
    return this.#end.promise;
  }

  subscribe(rule: SignalRule, heard: (signal: BusSignal) => void): Promise<() => void> {
    this.rules.push(rule);
    this.#heard.push({ rule, heard });
    return Promise.resolve(() => {});
  }

  call({ path, body }: BusCall): Promise<BusReply> {
    assert.deepEqual(body, ["org.freedesktop.login1.Session", "User"]);
    const user = this.#users[path];
    if (user === undefined) return Promise.reject(new AppError("bus-call-failed", "unavailable", "gone"));
    return Promise.resolve({ sender: "", body: [new Variant("(uo)", [user, "/user"])] });
  }

  emit(iface: string, member: string, body: readonly BusValue[] = [], path = "/"): void {
    for (const { rule, heard } of this.#heard) {
      if (rule.interface === iface && rule.member === member) {
        heard({ sender: ":1.1", interface: iface, member, body, path });
      }
    }
  }

  end(): void {
    this.#end.resolve();
  }
}

interface Watch {
  session: FakeBus;
  system: FakeBus;
  reasons: string[];
  unheard: readonly string[];
  ended: Promise<void>;
  settle: () => Promise<void>;
}

async function watching(
  locked: (reason: string) => Promise<void> = () => Promise.resolve(),
  missing: readonly ("session" | "system")[] = [],
): Promise<Watch> {
  const session = new FakeBus();
  const system = new FakeBus({ [SESSION_PATH]: USER, "/other": USER + 1 });
  const reasons: string[] = [];
  const ready = Promise.withResolvers<readonly string[]>();
  const bus = (name: "session" | "system", fake: FakeBus) => () =>
    missing.includes(name)
      ? Promise.reject(new AppError("bus-unreachable", "unavailable", "nobody listens"))
      : Promise.resolve(fake);
  const ended = watchScreenLock({
    sessionBus: bus("session", session),
    systemBus: bus("system", system),
    userId: USER,
    ready: ready.resolve,
    locked: (reason) => {
      reasons.push(reason);
      return locked(reason);
    },
  });
  ended.catch(ready.reject);
  const unheard = await ready.promise;
  return {
    session,
    system,
    reasons,
    unheard,
    ended,
    settle: () => new Promise((done) => setTimeout(done, 0)),
  };
}

const SIGNALS: [what: string, emit: (watch: Watch) => void, reason: string | null][] = [
  ...["freedesktop", "gnome", "cinnamon", "mate", "xfce"].map((desktop) =>
    [
      `${desktop}'s screen saver`,
      ({ session }: Watch) => session.emit(`org.${desktop}.ScreenSaver`, "ActiveChanged", [true]),
      `org.${desktop}.ScreenSaver is active`,
    ] as [string, (watch: Watch) => void, string]
  ),
  [
    "a screen saver that ends",
    ({ session }) => session.emit("org.gnome.ScreenSaver", "ActiveChanged", [false]),
    null,
  ],
  [
    "a signal without its argument",
    ({ session }) => session.emit("org.gnome.ScreenSaver", "ActiveChanged"),
    null,
  ],
  [
    "logind locking our session",
    ({ system }) => system.emit("org.freedesktop.login1.Session", "Lock", [], SESSION_PATH),
    "logind locks the session",
  ],
  [
    "logind locking another user's session",
    ({ system }) => system.emit("org.freedesktop.login1.Session", "Lock", [], "/other"),
    null,
  ],
  [
    "logind locking a session that it tells nothing of",
    ({ system }) => system.emit("org.freedesktop.login1.Session", "Lock", [], "/unknown"),
    "logind locks the session",
  ],
  [
    "going to sleep",
    ({ system }) => system.emit("org.freedesktop.login1.Manager", "PrepareForSleep", [true]),
    "the machine goes to sleep",
  ],
  [
    "waking up",
    ({ system }) => system.emit("org.freedesktop.login1.Manager", "PrepareForSleep", [false]),
    null,
  ],
];
for (const [what, emit, reason] of SIGNALS) {
  Deno.test(`watchScreenLock: ${what} ${reason === null ? "locks nothing" : "locks"}`, async () => {
    const watch = await watching();
    emit(watch);
    await watch.settle();
    assert.deepEqual(watch.reasons, reason === null ? [] : [reason]);
    watch.session.end();
    await watch.ended;
  });
}

Deno.test("watchScreenLock takes logind's signals from logind alone", async () => {
  const watch = await watching();
  assert.deepEqual(watch.system.rules.map(({ sender }) => sender), [
    "org.freedesktop.login1",
    "org.freedesktop.login1",
  ]);
  watch.system.end();
  await watch.ended;
});

Deno.test("watchScreenLock locks once more when the session ends, and returns", async () => {
  const watch = await watching();
  watch.session.end();
  await watch.ended;
  assert.deepEqual(watch.reasons, ["the session has ended"]);
});

Deno.test("watchScreenLock: signals that come while it locks lead to one more lock, after that one", async () => {
  let running = 0;
  const gates: (() => void)[] = [];
  const watch = await watching(async () => {
    assert.equal(++running, 1, "two locks at once");
    await new Promise<void>((resolve) => void gates.push(resolve));
    running--;
  });
  const emit = () => watch.session.emit("org.gnome.ScreenSaver", "ActiveChanged", [true]);
  emit();
  await watch.settle();
  emit();
  emit();
  emit();
  gates.shift()!();
  await watch.settle();
  gates.shift()!();
  await watch.settle();
  assert.equal(watch.reasons.length, 2);
  assert.equal(gates.length, 0);
  // Nothing is left over: the next signal is answered as the first was.
  emit();
  await watch.settle();
  assert.equal(watch.reasons.length, 3);
  gates.shift()!();
  watch.session.end();
  await watch.settle();
  gates.shift()!();
  await watch.ended;
});

Deno.test("watchScreenLock goes on with one bus, and says what it can't hear", async () => {
  const watch = await watching(undefined, ["system"]);
  assert.deepEqual(watch.unheard, ["system bus: nobody listens"]);
  watch.session.emit("org.gnome.ScreenSaver", "ActiveChanged", [true]);
  await watch.settle();
  assert.equal(watch.reasons.length, 1);
  watch.session.end();
  await watch.ended;
});

Deno.test("watchScreenLock fails where there is no bus at all", async () => {
  await assert.rejects(() => watching(undefined, ["session", "system"]), {
    code: "screen-lock-unavailable",
    kind: "unavailable",
    message: "no desktop to listen to: session bus: nobody listens; system bus: nobody listens",
  });
});
