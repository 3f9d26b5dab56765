import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import type { ChildResult, OperatingSystem } from "../../src/host/host.ts";
import { runMfaProcess } from "../../src/prompts/mfa_process.ts";
import { answered, environment, failed, RecordedProcesses } from "./doubles.ts";

function run(
  result: ChildResult | AppError,
  os: OperatingSystem = "linux",
  env: Record<string, string> = {},
) {
  const processes = new RecordedProcesses(result);
  const host = { os, env: environment(env), processes: () => Promise.resolve(processes) };
  return { processes, output: runMfaProcess("totp --seed hunter2 | tail -1", host) };
}

Deno.test("runMfaProcess answers the trimmed output of the command, run by the shell on the terminal for a minute at most", async () => {
  const env = { PATH: "/bin", AWS_SESSION_TOKEN: "hidden", OP_SERVICE_ACCOUNT_TOKEN: "kept" };
  const { processes, output } = run(answered("  123456\r\n"), "linux", env);
  assert.equal((await output).reveal(), "123456");
  assert.deepEqual(processes.requests, [{
    command: "/bin/sh",
    args: ["-c", "totp --seed hunter2 | tail -1"],
    env: { PATH: "/bin", OP_SERVICE_ACCOUNT_TOKEN: "kept" },
    stdin: "terminal",
    stderr: "terminal",
    timeoutMs: 60_000,
    maxOutputBytes: 16_384,
  }]);
});

const shells: readonly (readonly [OperatingSystem, Record<string, string>, string, string])[] = [
  ["darwin", {}, "/bin/sh", "-c"],
  ["windows", { SystemRoot: "D:\\WINNT" }, "D:\\WINNT\\System32\\cmd.exe", "/C"],
  ["windows", {}, "C:\\Windows\\System32\\cmd.exe", "/C"],
];

for (const [os, env, command, flag] of shells) {
  Deno.test(`runMfaProcess runs ${command} on ${os}`, async () => {
    const { processes, output } = run(answered("123456"), os, env);
    await output;
    assert.deepEqual([processes.requests[0]?.command, processes.requests[0]?.args[0]], [command, flag]);
  });
}

const failures: readonly (readonly [name: string, ChildResult | AppError, message: string])[] = [
  ["a failure", failed(3, "hunter2", "hunter2"), "mfa_process failed with exit status 3"],
  ["a signal", { ...failed(0), exitCode: null, signal: "SIGKILL" }, "mfa_process was ended by SIGKILL"],
  [
    "a command that hangs",
    new AppError("child-timeout", "child", "killed"),
    "mfa_process did not end within 60 seconds",
  ],
  [
    "a flood of output",
    new AppError("child-output-too-large", "child", "killed"),
    "mfa_process printed far more than a code",
  ],
  [
    "a missing shell",
    new AppError("child-not-found", "child", "no /bin/sh"),
    "mfa_process could not be run",
  ],
];

for (const [name, result, message] of failures) {
  Deno.test(`runMfaProcess throws mfa-process-failed on ${name}, without the command and its output`, async () => {
    await assert.rejects(run(result).output, (error: AppError) => {
      assert.deepEqual([error.code, error.kind, error.message], ["mfa-process-failed", "child", message]);
      assert.doesNotMatch(error.hints.join("\n"), /hunter2|totp/);
      return true;
    });
  });
}
