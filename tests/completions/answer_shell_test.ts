import { strict as assert } from "node:assert";
import { AppError } from "../../src/errors.ts";
import { commandTable } from "../../src/cli/command_table.ts";
import { answerShell } from "../../src/cli/completions/answer_shell.ts";
import { runProgram } from "../../src/cli/program.ts";
import { fakeCommandDeps, FakeStream, now } from "../cli/fake_command_deps.ts";

async function answer(args: string[], profiles: () => Promise<readonly string[]>): Promise<string> {
  const stdout = new FakeStream();
  const env = { get: () => undefined, all: () => ({}) };
  assert.equal(await answerShell({ args, stdout, env, commands: commandTable, profileNames: profiles }), 0);
  return stdout.text;
}

const HOSTILE = [
  "work",
  "a b",
  "it's",
  "$(touch x)",
  "`x`",
  "a;b",
  "col:on",
  "naïve",
  'q"q',
  "*",
  "~",
  "a\\b",
];

Deno.test("answerShell --complete offers every profile that a terminal shows as it is", async () => {
  const names = [...HOSTILE, "", "-dash", "esc\x1b[31m", "tab\tx", "line\nx", "bidi\u202e"];
  const text = await answer(["--complete", "1", "exec", ""], () => Promise.resolve(names));
  assert.deepEqual(text.split("\n"), ["words", ...HOSTILE, ""]);
});

Deno.test("answerShell --completion-bash offers only names that compgen -W leaves alone, without a last line end", async () => {
  const names = () => Promise.resolve(HOSTILE);
  assert.equal(await answer(["--completion-bash", "exec", ""], names), "work\ncol:on\nnaïve");
  assert.equal(
    await answer(["--completion-bash", "completion", ""], names),
    "bash\nzsh\nfish\npowershell\nnushell",
  );
  assert.match(await answer(["--completion-bash"], names), /^help\nadd\n/);
  assert.equal(await answer(["--completion-bash", "exec", "work", ""], names), "");
});

Deno.test("answerShell says where a command line begins and that folders are wanted", async () => {
  const none = () => Promise.resolve([]);
  assert.equal(await answer(["--complete", "3", "exec", "work", "--", "aw"], none), "command 3\n");
  assert.equal(await answer(["--complete", "1", "--file-dir", ""], none), "folders\n");
  assert.match(
    await answer(["--complete", "1", "exec", "--reg"], none),
    /\n--region\tAWS region, before any other setting\n/,
  );
});

Deno.test("answerShell takes a missing word for an empty one, and anything for an index", async () => {
  const names = () => Promise.resolve(["work"]);
  assert.equal(await answer(["--complete", "1", "exec"], names), "words\nwork\n");
  for (const index of [[], ["x"], ["-1"], ["99"], ["1e9"]]) await answer(["--complete", ...index], names);
});

Deno.test("answerShell offers no profiles where the config file can't be read", async () => {
  const broken = () => Promise.reject(new AppError("file-unreadable", "unavailable", "no"));
  assert.equal(await answer(["--complete", "1", "exec", ""], broken), "words\n");
  await assert.rejects(answer(["--complete", "1", "exec", ""], () => Promise.reject(new TypeError("bug"))));
});

Deno.test("runProgram completes before it looks at flags and variables, and uses the config file alone", async () => {
  const untouched = (name: string) => () => {
    throw new Error(`${name} was used`);
  };
  const deps = fakeCommandDeps({ config: { work: {} } });
  const stderr = new FakeStream();
  const code = await runProgram({
    args: ["--complete", "2", "--bogus", "exec", ""],
    env: { get: (name) => name === "AWS_VAULT_BACKEND" ? "bogus" : undefined, all: () => ({}) },
    stdout: deps.stdout,
    stderr,
    clock: { now: () => now, monotonic: () => 0, sleep: () => Promise.resolve() },
    runtime: "deno",
    runtimeVersion: "2.9.6",
    os: "linux",
    arch: "x64",
    readStdin: untouched("stdin"),
    stdinIsTerminal: untouched("stdin"),
    files: { stat: untouched("a file"), readBytes: untouched("a file") },
  }, () => ({
    ...deps,
    accessKeys: untouched("the store"),
    sessions: untouched("the cache"),
    ssoTokens: untouched("the store"),
    getCredentials: untouched("the network"),
    ask: untouched("a prompt"),
    confirm: untouched("a prompt"),
    pickProfile: untouched("a prompt"),
    saveProfile: untouched("the config file"),
  }));
  assert.deepEqual([code, deps.stdout.text, stderr.text], [0, "words\nwork\n", ""]);
});
