import { strict as assert } from "node:assert";
import { lock } from "../../src/cli/commands/lock.ts";
import type { Locking } from "../../src/cli/deps.ts";
import { AppError } from "../../src/errors.ts";
import type { LockTimes } from "../../src/locking/store_lock.ts";
import { fakeCommandDeps, type FakeDeps } from "./fake_command_deps.ts";

const nothing = { keepStore: false, onScreenLock: false, settings: false, after: null, onSleep: null };

function lockingOf(parts: Partial<Locking>): Locking {
  return {
    lockStore: () => Promise.resolve(null),
    whyStoreStaysOpen: null,
    timedStore: null,
    remembersKey: true,
    idleTimes: () => Promise.resolve({ general: 28_800, profiles: [] }),
    watchScreenLock: () => Promise.reject(new Error("watched")),
    ...parts,
  };
}

function depsWith(parts: Partial<Locking>): FakeDeps {
  return fakeCommandDeps({}, { locking: () => Promise.resolve(lockingOf(parts)) });
}

const open = "the kernel keyring has no lock";
const NOW: [
  what: string,
  store: string | null,
  why: string | null,
  keepStore: boolean,
  stdout: string,
  stderr: string,
][] = [
  [
    "key and store",
    "keychain aws-vault",
    null,
    false,
    "Locked the cached sessions\nLocked the keychain aws-vault\n",
    "",
  ],
  ["the key where the store has no lock", null, null, false, "Locked the cached sessions\n", ""],
  [
    "the key, and says why the store stays open",
    null,
    open,
    false,
    "Locked the cached sessions\n",
    `aws-vault: ${open}\n`,
  ],
  ["the key alone with --keep-store", "keychain x", open, true, "Locked the cached sessions\n", ""],
];
for (const [what, store, why, keepStore, stdout, stderr] of NOW) {
  Deno.test(`lock locks ${what}`, async () => {
    const deps = depsWith({ lockStore: () => Promise.resolve(store), whyStoreStaysOpen: why });
    assert.equal(await lock({ ...nothing, keepStore }, deps), 0);
    assert.equal(deps.stdout.text, stdout);
    assert.equal(deps.stderr.text, stderr);
  });
}

Deno.test("lock says so when there was nothing left to lock", async () => {
  const deps = depsWith({});
  await lock(nothing, deps);
  await lock(nothing, deps);
  assert.equal(deps.stdout.text, "Locked the cached sessions\nThe cached sessions are locked already\n");
});

Deno.test("lock: a store that fails is a failure, and the key is forgotten all the same; and the other way round", async () => {
  const failure = new AppError("lock-failed", "child", "no");
  const store = depsWith({ lockStore: () => Promise.reject(failure) });
  await assert.rejects(() => lock(nothing, store), failure);
  assert.deepEqual(store.events, ["lock"]);
  assert.equal(store.stdout.text, "Locked the cached sessions\n");

  const sessions = () => Promise.reject(failure);
  const key = fakeCommandDeps({}, {
    sessions,
    locking: () => Promise.resolve(lockingOf({ lockStore: () => Promise.resolve("keychain x") })),
  });
  await assert.rejects(() => lock(nothing, key), failure);
  assert.equal(key.stdout.text, "Locked the keychain x\n");
});

function keychain(times: LockTimes) {
  const set: LockTimes[] = [];
  let now = times;
  return {
    set,
    lock: {
      name: "keychain aws-vault",
      times: () => Promise.resolve(now),
      setTimes: (wanted: LockTimes) => {
        set.push(now = wanted);
        return Promise.resolve();
      },
    },
  };
}

Deno.test("lock --settings shows the idle times of sessions and the keychain's own times, and changes nothing", async () => {
  const { lock: timedStore, set } = keychain({ afterSeconds: 300, onSleep: true });
  const profiles = [{ profile: "prod", seconds: 300 }, { profile: "root", seconds: 0 }];
  const deps = depsWith({ timedStore, idleTimes: () => Promise.resolve({ general: 28_800, profiles }) });
  assert.equal(await lock({ ...nothing, settings: true }, deps), 0);
  assert.equal(
    deps.stdout.text,
    "cached sessions: lock after 8h0m0s without use\n" +
      "cached sessions of prod: lock after 5m0s without use\n" +
      "cached sessions of root: locked at once\n" +
      "keychain aws-vault: locks after 5m0s without use and when the machine sleeps\n",
  );
  assert.deepEqual(set, []);
  assert.deepEqual(deps.events, []);
});

Deno.test("lock --settings without a memory for the key and with a keychain that never locks", async () => {
  const { lock: timedStore } = keychain({ afterSeconds: null, onSleep: false });
  const deps = depsWith({ timedStore, remembersKey: false });
  await lock({ ...nothing, settings: true }, deps);
  assert.equal(
    deps.stdout.text,
    "cached sessions: open as long as the store is\nkeychain aws-vault: stays unlocked\n",
  );
});

const CHANGES: [input: { after?: number; onSleep?: "yes" | "no" }, times: LockTimes][] = [
  [{ after: 900 }, { afterSeconds: 900, onSleep: true }],
  [{ after: 0 }, { afterSeconds: null, onSleep: true }],
  [{ onSleep: "no" }, { afterSeconds: 300, onSleep: false }],
  [{ after: 60, onSleep: "yes" }, { afterSeconds: 60, onSleep: true }],
];
for (const [input, times] of CHANGES) {
  Deno.test(`lock --settings with ${JSON.stringify(input)} keeps what is not said`, async () => {
    const { lock: timedStore, set } = keychain({ afterSeconds: 300, onSleep: true });
    await lock({ ...nothing, settings: true, ...input }, depsWith({ timedStore }));
    assert.deepEqual(set, [times]);
  });
}

Deno.test("lock refuses to set times where the store has none, and without --settings", async () => {
  await assert.rejects(() => lock({ ...nothing, settings: true, after: 60 }, depsWith({})), {
    code: "lock-settings-unavailable",
    kind: "usage",
  });
  await assert.rejects(() => lock({ ...nothing, onSleep: "yes" }, depsWith({})), { code: "flag-conflict" });
});

Deno.test("lock --on-screen-lock locks at each signal, and goes on after a lock that failed", async () => {
  let stores = 0;
  const deps = depsWith({
    lockStore: () =>
      ++stores === 1 ? Promise.reject(new AppError("lock-failed", "child", "no")) : Promise.resolve(null),
    watchScreenLock: async ({ ready, locked }) => {
      ready(["system bus: gone"]);
      await locked("first");
      await locked("second");
    },
  });
  assert.equal(await lock({ ...nothing, onScreenLock: true }, deps), 0);
  assert.equal(
    deps.stderr.text,
    "aws-vault: not listened to: system bus: gone\naws-vault: locking whenever the screen is locked\n" +
      "aws-vault: error: lock: no\n",
  );
  assert.deepEqual(deps.events, ["lock", "lock"]);
});
