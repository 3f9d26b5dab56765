import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type Flags, longName } from "../../src/cli/command.ts";
import { globalFlags } from "../../src/cli/global_flags.ts";
import { commandTable } from "../../src/cli/command_table.ts";
import { completeWord, type Completion } from "../../src/cli/completions/complete_words.ts";

function complete(words: string[], env: Record<string, string> = {}): Completion {
  return completeWord(words, words.length - 1, { commands: commandTable, env: (name) => env[name] });
}

function values(completion: Completion): string[] {
  assert.equal(completion.kind, "words");
  return completion.kind === "words" ? completion.candidates.map(({ value }) => value) : [];
}

const visible = commandTable.map(({ declaration }) => declaration).filter(({ hidden }) => !hidden);

const WORDS: [words: string[], expected: string[]][] = [
  [[""], ["help", ...visible.map(({ name }) => name)]],
  [["exp"], ["help", ...visible.map(({ name }) => name)]],
  [["--debug", ""], ["help", ...visible.map(({ name }) => name)]],
  [["help", ""], visible.map(({ name }) => name)],
  [["help", "exec", ""], []],
  [["nonsense", ""], ["help", ...visible.map(({ name }) => name)]],
  [["add", ""], []],
  [["export", "work", ""], []],
  [["completion", ""], ["bash", "zsh", "fish", "powershell", "nushell"]],
  [["completion", "zsh", ""], []],
  [["export", "--format", ""], ["env", "export-env", "json", "ini"]],
  [["export", "--format", "js"], ["env", "export-env", "json", "ini"]],
  [["export", "--format=js"], ["--format=env", "--format=export-env", "--format=json", "--format=ini"]],
  [["export", "--region", ""], []],
  [["export", "--region="], []],
  [["exec", "-t", ""], []],
  [["exec", "-nt", ""], []],
  [["exec", "--duration", "work"], []],
  [["--file-dir="], []],
];
for (const [words, expected] of WORDS) {
  Deno.test(`completeWord after ${JSON.stringify(words)} offers ${expected.length} words`, () => {
    assert.deepEqual(values(complete(words)), expected);
  });
}

const PLACES: [words: string[], env: Record<string, string>, expected: Completion][] = [
  [["exec", ""], {}, { kind: "profiles" }],
  [["exec", "--", ""], {}, { kind: "profiles" }],
  [["exec", "-n", "w"], {}, { kind: "profiles" }],
  [["exec", "-d1h", "w"], {}, { kind: "profiles" }],
  [["exec", "-t", "123456", ""], {}, { kind: "profiles" }],
  [["exec", "--duration=1h", "w"], {}, { kind: "profiles" }],
  [["--backend", "file", "export", "w"], {}, { kind: "profiles" }],
  [["rm", ""], {}, { kind: "profiles" }],
  [["exec", "work", ""], {}, { kind: "command", from: 2 }],
  [["exec", "work", "--", ""], {}, { kind: "command", from: 3 }],
  [["exec", "work", "--", "aws", "s3", "--"], {}, { kind: "command", from: 3 }],
  [["exec", "work", "aws", "--", "-"], {}, { kind: "command", from: 2 }],
  [["exec", "--", ""], { AWS_PROFILE: "work" }, { kind: "command", from: 2 }],
  [["exec", "--", "aws", ""], { AWS_PROFILE: "work" }, { kind: "command", from: 2 }],
  [["list", "--file-dir", ""], {}, { kind: "folders" }],
  [["add", "--file", ""], {}, { kind: "files" }],
  [["migrate-backend", "--profile", "w"], {}, { kind: "profiles" }],
];
for (const [words, env, expected] of PLACES) {
  Deno.test(`completeWord after ${JSON.stringify(words)} with ${JSON.stringify(env)} is ${expected.kind}`, () => {
    assert.deepEqual(complete(words, env), expected);
  });
}

Deno.test("completeWord offers a command's flags and the global ones, without those that are hidden, given or of a later version", () => {
  const offered = values(complete(["exec", "-n", "--region=x", "--"]));
  for (const flag of ["--duration", "--json", "--debug", "--backend", "--help"]) {
    assert.ok(offered.includes(flag), flag);
  }
  const hidden = Object.entries(globalFlags as Flags).filter(([, flag]) => flag.hidden)
    .map(([key]) => `--${longName(key)}`);
  for (const flag of ["--no-session", "--region", "--server", "--format", "-d", ...hidden]) {
    assert.ok(!offered.includes(flag), flag);
  }
  assert.ok(values(complete(["exec", "-"])).includes("-d"));
});

Deno.test("completeWord offers opposites to who begins with --no-", () => {
  const offered = values(complete(["exec", "--no-"]));
  for (const flag of ["--no-session", "--no-no-session", "--no-debug"]) {
    assert.ok(offered.includes(flag), flag);
  }
  assert.ok(!offered.includes("--no-help"));
  assert.ok(!values(complete(["exec", "--n"])).includes("--no-debug"));
});

Deno.test("completeWord answers any words at any index", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "exec",
      "export",
      "help",
      "--",
      "-",
      "-d",
      "--format",
      "--format=",
      "--no-",
      "-nt",
      "completion",
    ),
    fc.string(),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 6 }), fc.integer({ min: 0, max: 8 }), (words, index) => {
    const completion = completeWord(words, index, { commands: commandTable, env: () => undefined });
    if (completion.kind === "command") assert.ok(completion.from <= index);
    if (completion.kind === "words") {
      for (const { value, help } of completion.candidates) assert.doesNotMatch(`${value}${help}`, /[\t\n]/);
    }
  }));
});
