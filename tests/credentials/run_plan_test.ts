import assert from "node:assert/strict";
import type { Credentials } from "../../src/aws/credentials.ts";
import { recordName } from "../../src/credentials/cached_answer.ts";
import { planCredentials } from "../../src/credentials/plan.ts";
import { type MfaAnswer, runPlan, type RunPlanDeps } from "../../src/credentials/run_plan.ts";
import type { ProfileSettings } from "../../src/config/settings.ts";
import { AppError } from "../../src/errors.ts";
import { replaceFile } from "../../src/host/atomic_file.ts";
import { createDenoHost } from "../../src/host/deno.ts";
import { silentLog } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import { CacheKeys } from "../../src/sessions/cache_key.ts";
import { deriveKey } from "../../src/sessions/derive_key.ts";
import { SessionCache, setAside } from "../../src/sessions/session_cache.ts";
import { SingleFlight } from "../../src/sessions/single_flight.ts";
import { SpentCodes } from "../../src/sessions/spent_codes.ts";
import type { SecretStore } from "../../src/vault/secret_store.ts";
import { profileSettings } from "./profile_settings.ts";

const MINUTE = 60_000;
const M = "arn:aws:iam::123456789012:mfa/jon";
const ROLE = "arn:aws:iam::123456789012:role/r";

const base = profileSettings({ name: "base", mfaSerial: M });
const role = profileSettings({ name: "role", role: ROLE, mfaSerial: M, source: base });
const other = profileSettings({ name: "other", role: `${ROLE}2`, mfaSerial: M, source: base });
const longRole = profileSettings({
  name: "long",
  role: ROLE,
  mfaSerial: M,
  durations: { assumeRoleSeconds: 7200 },
  source: base,
});

const stored: Credentials = {
  accessKeyId: "AKIASTORED",
  secretAccessKey: new Secret("stored-secret"),
  sessionToken: null,
  expiresAt: null,
  accountId: null,
};

/** AWS, the user and other processes as far as a plan can tell: what was asked of them, in order. */
interface World {
  now: number;
  /** Every call and question, such as `GetSessionToken by AKIASTORED with 000001`. */
  events: string[];
  notes: string[];
  /** Throws to make calls fail. */
  onCall: (event: string) => void;
  nextCode: () => MfaAnswer;
  /** Runs the profile's plan as a process of its own would. */
  run: (profile: ProfileSettings, deps?: Partial<RunPlanDeps>, noSession?: boolean) => Promise<Credentials>;
}

async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const folder = `${await Deno.makeTempDir()}/sessions`;
  const items = new Map<string, Secret>();
  const store: SecretStore = {
    backend: "file",
    description: "a table",
    read: (name) => Promise.resolve(items.get(name) ?? null),
    write: (item) => Promise.resolve(void items.set(item.name, item.payload)),
    remove: (name) => Promise.resolve(items.delete(name)),
    list: () => Promise.resolve([...items.keys()]),
  };
  let calls = 0, codes = 0;
  const world: World = {
    now: Date.UTC(2026, 10, 23, 12),
    events: [],
    notes: [],
    onCall: () => {},
    nextCode: () => ({ code: new Secret(String(++codes).padStart(6, "0")), source: "prompt" }),
    run: (profile, parts = {}, noSession = false) => {
      const plan = planCredentials(profile, {
        noSession,
        storeId: "s",
        hasStoredKeys: (name) => name === "base",
      });
      return runPlan(plan, { ...process(), ...parts });
    },
  };
  function process(): RunPlanDeps {
    const host = createDenoHost();
    const replace = (path: string, bytes: Uint8Array) =>
      replaceFile(host.files, host.random, path, bytes, { mode: 0o600 });
    const warn = (message: string) => void world.notes.push(message);
    const now = () => world.now;
    const path = (name: string) => `${folder}/${name}`;
    const cache = new SessionCache({
      folder,
      files: host.files,
      now,
      randomBytes: (length) => host.random.bytes(length),
      replaceFile: replace,
      damaged: (damaged) => setAside(host.files, damaged, warn),
      warn,
    });
    const flight = new SingleFlight({
      files: host.files,
      locks: () => host.locks(),
      now,
      replaceFile: replace,
      path,
      folder,
      waitMs: 10_000,
      warn,
    });
    return {
      now,
      clockOffset: () => 0,
      storedKeys: () => Promise.resolve(stored),
      call: (step, signer, mfa) => {
        const event = `${step.kind} for ${step.profile} by ${signer.accessKeyId}${
          mfa === null ? "" : ` with ${mfa.code.reveal()}`
        }`;
        world.events.push(event);
        world.onCall(event);
        return Promise.resolve({
          accessKeyId: `ASIA${step.profile}${++calls}`,
          secretAccessKey: new Secret("s"),
          sessionToken: new Secret("t"),
          expiresAt: world.now + step.durationSeconds * 1000,
          accountId: null,
        });
      },
      signerIsStale: (error) => error instanceof AppError && error.code === "stale",
      mfaCode: () => Promise.resolve(world.nextCode()),
      spentCodes: new SpentCodes({
        files: host.files,
        replaceFile: replace,
        path,
        now,
        digest: (text) => recordName(text, host.sha256),
      }),
      sha256: host.sha256,
      sleep: (ms) => {
        world.events.push("sleep");
        world.now += ms;
        return Promise.resolve();
      },
      cache,
      cacheKeys: new CacheKeys({
        storeId: "s",
        memory: () => Promise.resolve(null),
        store: () => Promise.resolve(store),
        storeNeverAsks: true,
        lockAfterSeconds: 0,
        randomBytes: (length) => host.random.bytes(length),
        exclusively: (name, work) => flight.exclusively(name, work),
        derive: deriveKey,
      }),
      flight,
      windows: { answer: 15 * MINUTE, signing: 5 * MINUTE },
      heedRefusals: true,
      note: (message) => void world.notes.push(message),
      log: silentLog,
    };
  }
  try {
    await test(world);
  } finally {
    await Deno.remove(folder.replace(/\/sessions$/, ""), { recursive: true });
  }
}

