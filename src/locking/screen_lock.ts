/**
 * Notices that the desktop locks its screen, that the session is to be locked, or that the machine goes to sleep: by the signals of screen
 * savers on the session bus, and of systemd-logind on the system bus. Sleeps until one comes.
 */
import type { BusConnection } from "../dbus/bus_connection.ts";
import type { BusValue } from "../dbus/bus_values.ts";
import { AppError } from "../errors.ts";

/** The part of a message bus's client that is needed. */
export type SignalBus = Pick<BusConnection, "subscribe" | "call" | "closed">;

export interface ScreenLockDeps {
  /** Throws an AppError where there is none. */
  readonly sessionBus: () => Promise<SignalBus>;
  readonly systemBus: () => Promise<SignalBus>;
  /** Of the user whose sessions count; `null` where users have no number. */
  readonly userId: number | null;
  /** Called once everything is listened to. `unheard`: what can't be, and why. */
  readonly ready: (unheard: readonly string[]) => void;
  /** `reason` is for the log. Never called while a call of it is running. */
  readonly locked: (reason: string) => Promise<void>;
}

const TIMEOUT_MS = 5_000;
/** All have the signal of the first, `ActiveChanged(b)`: https://specifications.freedesktop.org/idle-inhibit-spec/latest/ */
const SCREEN_SAVERS = [
  "org.freedesktop.ScreenSaver",
  "org.gnome.ScreenSaver",
  "org.cinnamon.ScreenSaver",
  "org.mate.ScreenSaver",
  "org.xfce.ScreenSaver",
];
/** https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html */
const LOGIND = "org.freedesktop.login1";

/** Runs until a bus that it listens to is gone, which is when the session ends. Throws `screen-lock-unavailable` where nothing can be heard. */
export async function watchScreenLock(deps: ScreenLockDeps): Promise<void> {
  const queue = new LockQueue(deps.locked);
  const buses = [
    { name: "session bus", listen: () => listenToScreenSavers(deps, queue) },
    { name: "system bus", listen: () => listenToLogind(deps, queue) },
  ];
  const heard: SignalBus[] = [];
  const unheard: string[] = [];
  for (const { name, listen } of buses) {
    try {
      heard.push(await listen());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unheard.push(`${name}: ${error.message}`);
    }
  }
  if (heard.length === 0) {
    throw new AppError(
      "screen-lock-unavailable",
      "unavailable",
      `no desktop to listen to: ${unheard.join("; ")}`,
      {
        hints: ["run it in the desktop's session, or let the screen locker itself run: aws-vault lock"],
      },
    );
  }
  deps.ready(unheard);
  await Promise.race(heard.map((bus) => bus.closed));
  queue.add("the session has ended");
  await queue.done();
}

async function listenToScreenSavers({ sessionBus }: ScreenLockDeps, queue: LockQueue): Promise<SignalBus> {
  const bus = await sessionBus();
  for (const saver of SCREEN_SAVERS) {
    await bus.subscribe({ interface: saver, member: "ActiveChanged" }, ({ body }) => {
      if (body[0] === true) queue.add(`${saver} is active`);
    }, TIMEOUT_MS);
  }
  return bus;
}

async function listenToLogind({ systemBus, userId }: ScreenLockDeps, queue: LockQueue): Promise<SignalBus> {
  const bus = await systemBus();
  const session = `${LOGIND}.Session`;
  const lock = { sender: LOGIND, interface: session, member: "Lock" };
  await bus.subscribe(lock, ({ path }) => {
    const owner = bus.call({
      destination: LOGIND,
      path,
      interface: "org.freedesktop.DBus.Properties",
      member: "Get",
      signature: "ss",
      body: [session, "User"],
    }, TIMEOUT_MS);
    // Other users' sessions are no concern of ours. Who can't be asked is taken for ours.
    owner.then(({ body }) => userOf(body[0]), () => null).then((user) => {
      if (user === null || user === userId) queue.add("logind locks the session");
    });
  }, TIMEOUT_MS);
  const sleep = { sender: LOGIND, interface: `${LOGIND}.Manager`, member: "PrepareForSleep" };
  await bus.subscribe(sleep, ({ body }) => {
    if (body[0] === true) queue.add("the machine goes to sleep");
  }, TIMEOUT_MS);
  return bus;
}

/** The number in a variant of type `(uo)`; `null` for anything else. */
function userOf(value: BusValue | undefined): number | null {
  const struct = typeof value === "object" && "value" in value ? value.value : value;
  const id = Array.isArray(struct) ? struct[0] : null;
  return typeof id === "number" ? id : null;
}

/** One lock at a time; of those that are asked for meanwhile, one more. */
class LockQueue {
  readonly #lock: (reason: string) => Promise<void>;
  #running: Promise<void> | null = null;
  #next: string | null = null;

  constructor(lock: (reason: string) => Promise<void>) {
    this.#lock = lock;
  }

  add(reason: string): void {
    this.#next = reason;
    this.#running ??= this.#run();
  }

  async done(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#next !== null) {
      const reason = this.#next;
      this.#next = null;
      await this.#lock(reason);
    }
    this.#running = null;
  }
}
