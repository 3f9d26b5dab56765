import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { replaceFile } from "../../src/host/atomic_file.ts";
import { createDenoHost } from "../../src/host/deno.ts";
import { type Flight, SingleFlight } from "../../src/sessions/single_flight.ts";

interface Room {
  /** A new participant, as another process would be: nothing is shared but the folder. */
  participant: (options?: { waitMs?: number }) => SingleFlight;
  time: { now: number };
  warnings: string[];
  folder: string;
}

async function withFolder(test: (room: Room) => Promise<void>): Promise<void> {
  const folder = `${await Deno.makeTempDir()}/sessions`;
  const time = { now: 1_000_000 };
  const warnings: string[] = [];
  const participant = (options: { waitMs?: number } = {}) => {
    const host = createDenoHost();
    return new SingleFlight({
      files: host.files,
      locks: () => host.locks(),
      now: () => time.now,
      replaceFile: (path, bytes) => replaceFile(host.files, host.random, path, bytes, { mode: 0o600 }),
      path: (name) => `${folder}/${name}`,
      folder,
      waitMs: options.waitMs ?? 10_000,
      warn: (message) => void warnings.push(message),
    });
  };
  try {
    await test({ participant, time, warnings, folder });
  } finally {
    await Deno.remove(folder.replace(/\/sessions$/, ""), { recursive: true });
  }
}

function flight<T>(parts: Partial<Flight<T>> & Pick<Flight<T>, "fly">): Flight<T> {
  return { name: "f", landed: () => Promise.resolve(null), heedRefusals: false, ...parts };
}

const refusal = () => new AppError("aws-denied", "denied", "AWS says no", { hints: ["ask an admin"] });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("SingleFlight: of many callers one flies, the others get what landed", () =>
  withFolder(async ({ participant }) => {
    let landed: string | null = null;
    let flights = 0;
    const join = () =>
      participant().join(flight({
        landed: () => Promise.resolve(landed),
        fly: async () => {
          flights++;
          await pause(20);
          return landed = "result";
        },
      }));
    assert.deepEqual(await Promise.all(Array.from({ length: 12 }, join)), Array(12).fill("result"));
    assert.equal(flights, 1);
  }));

Deno.test("SingleFlight: those who waited get the leader's failure, each with code, kind and hints, and nobody flies again", () =>
  withFolder(async ({ participant }) => {
    let flights = 0;
    const join = () =>
      participant().join(flight<string>({
        fly: async () => {
          flights++;
          await pause(20);
          throw refusal();
        },
      })).catch((error) => error);
    const errors = await Promise.all(Array.from({ length: 8 }, join));
    assert.equal(flights, 1);
    for (const error of errors) {
      assert.ok(error instanceof AppError);
      const { code, kind, message, hints } = error;
      assert.deepEqual({ code, kind, message, hints }, {
        code: "aws-denied",
        kind: "denied",
        message: "AWS says no",
        hints: ["ask an admin"],
      });
    }
  }));

const LATER: {
  what: string;
  kind: "denied" | "cancelled" | "unavailable";
  after: number;
  heeds: boolean;
  flies: boolean;
}[] = [
  {
    what: "a program that asks 9.9 s after a refusal",
    kind: "denied",
    after: 9_900,
    heeds: true,
    flies: false,
  },
  {
    what: "a program that asks 9.9 s after a cancelled prompt",
    kind: "cancelled",
    after: 9_900,
    heeds: true,
    flies: false,
  },
  {
    what: "a program that asks 10 s after a refusal",
    kind: "denied",
    after: 10_000,
    heeds: true,
    flies: true,
  },
  {
    what: "a program that asks after a failure of the network",
    kind: "unavailable",
    after: 1,
    heeds: true,
    flies: true,
  },
  { what: "a person who asks right after a refusal", kind: "denied", after: 1, heeds: false, flies: true },
  {
    what: "a program that asks when the clock was set back",
    kind: "denied",
    after: -60_000,
    heeds: true,
    flies: true,
  },
];
for (const row of LATER) {
  Deno.test(`SingleFlight, later: ${row.what} ${row.flies ? "is served" : "gets the same failure"}`, () =>
    withFolder(async ({ participant, time }) => {
      const first = participant().join(
        flight({ fly: () => Promise.reject(new AppError("first", row.kind, "first failure")) }),
      );
      await assert.rejects(() => first, { code: "first" });
      time.now += row.after;
      const second = participant().join(
        flight({ fly: () => Promise.resolve("served"), heedRefusals: row.heeds }),
      );
      if (row.flies) assert.equal(await second, "served");
      else await assert.rejects(() => second, { code: "first", kind: row.kind });
    }));
}

Deno.test("SingleFlight: a success ends the effect of an earlier refusal", () =>
  withFolder(async ({ participant }) => {
    await assert.rejects(() => participant().join(flight({ fly: () => Promise.reject(refusal()) })));
    assert.equal(await participant().join(flight({ fly: () => Promise.resolve("ok") })), "ok");
    assert.equal(
      await participant().join(flight({ fly: () => Promise.resolve("ok"), heedRefusals: true })),
      "ok",
    );
  }));

Deno.test("SingleFlight: a bug is not passed on to others", () =>
  withFolder(async ({ participant }) => {
    await assert.rejects(
      () => participant().join(flight({ fly: () => Promise.reject(new TypeError("bug")) })),
      TypeError,
    );
    assert.equal(
      await participant().join(flight({ fly: () => Promise.resolve("ok"), heedRefusals: true })),
      "ok",
    );
  }));

Deno.test("SingleFlight ends a wait that takes too long, naming what to look for", () =>
  withFolder(async ({ participant }) => {
    let end = () => {};
    const held = participant().exclusively("f", () => new Promise<void>((resolve) => void (end = resolve)));
    while (end.toString() === "() => {}") await pause(1);
    await assert.rejects(
      () => participant({ waitMs: 50 }).join(flight({ fly: () => Promise.resolve("x") })),
      { code: "flight-timeout", kind: "unavailable" },
    );
    end();
    await held;
  }));

Deno.test("SingleFlight flies alone, with one warning, where no lock can be made", () =>
  withFolder(async ({ participant, warnings, folder }) => {
    await Deno.writeTextFile(folder, "a file where the folder should be");
    assert.equal(await participant().join(flight({ fly: () => Promise.resolve("ok") })), "ok");
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /^parallel calls are not coordinated: /);
  }));
