import { strict as assert } from "node:assert";
import type { Flags } from "../../src/cli/command.ts";
import { longName } from "../../src/cli/command.ts";
import { commandTable, laterCommands } from "../../src/cli/command_table.ts";
import { globalConflicts, globalFlags, programFlags } from "../../src/cli/global_flags.ts";
import { allHelp, commandHelp, programHelp } from "../../src/cli/help.ts";
import { fakeCommandDeps } from "./fake_command_deps.ts";
import { showVersion } from "../../src/cli/commands/version.ts";
import { version } from "../../src/cli/version.ts";

const everywhere: Flags = { ...programFlags, ...globalFlags };

Deno.test("commandTable spells each flag of a command and the program once", () => {
  for (const { declaration } of commandTable) {
    const spellings = [...Object.entries(everywhere), ...Object.entries(declaration.flags)]
      .flatMap((
        [key, flag],
      ) => [`--${longName(key)}`, ...flag.short === undefined ? [] : [`-${flag.short}`]]);
    assert.deepEqual(spellings.filter((s, i) => spellings.indexOf(s) !== i), [], declaration.name);
  }
});

Deno.test("commandTable lets a flag stand before its command: every command agrees on which flags take a value", () => {
  const arity = new Map<string, boolean>();
  for (const { declaration } of commandTable) {
    for (const [key, flag] of Object.entries(declaration.flags)) {
      for (const spelling of [`--${longName(key)}`, ...flag.short === undefined ? [] : [`-${flag.short}`]]) {
        const takesValue = flag.type !== "boolean";
        assert.equal(arity.get(spelling) ?? takesValue, takesValue, spelling);
        arity.set(spelling, takesValue);
      }
    }
  }
});

Deno.test("commandTable has each command name and alias once, and none that is announced for later", () => {
  const names = commandTable.flatMap(({ declaration: d }) => [d.name, ...d.aliases ?? []]);
  assert.equal(new Set(["help", ...names, ...laterCommands]).size, 1 + names.length + laterCommands.length);
});

Deno.test("commandTable has conflicts only between flags that exist", () => {
  for (const { declaration } of commandTable) {
    for (const { flags } of [...globalConflicts, ...declaration.conflicts ?? []]) {
      for (const key of flags) assert.ok(key in everywhere || key in declaration.flags, key);
    }
  }
});

Deno.test("commandTable lets only the last positional take all words, and none required stand after an optional one", () => {
  for (const { declaration } of commandTable) {
    const positionals = Object.values(declaration.positionals);
    assert.ok(positionals.slice(0, -1).every((p) => !p.many), declaration.name);
    const firstOptional = positionals.findIndex((p) => !p.required);
    assert.ok(
      firstOptional < 0 || positionals.slice(firstOptional).every((p) => !p.required),
      declaration.name,
    );
  }
});

Deno.test("commandTable loads a body for every command", async () => {
  for (const { load } of commandTable) assert.equal(typeof await load(), "function");
});

Deno.test("programHelp and commandHelp show what is there and hide what is hidden or comes later", () => {
  const help = programHelp(commandTable);
  for (
    const shown of [
      "--[no-]debug",
      "--help ",
      "-v, --version",
      "$AWS_VAULT_BACKEND",
      "exec [<profile>] [<command>] [<args> ...]",
    ]
  ) {
    assert.ok(help.includes(shown), shown);
  }
  for (const hidden of ["--help-man", "--completion-bash", "login", "--help-long"]) {
    assert.ok(!help.includes(hidden), hidden);
  }
  const exec = commandTable.find((c) => c.declaration.name === "exec");
  assert.ok(exec);
  const text = commandHelp(exec.declaration);
  for (
    const shown of [
      "-d, --duration=DURATION",
      "-n, --[no-]no-session",
      "-j, --[no-]json",
      "($AWS_PROFILE)",
      "aws-vault exec work -- aws s3 ls",
    ]
  ) {
    assert.ok(text.includes(shown), shown);
  }
  for (const hidden of ["--server", "--lazy"]) assert.ok(!text.includes(hidden), hidden);
  for (const { declaration } of commandTable) {
    assert.ok(allHelp(commandTable).includes(commandHelp(declaration)));
  }
});

Deno.test("version is that of deno.json", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assert.equal(version, config.version);
});

Deno.test("showVersion prints a line or JSON", async () => {
  const plain = fakeCommandDeps(), json = fakeCommandDeps();
  assert.equal(await showVersion({ json: false }, plain), 0);
  assert.equal(await showVersion({ json: true }, json), 0);
  assert.equal(plain.stdout.text, `${version}\n`);
  assert.deepEqual(JSON.parse(json.stdout.text), {
    version,
    commit: "dev",
    build: "dev",
    target: null,
    runtime: "deno",
    runtimeVersion: "2.0.0",
    os: "linux",
    arch: "x64",
  });
});
