import assert from "node:assert/strict";
import type { SignalName } from "../../src/host/host.ts";
import { createSignals } from "../../src/host/signals.ts";

/** A system that remembers who listens and what was raised, and has all signals but SIGUSR2. */
function fakeSystem() {
  const listening = new Map<SignalName, () => void>();
  const log: string[] = [];
  const signals = createSignals({
    listen(signal, handler) {
      if (signal === "SIGUSR2") throw new TypeError("no such signal here");
      listening.set(signal, handler);
    },
    unlisten: (signal) => void listening.delete(signal),
    raise: (signal) =>
      void log.push(`raised ${signal}, ${listening.has(signal) ? "still heard" : "default"}`),
  });
  return { signals, log, listening, send: (signal: SignalName) => listening.get(signal)?.() };
}

Deno.test("once hears the first signal and leaves the second to its default action", () => {
  const { signals, log, listening, send } = fakeSystem();
  signals.once(["SIGINT", "SIGTERM"], (signal) => log.push(signal));
  send("SIGINT");
  assert.equal(listening.size, 0);
  send("SIGTERM");
  assert.deepEqual(log, ["SIGINT"]);
});

Deno.test("each hears every signal until it is stopped", () => {
  const { signals, log, listening, send } = fakeSystem();
  const stop = signals.each(["SIGUSR1"], (signal) => log.push(signal));
  send("SIGUSR1");
  send("SIGUSR1");
  stop();
  assert.equal(listening.size, 0);
  assert.deepEqual(log, ["SIGUSR1", "SIGUSR1"]);
});

Deno.test("a signal that nobody handles runs the cleanups, last first, and is raised with its default action", () => {
  const { signals, log, send } = fakeSystem();
  signals.beforeEnd(() => log.push("first"));
  signals.beforeEnd(() => log.push("second"));
  send("SIGTERM");
  assert.deepEqual(log, ["second", "first", "raised SIGTERM, default"]);
});

Deno.test("a handled signal runs the cleanups before the handler and is not raised", () => {
  const { signals, log, send } = fakeSystem();
  signals.once(["SIGINT"], () => log.push("handled"));
  signals.beforeEnd(() => log.push("cleaned up"));
  send("SIGINT");
  assert.deepEqual(log, ["cleaned up", "handled"]);
});

Deno.test("a signal that does not end the process runs no cleanup", () => {
  const { signals, log, send } = fakeSystem();
  signals.beforeEnd(() => log.push("cleaned up"));
  signals.each(["SIGCONT"], () => log.push("continued"));
  send("SIGCONT");
  assert.deepEqual(log, ["continued"]);
});

Deno.test("a cleanup that fails does not keep the others from running", () => {
  const { signals, log } = fakeSystem();
  signals.beforeEnd(() => log.push("first"));
  signals.beforeEnd(() => {
    throw new Error("broken");
  });
  signals.runCleanups();
  assert.deepEqual(log, ["first"]);
});

Deno.test("a stopped cleanup neither runs nor keeps the process listening", () => {
  const { signals, log, listening } = fakeSystem();
  signals.beforeEnd(() => log.push("ran"))();
  signals.runCleanups();
  assert.deepEqual([log, listening.size], [[], 0]);
});

Deno.test("a signal this system does not have is never heard, and no failure", () => {
  const { signals, log } = fakeSystem();
  signals.once(["SIGUSR2"], (signal) => log.push(signal))();
  assert.deepEqual(log, []);
});
