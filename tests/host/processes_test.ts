import assert from "node:assert/strict";
import { probePath, quoted, RUNTIMES, runWords } from "./runtimes.ts";

/**
 * What a program can see of how it was started. `_` names the command by whichever shell. Of the signal sets only 1 to 31
 * are compared: 32 and up are libc's own, which it takes over in every program with threads.
 */
const LOOK = `for set in SigIgn SigBlk; do
  bits=$(sed -n "s/^$set:\\s*//p" /proc/self/status); echo $set $((0x$bits & 0x7fffffff)); done
ulimit -Sn; ulimit -Hn; umask; env | grep -v '^_=' | sort
for n in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$n ] && echo "open $n"; done; cat <&7`;

const HELPER = {
  command: "sh",
  env: { PATH: "/usr/bin:/bin" },
  stdin: "null",
  stderr: "capture",
  timeoutMs: 5000,
  maxOutputBytes: 1000,
};

for (const { name, words } of RUNTIMES) {
  const probe = (...args: string[]) => [...words(), probePath("process_probe.ts"), ...args];
  const run = async (script: string, changes: Record<string, unknown> = {}) => {
    const request = { ...HELPER, args: ["-c", script], ...changes };
    const { code, stdout, stderr } = await runWords(probe("run", JSON.stringify(request)));
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  Deno.test(`replace under ${name} starts a program just as a shell does: signals, limits, environment, descriptors`, async () => {
    const folder = Deno.makeTempDirSync();
    try {
      Deno.writeTextFileSync(`${folder}/look`, LOOK);
      Deno.writeTextFileSync(`${folder}/input`, "from descriptor 7");
      const started = async (command: readonly string[]) =>
        (await runWords(["sh", "-c", `ulimit -Sn 200; ${quoted(command)} 7<${folder}/input; exit $?`]))
          .stdout;
      const plain = await started(["sh", `${folder}/look`]);
      assert.equal(await started(probe("replace", "sh", `${folder}/look`)), plain);
      assert.match(plain, /^200$/m);
      assert.match(plain, /from descriptor 7$/);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });

  Deno.test(`replace under ${name} keeps the process id and the name as typed, and exits as the program does`, async () => {
    const shell = `echo $$; exec ${quoted(probe("replace", "sh", "-c", "echo $$ $0; exit 7"))}`;
    const { code, stdout } = await runWords(["sh", "-c", shell]);
    const [before, after] = stdout.trim().split("\n");
    assert.equal(after, `${before} sh`);
    assert.equal(code, 7);
  });

  for (
    const [path, reason] of [
      ["/proc/self/nonexistent", "no such file, or its interpreter is missing"],
      ["/etc/passwd", "permission denied"],
    ] as const
  ) {
    Deno.test(`replace under ${name} by ${path} throws and says why`, async () => {
      const { stdout } = await runWords(probe("replace", path));
      assert.deepEqual(JSON.parse(stdout), { code: "exec-failed", message: `cannot run ${path}: ${reason}` });
    });
  }

  for (
    const [script, code] of [["exit 7", 7], ["kill -TERM $$", 143], ["kill -KILL $$", 137], [
      "kill -PIPE $$",
      141,
    ]] as const
  ) {
    Deno.test(`runAttached under ${name} answers ${code} for a child that does ${script}`, async () => {
      assert.equal((await runWords(probe("attached", "sh", "-c", script))).code, code);
    });
  }

  for (const signal of ["TERM", "HUP", "USR1", "USR2", "INT", "QUIT"]) {
    // Without a controlling terminal nobody but the sender of a SIGINT can have meant us.
    Deno.test(`runAttached under ${name} passes SIG${signal} on to the child`, async () => {
      const child =
        `trap 'echo got-${signal}; exit 5' ${signal}; kill -${signal} $PPID; while :; do sleep 0.02; done`;
      const result = await runWords(["setsid", "-w", ...probe("attached", "sh", "-c", child)]);
      assert.deepEqual([result.stdout, result.code], [`got-${signal}\n`, 5]);
    });
  }

  Deno.test(`run under ${name} feeds stdin, gives only the environment asked for and collects both outputs`, async () => {
    const script = "cat; echo $ONLY ${HOME-unset}; echo problem >&2; exit 3";
    const env = { ...HELPER.env, ONLY: "this" };
    assert.deepEqual(await run(script, { stdin: "fed ", env }), {
      exitCode: 3,
      signal: null,
      stdout: "fed this unset\n",
      stderr: "problem\n",
    });
  });

  Deno.test(`run under ${name} answers the signal that ended a helper`, async () => {
    assert.deepEqual(await run("kill -KILL $$"), {
      exitCode: null,
      signal: "SIGKILL",
      stdout: "",
      stderr: "",
    });
  });

  Deno.test(`run under ${name} cuts stderr at 64 KiB and lets the helper finish`, async () => {
    const result = await run("head -c 70000 /dev/zero | tr '\\0' x >&2; echo ok");
    assert.equal(result.stdout, "ok\n");
    assert.equal((result.stderr as string).length, 65_536);
  });

  Deno.test(`run under ${name} does not mind a helper that ignores its input`, async () => {
    assert.equal((await run("exit 0", { stdin: "x".repeat(90_000) })).exitCode, 0);
  });

  Deno.test(`run under ${name} answers though a program left running holds the output open`, async () => {
    const result = await run("sleep 60 & echo $!");
    Deno.kill(Number(result.stdout), "SIGKILL");
    assert.equal(result.exitCode, 0);
  });

  for (const stdin of ["null", "terminal"]) {
    Deno.test(`run under ${name} past its deadline kills the helper and what it started, stdin ${stdin}`, async () => {
      const file = Deno.makeTempFileSync();
      try {
        const script = `sleep 60 & echo $! $$ > ${file}; wait`;
        assert.equal((await run(script, { stdin, timeoutMs: 500 })).code, "child-timeout");
        const ids = Deno.readTextFileSync(file).trim().split(" ").map(Number);
        assert.equal(ids.length, 2);
        for (const id of ids) assert(await isGone(id), `${id} is still running`);
      } finally {
        Deno.removeSync(file);
      }
    });
  }

  for (
    const [what, changes, code] of [
      ["a helper that prints too much", { args: ["-c", "yes"] }, "child-output-too-large"],
      ["a name that is nowhere", { command: "no-such-helper" }, "child-not-found"],
      ["a file that is no program", { command: "/etc/passwd" }, "child-not-found"],
    ] as const
  ) {
    Deno.test(`run under ${name} refuses ${what}`, async () => {
      assert.equal((await run("", changes)).code, code);
    });
  }

  Deno.test(`run under ${name} without a controlling terminal gives a terminal helper nothing to read`, async () => {
    const request = { ...HELPER, args: ["-c", "cat"], stdin: "terminal" };
    const { stdout } = await runWords(["setsid", "-w", ...probe("run", JSON.stringify(request))], {
      stdin: "not this",
    });
    assert.deepEqual(JSON.parse(stdout), { exitCode: 0, signal: null, stdout: "", stderr: "" });
  });
}

/** Whether a process has ended, waiting for it a little; one that nobody has collected yet counts as ended. */
async function isGone(id: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      if (/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${id}/status`))) return true;
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
