import { strict as assert } from "node:assert";
import fc from "fast-check";
import { commandTable, laterCommands } from "../../src/cli/command_table.ts";
import { type Invocation, parseArguments } from "../../src/cli/parse.ts";
import { AppError } from "../../src/errors.ts";

const table = { commands: commandTable, laterCommands };

function parse(args: readonly string[], env: Record<string, string> = {}): Invocation {
  return parseArguments(args, { get: (name) => env[name] }, table);
}

const word = fc.oneof(
  fc.constantFrom(
    "exec",
    "export",
    "add",
    "ls",
    "rm",
    "clear",
    "help",
    "list",
    "-",
    "--",
    "--help",
    "-v",
    "p",
  ),
  fc.constantFrom(
    "-n",
    "-d",
    "-d1h",
    "-ns",
    "-t",
    "--json",
    "--no-json",
    "--format",
    "--format=json",
    "--region",
    "=",
  ),
  fc.string({ maxLength: 8 }),
  fc.string({ maxLength: 6 }).map((text) => `-${text}`),
  fc.string({ maxLength: 6 }).map((text) => `--${text}`),
);

const environment = fc.dictionary(
  fc.constantFrom(
    "AWS_PROFILE",
    "AWS_VAULT_DURATION",
    "AWS_VAULT_STDOUT",
    "AWS_VAULT_BACKEND",
    "AWS_VAULT_PROMPT",
  ),
  fc.oneof(fc.constantFrom("", "1", "1h", "file", "none", "true"), fc.string({ maxLength: 5 })),
);

Deno.test("parseArguments answers, or throws an AppError of kind usage on one line, for any words and environment", () => {
  fc.assert(fc.property(fc.array(word, { maxLength: 7 }), environment, (args, env) => {
    try {
      parse(args, env);
    } catch (error) {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.kind, "usage");
      assert.doesNotMatch(error.message, /[\n\r]/);
    }
  }));
});

/** Flags of `exec` in any of their spellings, each at most once, with what they mean. */
const flags = fc.record({
  noSession: fc.option(fc.constantFrom(["-n"], ["--no-session"], ["--no-session=true"], ["-n=1"])),
  json: fc.option(fc.constantFrom(["-j"], ["--json"])),
  duration: fc.option(fc.constantFrom(["-d", "1h"], ["-d1h"], ["--duration", "1h"], ["--duration=1h"])),
  region: fc.option(fc.constantFrom(["--region", "x"], ["--region=x"])),
  mfaToken: fc.option(fc.constantFrom(["-t", "1"], ["-t1"], ["--mfa-token=1"])),
  debug: fc.option(fc.constantFrom(["--debug"], ["--no-debug=false"])),
});

/** The pieces in order, with each flag put in front of one of them or behind the last. */
const commandLine = fc.tuple(flags, fc.array(fc.nat(), { minLength: 6, maxLength: 6 })).map(
  ([given, places]) => {
    const line: (readonly string[])[] = [["exec"], ["p"]];
    Object.values(given).forEach((piece, i) => {
      if (piece !== null) line.splice((places[i] ?? 0) % (line.length + 1), 0, piece);
    });
    return { given, args: line.flat() };
  },
);

Deno.test("parseArguments reads the same input from any order and spelling of flags, whatever follows the command", () => {
  const child = fc.array(fc.oneof(word, fc.constantFrom("--debug", "-n")), { maxLength: 4 });
  fc.assert(fc.property(commandLine, fc.boolean(), child, ({ given, args }, dashes, rest) => {
    const invocation = parse([...args, ...dashes ? ["--"] : [], "cmd", ...rest]);
    assert.equal(invocation.kind, "run");
    if (invocation.kind !== "run") return;
    assert.deepEqual(invocation.input, {
      profile: "p",
      command: "cmd",
      args: rest,
      noSession: given.noSession !== null,
      json: given.json !== null,
      duration: given.duration === null ? null : 3600,
      region: given.region === null ? null : "x",
      mfaToken: given.mfaToken === null ? null : "1",
      stdout: false,
      profileEnv: false,
    });
    assert.equal(invocation.options.debug, given.debug !== null);
  }));
});
