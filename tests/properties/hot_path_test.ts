/** The remembered answer against the short way, which computes it anew: given the same again it is the same, given anything else it is not given. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createServices } from "../../src/app.ts";
import { runProgram } from "../../src/cli/program.ts";
import { ENV_VARS } from "../../src/config/env_vars.ts";
import { answerFromMemory, mayAskForJson } from "../../src/hot_path.ts";
import { ANSWER_VARIABLES } from "../../src/sessions/remembered_answer.ts";
import { answerFromCache } from "../../src/short_way.ts";
import { KernelKeyring } from "../../src/vault/kernel_keyring.ts";
import { stsAnswers } from "../fakes/sts_answers.ts";
import { createFakeHost, type FakeHost } from "../fakes/fake_host.ts";
import { hotMachineOf } from "../fakes/fake_hot_machine.ts";
import { FakeKernelKeyring } from "../fakes/fake_kernel_keyring.ts";

const HOME = "/home/u";
const CONFIG = `${HOME}/.aws/config`;
const CACHE = `${HOME}/.local/state/aws-vault/sessions`;
const ROLE = "arn:aws:iam::123456789012:role/r";
const CONFIGS = {
  plain: "[profile p]\nregion = eu-west-1\n",
  role: `[profile p]\nrole_arn = ${ROLE}\nsource_profile = base\n[profile base]\n`,
  locksSoon: "[profile p]\nvault_lock_after = 10m\n",
};

interface Scene {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly now: number;
}

/** A stage on which the kernel remembers the answer to `first`. */
class Stage {
  readonly native: FakeKernelKeyring;
  readonly keyring: KernelKeyring;
  readonly host: FakeHost;
  readonly first: Scene;
  readonly text: string;

  private constructor(host: FakeHost, native: FakeKernelKeyring, first: Scene, text: string) {
    this.host = host;
    this.native = native;
    this.keyring = new KernelKeyring(native, "x64");
    this.first = first;
    this.text = text;
  }

  static async open(
    config: string,
    args: readonly string[],
    extra: Scene["env"] = {},
    statx: FakeKernelKeyring["statx"] = () => null,
  ): Promise<Stage> {
    const native = new FakeKernelKeyring();
    native.statx = statx;
    const env = { HOME, AWS_VAULT_BACKEND: "keyctl", ...extra };
    const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "k".repeat(40) };
    const owner = config === CONFIGS.role ? "base" : "p";
    const adding = createFakeHost({
      args: ["add", "--env", "--no-add-config", owner],
      env: { ...env, ...keys },
      files: { [CONFIG]: config },
      native,
    });
    assert.equal(await runFully(adding), 0, adding.stderr.text);
    const filling = createFakeHost({ args, env, native, after: adding, http: [stsAnswers] });
    assert.equal(await runFully(filling), 0, filling.stderr.text);
    const first = { args, env, now: filling.clock.now() };
    const short = createFakeHost({ ...first, native, after: filling });
    assert.equal(await answerFromCache(short), true);
    assert.equal(short.stdout.text, filling.stdout.text);
    return new Stage(short, native, first, short.stdout.text);
  }

  get files() {
    return this.host.files;
  }

  putConfig(text: string): void {
    this.host.disk.put(CONFIG, text);
  }

  hot(change: Partial<Scene> = {}, terminal = false) {
    const scene = { ...this.first, ...change };
    const machine = hotMachineOf(
      createFakeHost({ ...scene, native: this.native, after: this.host, stdoutIsTerminal: terminal }),
      this.native,
    );
    const code = mayAskForJson(scene.args) ? answerFromMemory(machine) : null;
    return { code, text: machine.printed, kept: machine.kept };
  }

  /** What the short way says at the same time; `null` when it leaves it to the full program. */
  async short(change: Partial<Scene> = {}): Promise<string | null> {
    const host = createFakeHost({ ...this.first, ...change, native: this.native, after: this.host });
    return await answerFromCache(host) ? host.stdout.text : null;
  }
}

const ASK = ["export", "--format=json", "p"];

for (const [name, config] of Object.entries(CONFIGS)) {
  Deno.test(`answerFromMemory prints what the short way printed, and keeps both keys (${name})`, async () => {
    const stage = await Stage.open(config, ASK);
    const { code, text, kept } = stage.hot();
    assert.equal(code, 0);
    assert.equal(text, stage.text);
    assert.equal(kept.length, 2);
    const seconds = config === CONFIGS.locksSoon ? 600 : 8 * 3600;
    assert.match(kept[0]![0], /^aws-vault:session-cache-key:/);
    assert.equal(kept[0]![1], seconds);
    assert.match(kept[1]![0], /^aws-vault:answer:[0-9a-f]{64}$/);
    assert.ok(kept[1]![1] <= seconds);
  });
}