Deno.test("runPlan carries the steps out in order, each signed by the one before", () =>
  inWorld(async (world) => {
    const answer = await world.run(role);
    assert.deepEqual(world.events, [
      "GetSessionToken for base by AKIASTORED with 000001",
      "AssumeRole for role by ASIAbase1",
    ]);
    assert.equal(answer.accessKeyId, "ASIArole2");
  }));

Deno.test("runPlan answers again from the cache, for the role as well as for the session", () =>
  inWorld(async (world) => {
    const first = await world.run(role);
    world.events.length = 0;
    const again = await world.run(role);
    assert.equal(again.accessKeyId, first.accessKeyId);
    assert.equal(again.secretAccessKey.reveal(), "s");
    assert.deepEqual(world.events, []);
  }));

Deno.test("runPlan: roles behind one MFA session share it", () =>
  inWorld(async (world) => {
    await world.run(role);
    await world.run(other);
    assert.deepEqual(world.events, [
      "GetSessionToken for base by AKIASTORED with 000001",
      "AssumeRole for role by ASIAbase1",
      "AssumeRole for other by ASIAbase1",
    ]);
  }));

Deno.test("runPlan: many processes at once, ten profiles behind one session: one code, one session, one call a role", () =>
  inWorld(async (world) => {
    const profiles = Array.from(
      { length: 10 },
      (_, i) => profileSettings({ name: `r${i}`, role: `${ROLE}${i}`, mfaSerial: M, source: base }),
    );
    const answers = await Promise.all([...profiles, ...profiles].map((profile) => world.run(profile)));
    const counts = Map.groupBy(world.events, (event) => event.split(" ")[0]!);
    assert.equal(counts.get("GetSessionToken")?.length, 1);
    assert.equal(counts.get("AssumeRole")?.length, 10);
    profiles.forEach((_, i) => assert.equal(answers[i]!.accessKeyId, answers[i + 10]!.accessKeyId));
  }));

Deno.test("runPlan renews an answer that has less than the window left, from the session that still holds", () =>
  inWorld(async (world) => {
    await world.run(role);
    world.events.length = 0;
    world.now += 45 * MINUTE;
    await world.run(role);
    assert.deepEqual(world.events, ["AssumeRole for role by ASIAbase1"]);
  }));

