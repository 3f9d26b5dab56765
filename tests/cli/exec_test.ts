import { strict as assert } from "node:assert";
import { exec } from "../../src/cli/commands/exec.ts";
import { createDebugLog } from "../../src/cli/debug_log.ts";
import { AppError } from "../../src/errors.ts";
import { fakeCommandDeps, now, temporary, type World } from "./fake_command_deps.ts";

const input = {
  profile: "work",
  command: null,
  args: [],
  duration: null,
  noSession: false,
  region: null,
  mfaToken: null,
  json: false,
  stdout: false,
  profileEnv: false,
} as const;

type Input = Parameters<typeof exec>[0];

const keyEnv = '{"AWS_VAULT":"work","KEY":"ASIAIOSFODNN7EXAMPLE"}';
const subshell = "aws-vault: starting a subshell /bin/zsh; leave it with exit\n";

interface Row {
  name: string;
  given?: Partial<Input>;
  world?: World;
  run: string;
  stderr?: string;
}

const rows: Row[] = [
  {
    name: "runs the command with its arguments",
    given: { command: "ls", args: ["-l", "--", "x y"] },
    run: `run ["ls","-l","--","x y"] ${keyEnv}`,
  },
  {
    name: "gives the child the region it resolved",
    given: { command: "ls" },
    world: { region: "eu-west-1" },
    run: 'run ["ls"] {"AWS_VAULT":"work","KEY":"ASIAIOSFODNN7EXAMPLE","AWS_REGION":"eu-west-1"}',
  },
  {
    name: "gives the child AWS_PROFILE instead of keys with --profile-env",
    given: { command: "ls", profileEnv: true },
    run: 'run ["ls"] {"AWS_VAULT":"work","AWS_PROFILE":"work"}',
  },
  {
    name: "starts the user's shell and says so on a terminal",
    world: { env: { SHELL: "/bin/zsh" }, stderrIsTerminal: true },
    run: `run ["/bin/zsh"] ${keyEnv}`,
    stderr: subshell,
  },
  {
    name: "says so when only stdout is a pipe, and not when only stdout is a terminal",
    world: { env: { SHELL: "/bin/zsh" }, stdoutIsTerminal: true },
    run: `run ["/bin/zsh"] ${keyEnv}`,
  },
  {
    name: "says nothing of the shell when told not to",
    world: { env: { SHELL: "/bin/zsh", AWS_VAULT_DISABLE_HELP_MESSAGE: "1" }, stderrIsTerminal: true },
    run: `run ["/bin/zsh"] ${keyEnv}`,
  },
  {
    name: "takes only 1 for not being told",
    world: { env: { SHELL: "/bin/zsh", AWS_VAULT_DISABLE_HELP_MESSAGE: "true" }, stderrIsTerminal: true },
    run: `run ["/bin/zsh"] ${keyEnv}`,
    stderr: subshell,
  },
  {
    name: "says nothing of a shell that was asked for by name",
    given: { command: "/bin/zsh" },
    world: { stderrIsTerminal: true },
    run: `run ["/bin/zsh"] ${keyEnv}`,
  },
  { name: "falls back to /bin/sh", world: { env: { SHELL: "" } }, run: `run ["/bin/sh"] ${keyEnv}` },
  {
    name: "starts the shell for an empty command",
    given: { command: "" },
    run: `run ["/bin/sh"] ${keyEnv}`,
  },
  {
    name: "looks at COMSPEC and not at SHELL on Windows",
    world: { os: "windows", env: { SHELL: "/usr/bin/bash", COMSPEC: "C:\\cmd.exe" } },
    run: `run ["C:\\\\cmd.exe"] ${keyEnv}`,
  },
  { name: "falls back to cmd.exe on Windows", world: { os: "windows" }, run: `run ["cmd.exe"] ${keyEnv}` },
  {
    name: "warns of credentials about to expire",
    given: { command: "ls" },
    world: { credentials: { ...temporary, expiresAt: now + 423_000 } },
    run: `run ["ls"] ${keyEnv}`,
    stderr: "aws-vault: warning: these credentials expire in 7m3s\n",
  },
  {
    name: "doesn't warn of credentials the child doesn't get",
    given: { command: "ls", profileEnv: true },
    world: { credentials: { ...temporary, expiresAt: now + 423_000 } },
    run: 'run ["ls"] {"AWS_VAULT":"work","AWS_PROFILE":"work"}',
  },
  {
    name: "lets the user pick the profile",
    given: { profile: null, command: "ls" },
    world: { config: { a: {}, work: {} }, answers: ["work"] },
    run: `run ["ls"] ${keyEnv}`,
  },
];

for (const { name, given, world, run, stderr } of rows) {
  Deno.test(`exec ${name}`, async () => {
    const deps = fakeCommandDeps(world);
    assert.equal(await exec({ ...input, ...given }, deps), 7);
    assert.equal(deps.events.at(-1), run);
    assert.equal(deps.stderr.text, stderr ?? "");
    assert.equal(deps.stdout.text, "");
    assert.equal(deps.requests[0]?.answerFor, "person");
  });
}

Deno.test("exec logs the shell with --debug instead of telling it", async () => {
  const deps = fakeCommandDeps({ stderrIsTerminal: true });
  await exec(input, { ...deps, log: createDebugLog(deps.stderr, deps.clock) });
  assert.match(deps.stderr.text, /^\d{4}\/\S+ \S+ starting a subshell \/bin\/sh; leave it with exit\n$/);
});

Deno.test("exec --json prints what export --format=json prints, and runs nothing", async () => {
  const deps = fakeCommandDeps();
  assert.equal(await exec({ ...input, json: true, command: "ls" }, deps), 0);
  assert.equal(JSON.parse(deps.stdout.text).Version, 1);
  assert.deepEqual(deps.events, ["request work"]);
  assert.equal(deps.requests[0]?.answerFor, "sdk");
  assert.equal(deps.stderr.text, 'aws-vault: with --json, "ls" is not run\n');
});

for (const json of [false, true]) {
  Deno.test(`exec ${json ? "--json " : ""}refuses to nest before it asks or reads anything`, async () => {
    const deps = fakeCommandDeps({ env: { AWS_VAULT: "outer" } }, {
      config: () => Promise.reject(new Error("read")),
    });
    await assert.rejects(exec({ ...input, profile: null, json }, deps), { code: "nested-session" });
    assert.deepEqual(deps.events, []);
  });
}

Deno.test("exec runs nothing when the credentials can't be had", async () => {
  const deps = fakeCommandDeps({}, {
    getCredentials: () => Promise.reject(new AppError("access-denied", "denied", "no")),
  });
  await assert.rejects(exec({ ...input, command: "ls" }, deps), { code: "access-denied" });
  assert.deepEqual(deps.events, []);
});

Deno.test("exec passes on that the command can't be started", async () => {
  const deps = fakeCommandDeps({}, {
    runChild: () => Promise.reject(new AppError("command-not-found", "child", "no such command")),
  });
  await assert.rejects(exec({ ...input, command: "nope" }, deps), { code: "command-not-found" });
});
