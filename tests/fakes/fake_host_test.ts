import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { replaceFile } from "../../src/host/atomic_file.ts";
import { createFakeHost, Exited } from "./fake_host.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const RUN = { args: [], env: {}, stdin: "null", stderr: "capture", timeoutMs: 1, maxOutputBytes: 9 } as const;
const GET = { method: "GET", url: "http://x/", headers: {}, timeoutMs: 1, proxy: null } as const;

for (const change of ["create", "write", "sync", "setMode", "rename"] as const) {
  for (const failure of ["ENOSPC", "EIO"] as const) {
    Deno.test(`replaceFile that fails at ${change} with ${failure} leaves the old file and nothing else`, () => {
      const { disk, files, random } = createFakeHost({ files: { "/d/f": "old" } });
      disk.failAt(change, 1, failure);
      const code = failure === "ENOSPC" ? "file-full" : "file-failed";
      assert.throws(() => replaceFile(files, random, "/d/f", bytes("new"), { mode: 0o644 }), { code });
      assert.deepEqual(disk.snapshot(), { "/d/f": "old" });
    });
  }
}

Deno.test("replaceFile killed at any change leaves the old file whole or the new one", () => {
  const whole = new Set<string>();
  for (let n = 1;; n++) {
    const host = createFakeHost({ files: { "/d/f": "old" } });
    host.disk.writeLimit = 1;
    host.disk.failAt("any", n, "KILL");
    try {
      replaceFile(host.files, host.random, "/d/f", bytes("new"), { mode: 0o644 });
      break;
    } catch {
      const after = createFakeHost({ after: host });
      whole.add(after.files.readText("/d/f")!);
    }
  }
  assert.deepEqual([...whole].sort(), ["new", "old"]);
});

Deno.test("a write that the disk takes in parts arrives whole", () => {
  const { disk, files } = createFakeHost({ files: { "/d": { directory: true } } });
  disk.writeLimit = 2;
  files.createExclusive("/d/f", bytes("in parts"), 0o600);
  assert.equal(files.readText("/d/f"), "in parts");
});

Deno.test("FakeFiles denies what the mode bits deny", () => {
  const { files } = createFakeHost({ files: { "/f": { text: "x", mode: 0o000 } } });
  assert.throws(() => files.readText("/f"), { code: "file-denied" });
});

Deno.test("FakeClock jumps to the sleep that ends first, and not while something else goes on", async () => {
  const { clock } = createFakeHost({ now: 1000 });
  const order: string[] = [];
  await Promise.all([
    clock.sleep(50).then(() => order.push(`second at ${clock.now()}`)),
    clock.sleep(20).then(() => order.push(`first at ${clock.now()}`)),
  ]);
  assert.deepEqual(order, ["first at 1020", "second at 1050"]);
  const work = Promise.resolve().then(() => "work");
  assert.equal(await Promise.race([clock.sleep(10).then(() => "deadline"), work]), "work");
});

Deno.test("FakeClock without jumps waits for advance, and its wall clock can be set apart", async () => {
  const { clock } = createFakeHost({ now: 1000, clockJumps: false });
  const sleeping = clock.sleep(30);
  clock.setWallClock(500);
  assert.deepEqual([clock.now(), clock.monotonic(), clock.sleeping], [500, 0, 1]);
  clock.advance(30);
  await sleeping;
  assert.deepEqual([clock.now(), clock.monotonic(), clock.sleeping], [530, 30, 0]);
});

Deno.test("FakeTerminal types its script and shows what a person sees", async () => {
  const host = createFakeHost({
    terminal: ["ab", (screen) => screen.includes("code") ? "12" : "wrong", { event: "silence" }, {
      event: "hang-up",
    }],
  });
  const terminal = (await host.openTerminal())!;
  terminal.setRaw(true);
  terminal.write("code: \x1b[2K\rthe code? ");
  const text = async () => new TextDecoder().decode((await terminal.read(10))!);
  assert.deepEqual([await text(), await text()], ["ab", "12"]);
  assert.equal(await terminal.read(10), null);
  assert.equal((await terminal.read(10))!.length, 0);
  assert.equal(host.terminals[0]!.screen, "the code?");
  assert.throws(() => host.assertDone(), /left raw/);
  terminal.close();
  host.assertDone();
  assert.throws(() => terminal.write("late"), /after it was closed/);
});

Deno.test("a host without a terminal has none", async () => {
  assert.equal(await createFakeHost().openTerminal(), null);
});

Deno.test("scripts fail on what is unexpected and on what is left over", async () => {
  const script = {
    programs: [{ command: "ykman", answer: "1" }],
    http: [{ when: () => true, answer: { status: 200, headers: {}, body: bytes("") } }],
  };
  const unused = createFakeHost({ ...script, terminal: ["x"] });
  assert.throws(
    () => unused.assertDone(),
    /1 scripted requests never came; ykman was never run; 1 scripted keys/,
  );
  const used = createFakeHost(script);
  const [processes, http] = [await used.processes(), await used.http()];
  assert.equal(new TextDecoder().decode((await processes.run({ ...RUN, command: "ykman" })).stdout), "1");
  assert.equal((await http.request(GET)).status, 200);
  used.assertDone();
  await assert.rejects(processes.run({ ...RUN, command: "ykman" }), /unexpected program/);
  await assert.rejects(http.request(GET), /unexpected request: GET http:\/\/x\//);
});

Deno.test("hosts on one disk contend for its locks", async () => {
  const first = createFakeHost({ files: { "/d": { directory: true } } });
  const second = createFakeHost({ after: first });
  const lock = await (await first.locks()).acquire("/d/lock", 0);
  assert.equal(await (await second.locks()).acquire("/d/lock", 100), null);
  assert.throws(() => second.assertDone(), /still locked/);
  lock!.release();
  assert((await (await second.locks()).acquire("/d/lock", 0)) !== null);
});

Deno.test("signals, exit and a reader that has gone", () => {
  const host = createFakeHost();
  const heard: string[] = [];
  assert.equal(host.sendSignal("SIGINT"), false);
  host.onSignal(["SIGINT"], (signal) => heard.push(signal));
  assert.deepEqual([host.sendSignal("SIGINT"), host.sendSignal("SIGINT"), heard], [true, false, ["SIGINT"]]);
  assert.throws(() => host.exit(3), (error) => error instanceof Exited && error.code === 3);
  host.stdout.readerGone = true;
  assert.throws(
    () => host.stdout.write("x"),
    (error) => error instanceof AppError && error.code === "broken-pipe",
  );
});

Deno.test("the environment has no case on Windows only, and random bytes repeat from run to run", () => {
  const env = { Path: "here" };
  assert.equal(createFakeHost({ os: "windows", env }).env.get("PATH"), "here");
  assert.equal(createFakeHost({ env }).env.get("PATH"), undefined);
  const [a, b] = [createFakeHost().random, createFakeHost().random];
  assert.deepEqual(a.bytes(8), b.bytes(8));
});
