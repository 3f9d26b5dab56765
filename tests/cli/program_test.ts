import { strict as assert } from "node:assert";
import type { CreateServices, GlobalOptions } from "../../src/cli/deps.ts";
import { type ProgramHost, runProgram } from "../../src/cli/program.ts";
import { version } from "../../src/cli/version.ts";
import { AppError } from "../../src/errors.ts";
import type { Log } from "../../src/log.ts";
import { fakeCommandDeps, FakeStream, now, type World } from "./fake_command_deps.ts";

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  options: GlobalOptions | null;
}

async function program(
  args: string[],
  world: World = {},
  overrides: Parameters<typeof fakeCommandDeps>[1] = {},
): Promise<Outcome> {
  const services = fakeCommandDeps(world, overrides);
  const { stdout, stderr, env } = services;
  const host: ProgramHost = {
    args,
    env,
    stdout,
    stderr,
    clock: { now: () => now, monotonic: () => 0, sleep: () => Promise.resolve() },
    runtime: "deno",
    runtimeVersion: "2.0.0",
    os: "linux",
    arch: "x64",
    readStdin: services.readStdin,
    stdinIsTerminal: services.stdinIsTerminal,
    files: services.files,
  };
  let options: GlobalOptions | null = null;
  const create: CreateServices = (given: GlobalOptions, _log: Log) => {
    options = given;
    return services;
  };
  const code = await runProgram(host, create);
  return { code, stdout: stdout.text, stderr: stderr.text, options };
}

Deno.test("runProgram without arguments shows the usage on stderr and succeeds", async () => {
  const outcome = await program([]);
  assert.equal(outcome.code, 0);
  assert.equal(outcome.stdout, "");
  assert.match(outcome.stderr, /^usage: aws-vault \[<flags>\] <command>/);
});

for (const args of [["--help"], ["help"], ["exec", "--help"], ["help", "exec"], ["--help-long"]]) {
  Deno.test(`runProgram ${args.join(" ")} shows help on stdout and builds nothing`, async () => {
    const outcome = await program(args);
    assert.equal(outcome.code, 0);
    assert.match(outcome.stdout, /^usage: aws-vault /);
    assert.equal(outcome.stderr, "");
    assert.equal(outcome.options, null);
  });
}

Deno.test("runProgram --version shows the version on stdout", async () => {
  assert.deepEqual(await program(["--version"]), {
    code: 0,
    stdout: `${version}\n`,
    stderr: "",
    options: null,
  });
});

Deno.test("runProgram puts a refused command line on one line, then its hints", async () => {
  const outcome = await program(["exce"]);
  assert.equal(outcome.code, 1);
  assert.equal(outcome.stdout, "");
  assert.equal(
    outcome.stderr,
    'aws-vault: error: expected a command, not "exce", try --help\naws-vault: hint: did you mean "exec"?\n',
  );
});

Deno.test("runProgram puts the command's name before a failure of its body", async () => {
  const outcome = await program(["rm", "-f", "p"]);
  assert.equal(outcome.code, 1);
  assert.equal(
    outcome.stderr.split("\n")[0],
    'aws-vault: error: remove: no access key is stored for profile "p"',
  );
});

Deno.test("runProgram hands the global options to the services and answers the child's code", async () => {
  const outcome = await program(["--backend=file", "exec", "p", "true"]);
  assert.equal(outcome.options?.backend, "file");
  assert.equal(outcome.code, 7);
});

Deno.test("runProgram ends quietly when the reader of stdout is gone", async () => {
  const stdout = new FakeStream();
  stdout.write = () => {
    throw new AppError("broken-pipe", "unavailable", "nobody reads stdout");
  };
  for (const args of [["list"], ["--help"]]) {
    const outcome = await program(args, {}, { stdout });
    assert.deepEqual([outcome.code, outcome.stderr], [141, ""]);
  }
});

Deno.test("runProgram survives a stderr that nobody reads", async () => {
  const stderr = new FakeStream();
  stderr.write = () => {
    throw new AppError("broken-pipe", "unavailable", "nobody reads stderr");
  };
  assert.equal((await program(["exce"], {}, { stderr })).code, 1);
});

Deno.test("runProgram shows no text of an error that nobody translated, with --debug neither", async () => {
  const getCredentials = () => Promise.reject(new TypeError("cannot read\nwJalrXUtn:1:2"));
  for (const args of [["export", "p"], ["--debug", "export", "p"]]) {
    const outcome = await program(args, {}, { getCredentials });
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /aws-vault: error: export: unexpected failure \(TypeError\)\n/);
    assert.doesNotMatch(outcome.stderr, /wJalrXUtn/);
  }
});

Deno.test("runProgram --debug logs the version first and the codes of what failed", async () => {
  const cause = new AppError("http-tls", "unavailable", "certificate");
  const getCredentials = () =>
    Promise.reject(new AppError("sts-unreachable", "unavailable", "no STS", { cause }));
  const { stderr } = await program(["--debug", "export", "p"], {}, { getCredentials });
  const lines = stderr.split("\n");
  assert.match(lines[0] ?? "", /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d aws-vault .+, deno on linux x64$/);
  assert.match(stderr, /failed: sts-unreachable \(unavailable\), because of http-tls \(unavailable\)\n/);
  assert.match(stderr, /aws-vault: error: export: no STS\n$/);
});

Deno.test("runProgram escapes foreign text in messages", async () => {
  const getCredentials = () => Promise.reject(new AppError("x", "config", "bad \x1b[31m\u202e"));
  const { stderr } = await program(["export", "p"], {}, { getCredentials });
  assert.equal(stderr, "aws-vault: error: export: bad \\x1b[31m\\u202e\n");
});