const changes: Readonly<Record<string, (stage: Stage) => ReturnType<Stage["hot"]>>> = {
  "another profile": (stage) => stage.hot({ args: ["export", "--format=json", "q"] }),
  "another form of the same": (stage) => stage.hot({ args: ["export", "p", "--format=json"] }),
  "a terminal": (stage) => stage.hot({}, true),
  "not yet": (stage) => stage.hot({ now: stage.first.now - 16 * 60_000 }),
  "too late": (stage) => stage.hot({ now: stage.first.now + 46 * 60_000 }),
  "a byte more in the config": (stage) => (stage.putConfig(CONFIGS.plain + "\n"), stage.hot()),
  "another config": (stage) => (stage.putConfig(CONFIGS.role), stage.hot()),
  "no config": (stage) => (stage.files.remove(CONFIG), stage.hot()),
  "no record": (stage) => (stage.files.remove(recordOf(stage)), stage.hot()),
  "a record with a bit that has tipped": (stage) => {
    const path = recordOf(stage), bytes = stage.files.readBytes(path)!;
    bytes[bytes.length - 30]! ^= 1;
    stage.files.remove(path);
    stage.files.createExclusive(path, bytes, 0o600);
    return stage.hot();
  },
  "no cache key": (stage) => (removeKeys(stage, "aws-vault:session-cache-key:"), stage.hot()),
  "another cache key": (stage) => {
    const [name] = stage.keyring.list().filter((each) => each.startsWith("aws-vault:session-cache-key:"));
    stage.keyring.write(name!, new Uint8Array(40), 60);
    return stage.hot();
  },
  "no remembered answer": (stage) => (removeKeys(stage, "aws-vault:answer:"), stage.hot()),
  "an answer that is none": (stage) => {
    const [name] = stage.keyring.list().filter((each) => each.startsWith("aws-vault:answer:"));
    stage.keyring.write(name!, new TextEncoder().encode("hello"), 60);
    return stage.hot();
  },
  "a share with a bit that has tipped": (stage) => {
    const [name] = stage.keyring.list().filter((each) => each.startsWith("aws-vault:answer:"));
    const bytes = stage.keyring.read(name!)!;
    bytes[bytes.length - 30]! ^= 1;
    stage.keyring.write(name!, bytes, 60);
    return stage.hot();
  },
  "a session bus that has come": (stage) => {
    stage.files.makeDirectory("/run/user/1000", 0o700);
    stage.files.createExclusive("/run/user/1000/bus", new Uint8Array(), 0o600);
    return stage.hot();
  },
};

for (const [what, change] of Object.entries(changes)) {
  Deno.test(`answerFromMemory leaves to the rest of the program: ${what}`, async () => {
    const { code, text } = change(await Stage.open(CONFIGS.plain, ASK));
    assert.equal(code, null);
    assert.equal(text, "");
  });
}

Deno.test("clear --lock, clear and add leave nothing that answers", async () => {
  const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "n".repeat(40) };
  for (
    const args of [["clear", "--lock"], ["clear"], ["clear", "p"], ["add", "--env", "p"], [
      "remove",
      "-f",
      "p",
    ]]
  ) {
    const stage = await Stage.open(CONFIGS.plain, ASK);
    const host = createFakeHost({
      args,
      env: { ...stage.first.env, ...keys },
      native: stage.native,
      after: stage.host,
    });
    assert.equal(await runFully(host), 0, host.stderr.text);
    assert.equal(stage.hot().code, null, args.join(" "));
    if (args[1] === "--lock") {
      assert.deepEqual(stage.keyring.list().filter((name) => /:answer:/.test(name)), []);
    }
  }
});

const commandLines = fc.constantFrom(
  ["exec", "p", "--json"],
  ["--json", "exec", "p"],
  ["exec", "p", "-j"],
  ["exec", "-j", "--prompt=zenity", "p", "-d", "45m"],
  ASK,
  ["export", "p", "--format", "json", "--region=eu-central-1"],
);
const variables = fc.record({
  AWS_REGION: fc.option(fc.constantFrom("us-west-2", "eu-west-1"), { nil: undefined, freq: 1 }),
  AWS_ROLE_ARN: fc.option(fc.constant(`${ROLE}2`), { nil: undefined, freq: 1 }),
  AWS_SESSION_TOKEN_TTL: fc.option(fc.constant("2h"), { nil: undefined, freq: 1 }),
  AWS_MIN_TTL: fc.option(fc.constantFrom("1m", "40m"), { nil: undefined, freq: 1 }),
  AWS_VAULT: fc.option(fc.constant("p"), { nil: undefined, freq: 1 }),
  AWS_VAULT_CACHE_DIR: fc.option(fc.constant("/elsewhere"), { nil: undefined, freq: 1 }),
  AWS_VAULT_LOCK_AFTER: fc.option(fc.constantFrom("0", "1h"), { nil: undefined, freq: 1 }),
  UNRELATED: fc.option(fc.constant("1"), { nil: undefined, freq: 1 }),
}).map((values) =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [typeof entry[0], NonNullable<typeof entry[1]>] =>
      entry[1] !== undefined
    ),
  )
);