Deno.test("runPlan hands out the old credentials with a note when they live and can't be renewed", () =>
  inWorld(async (world) => {
    const old = await world.run(role);
    world.now += 50 * MINUTE;
    world.onCall = () => {
      throw new AppError("aws-unavailable", "unavailable", "sts is down");
    };
    assert.equal((await world.run(role)).accessKeyId, old.accessKeyId);
    assert.deepEqual(world.notes, [
      "could not renew the session of role (sts is down); using the one that ends in 10 min",
    ]);
    world.now += 10 * MINUTE;
    await assert.rejects(() => world.run(role), { code: "aws-unavailable" });
  }));

Deno.test("runPlan makes a new session, once, when AWS no longer takes the one behind a role", () =>
  inWorld(async (world) => {
    await world.run(role);
    world.events.length = 0;
    world.onCall = (event) => {
      if (event.includes("ASIAbase1")) throw new AppError("stale", "denied", "the session has ended");
    };
    await world.run(other);
    assert.deepEqual(world.events, [
      "AssumeRole for other by ASIAbase1",
      "GetSessionToken for base by AKIASTORED with 000002",
      "AssumeRole for other by ASIAbase3",
    ]);
    world.onCall = () => {
      throw new AppError("stale", "denied", "no session pleases");
    };
    await assert.rejects(() => world.run({ ...role, name: "third" }), { code: "stale" });
  }));

Deno.test("runPlan sends no MFA code twice: a person is asked for the next one", () =>
  inWorld(async (world) => {
    const typed = ["000007", "000007", "000008"];
    world.nextCode = () => ({ code: new Secret(typed.shift()!), source: "prompt" });
    await world.run(longRole);
    await world.run({ ...longRole, name: "long2" });
    assert.deepEqual(world.events, [
      "AssumeRole for long by AKIASTORED with 000007",
      "AssumeRole for long2 by AKIASTORED with 000008",
    ]);
    assert.deepEqual(world.notes, [`the MFA code of ${M} was used already; waiting for the next one`]);
  }));

Deno.test("runPlan waits for the next time step when a program prints a code that was sent", () =>
  inWorld(async (world) => {
    world.now += 12_345;
    const step = () => String(Math.floor(world.now / 30_000)).slice(-6).padStart(6, "0");
    world.nextCode = () => ({ code: new Secret(step()), source: "process" });
    await world.run(longRole);
    await world.run({ ...longRole, name: "long2" });
    assert.equal(world.events[1], "sleep");
    assert.equal(new Set(world.events.filter((event) => event.includes("with"))).size, 2);
    assert.equal(world.now % 30_000, 0);
  }));

Deno.test("runPlan refuses a code from the command line that was sent already", () =>
  inWorld(async (world) => {
    world.nextCode = () => ({ code: new Secret("123456"), source: "token" });
    await world.run(longRole);
    await assert.rejects(() => world.run({ ...longRole, name: "long2" }), { code: "mfa-code-spent" });
    assert.equal(world.events.length, 1);
  }));

Deno.test("runPlan: a code is spent even if the call that carried it failed", () =>
  inWorld(async (world) => {
    world.onCall = () => {
      throw new AppError("http-interrupted", "unavailable", "the connection broke");
    };
    world.nextCode = () => ({ code: new Secret("123456"), source: "token" });
    await assert.rejects(() => world.run(longRole), { code: "http-interrupted" });
    world.onCall = () => {};
    await assert.rejects(() => world.run(longRole, { heedRefusals: false }), { code: "mfa-code-spent" });
  }));

Deno.test("runPlan: keys that have gone meanwhile are missing keys, and nothing is called", () =>
  inWorld(async (world) => {
    await assert.rejects(() => world.run(role, { storedKeys: () => Promise.resolve(null) }), {
      code: "credentials-missing",
    });
    assert.deepEqual(world.events, []);
  }));

Deno.test("runPlan without steps gives the stored keys themselves", () =>
  inWorld(async (world) => {
    assert.equal((await world.run(base, {}, true)).accessKeyId, "AKIASTORED");
    assert.deepEqual(world.events, []);
  }));

Deno.test("a parameter that AWS would refuse is told with the profile it is of", () =>
  inWorld(async ({ run, ...world }) => {
    const call = () => {
      throw new AppError("sts-parameter-invalid", "config", "duration: no", { hints: ["15m"] });
    };
    await assert.rejects(run(base, { call }), {
      code: "sts-parameter-invalid",
      kind: "config",
      message: "profile base: duration: no",
      hints: ["15m"],
    });
    assert.deepEqual(world.notes, []);
  }));
