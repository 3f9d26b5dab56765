import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { runChild } from "../../src/exec/run_child.ts";
import { createFakeHost } from "../fakes/fake_host.ts";
import { Replaced } from "../fakes/fake_processes.ts";

const FILES = { "/bin/tool": { text: "", mode: 0o755 }, "/current/local": { text: "", mode: 0o755 } };
const ENV = { ONLY: "this" };

Deno.test("runChild becomes the program it finds, under the name as typed", async () => {
  const { programs } = createFakeHost({ files: FILES });
  await assert.rejects(
    runChild({ command: "tool", args: ["-x"], env: ENV }, "/sbin:/bin", programs),
    (error) => {
      assert(error instanceof Replaced);
      assert.deepEqual([error.path, error.argv, error.env], ["/bin/tool", ["tool", "-x"], ENV]);
      return true;
    },
  );
  assert.deepEqual(programs.attached, []);
});

Deno.test("runChild takes a name with a separator as it is", async () => {
  const { programs } = createFakeHost({ files: FILES });
  await assert.rejects(runChild({ command: "./local", args: [], env: ENV }, "", programs), {
    path: "./local",
  });
});

Deno.test("runChild runs beside us where a process can't be replaced, and answers the exit code", async () => {
  const host = createFakeHost({ os: "windows", files: { "C:\\bin\\tool.exe": "" } });
  host.programs.attachedExitCode = 42;
  const path = "C:\\bin";
  assert.equal(await runChild({ command: "tool", args: ["-x"], env: ENV }, path, host.programs), 42);
  assert.deepEqual(host.programs.attached, [{ path: "C:\\bin\\tool.exe", argv: ["tool", "-x"], env: ENV }]);
});

for (const command of ["nowhere", "./nowhere", "local"]) {
  Deno.test(`runChild refuses ${command}, which is not on an absolute PATH`, async () => {
    const { programs } = createFakeHost({ files: FILES });
    await assert.rejects(
      runChild({ command, args: ["secret-argument"], env: ENV }, ".::/bin", programs),
      (error) => {
        assert(error instanceof AppError);
        assert.equal(error.code, "command-not-found");
        assert(error.message.includes(command));
        assert(!JSON.stringify([error.message, error.hints]).includes("secret-argument"));
        return true;
      },
    );
  });
}

Deno.test("runChild passes on why a program could not be started, and does not try again beside us", async () => {
  const { programs } = createFakeHost({ files: FILES });
  programs.replaceFailure = new AppError("exec-failed", "child", "cannot run /bin/tool: permission denied");
  await assert.rejects(
    runChild({ command: "tool", args: [], env: ENV }, "/bin", programs),
    programs.replaceFailure,
  );
  assert.deepEqual(programs.attached, []);
});