Deno.test("answerFromMemory, whatever has changed since, prints what the short way prints then, or nothing", async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(CONFIGS)),
      fc.constantFrom(...Object.values(CONFIGS)),
      commandLines,
      commandLines,
      variables,
      fc.integer({ min: -20, max: 70 }),
      fc.boolean(),
      async (before, after, args, laterArgs, laterEnv, minutes, stays) => {
        const stage = await Stage.open(before, args);
        if (stage.keyring.list().every((name) => !name.startsWith("aws-vault:answer:"))) return;
        const change = stays ? { now: stage.first.now + minutes * 60_000 } : {
          args: laterArgs,
          env: { ...stage.first.env, ...laterEnv },
          now: stage.first.now + minutes * 60_000,
        };
        if (!stays) stage.putConfig(after);
        const hot = stage.hot(change);
        if (hot.code === null) return assert.equal(hot.text, "");
        answered++;
        assert.equal(hot.text, await stage.short(change));
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(answered > 60, `only ${answered} were answered`);
});

/** A config file on a file system that tells the time in ticks: what statx says of it, and edits in place that keep its size. */
class LargeConfig {
  static readonly #texts = [0, 1].map((n) =>
    `[profile p]\nregion = eu-west-${n}\n${"# filler\n".repeat(1_000)}`
  );
  readonly #tickMs: number;
  #edition = 0;
  #changedAt: number;

  constructor(tickMs: number, changedAt: number) {
    this.#tickMs = tickMs;
    this.#changedAt = changedAt;
  }

  get text(): string {
    return LargeConfig.#texts[this.#edition % 2]!;
  }

  edit(at: number): void {
    this.#edition++;
    this.#changedAt = at;
  }

  /** As linux/stat.h has it; no time of change but that of the last tick. */
  statx(path: string): Uint8Array | null {
    if (path !== CONFIG) return null;
    const record = new DataView(new ArrayBuffer(256)),
      ticked = this.#changedAt - this.#changedAt % this.#tickMs;
    record.setBigUint64(32, 7n, true);
    record.setBigUint64(40, BigInt(this.text.length), true);
    record.setUint32(72, Math.floor(Math.random() * 1e9), true); // of the last access
    for (const time of [96, 112]) {
      record.setBigInt64(time, BigInt(Math.floor(ticked / 1000)), true);
      record.setUint32(time + 8, ticked % 1000 * 1_000_000, true);
    }
    return new Uint8Array(record.buffer);
  }
}

Deno.test("answerFromMemory gives no answer that a large config had before an edit, however soon that was and whatever its size", async () => {
  const now = createFakeHost({}).clock.now();
  let [byContent, byIdentity] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 4, 10, 1_000, 2_000),
      fc.integer({ min: 0, max: 5_000 }),
      fc.integer({ min: 0, max: 3_000 }),
      async (tickMs, age, later) => {
        const config = new LargeConfig(tickMs, now - age);
        const stage = await Stage.open(config.text, ASK, {}, (path) => config.statx(path));
        assert.equal(stage.hot().code, 0);
        // What is on the disk can be read as it was only where the identity stands for it.
        stage.files.remove(CONFIG);
        if (stage.hot().code === 0) byIdentity++;
        else byContent++;
        config.edit(stage.first.now + later);
        stage.putConfig(config.text);
        assert.equal(stage.hot().code, null);
      },
    ),
    { numRuns: 200 },
  );
  assert.ok(byContent > 20 && byIdentity > 20, `${byContent} by content, ${byIdentity} by identity`);
});

function recordOf(stage: Stage): string {
  const names = stage.files.list(CACHE)!.filter((name) => name.endsWith(".session"));
  assert.equal(names.length, 1);
  return `${CACHE}/${names[0]}`;
}

function removeKeys(stage: Stage, prefix: string): void {
  const ours = stage.keyring.list().filter((name) => name.startsWith(prefix));
  assert.ok(ours.length > 0);
  for (const name of ours) stage.keyring.remove(name);
}

async function runFully(host: FakeHost): Promise<number> {
  return await runProgram(host, (options, log) => createServices(host, options, log));
}

Deno.test("every variable that names an answer is declared", () => {
  for (const name of ANSWER_VARIABLES) {
    assert.ok(Object.hasOwn(ENV_VARS, name) || /^AWS_ENDPOINT_URL_/.test(name), name);
  }
});
