import assert from "node:assert/strict";
import type { OperatingSystem } from "../../src/host/host.ts";
import { choosePrompter, usableDrivers } from "../../src/prompts/choose_prompter.ts";
import type { ProgramDriver, PromptDriver, PromptFacts } from "../../src/prompts/choose_prompter.ts";

const ALL: readonly ProgramDriver[] = ["osascript", "zenity", "kdialog", "ykman", "pass"];

/** What is there in short: `t` a terminal, `d` a display, `k` KDE. */
function facts(os: OperatingSystem, there: string, programs: readonly ProgramDriver[]): PromptFacts {
  return {
    os,
    hasTerminal: there.includes("t"),
    hasDisplay: there.includes("d"),
    isKde: there.includes("k"),
    programs: new Set(programs),
  };
}

const automatic: readonly (readonly [OperatingSystem, string, readonly ProgramDriver[], PromptDriver])[] = [
  ["linux", "t", [], "terminal"],
  ["linux", "td", ALL, "terminal"],
  ["linux", "tdk", ALL, "terminal"],
  ["linux", "", [], "none"],
  ["linux", "", ALL, "none"],
  ["linux", "k", ALL, "none"],
  ["linux", "d", [], "none"],
  ["linux", "d", ALL, "zenity"],
  ["linux", "d", ["zenity"], "zenity"],
  ["linux", "d", ["kdialog"], "kdialog"],
  ["linux", "d", ["kdialog", "zenity"], "zenity"],
  ["linux", "dk", ["kdialog", "zenity"], "kdialog"],
  ["linux", "dk", ["zenity"], "zenity"],
  ["linux", "d", ["osascript", "ykman", "pass"], "none"],
  ["freebsd", "t", [], "terminal"],
  ["freebsd", "d", ["zenity"], "zenity"],
  ["freebsd", "", ["zenity"], "none"],
  ["darwin", "t", ["osascript"], "terminal"],
  ["darwin", "", ["osascript"], "osascript"],
  ["darwin", "d", ["osascript", "zenity"], "osascript"],
  ["darwin", "", [], "none"],
  ["darwin", "d", ["zenity", "kdialog", "ykman", "pass"], "none"],
  ["windows", "t", [], "terminal"],
  ["windows", "", [], "wincredui"],
  ["windows", "d", ALL, "wincredui"],
];

for (const [os, there, programs, driver] of automatic) {
  Deno.test(`choosePrompter chooses ${driver} on ${os} with "${there}" and ${programs.join(" ") || "no programs"}`, () => {
    assert.equal(choosePrompter(null, facts(os, there, programs)).driver, driver);
  });
}

const systems: readonly OperatingSystem[] = ["linux", "freebsd", "darwin", "windows"];

for (const os of systems) {
  for (const driver of ALL) {
    Deno.test(`choosePrompter takes ${driver} when asked for on ${os}, if it is on PATH`, () => {
      for (const there of ["", "t", "d", "td", "tdk"]) {
        assert.equal(choosePrompter(driver, facts(os, there, [driver])).driver, driver);
        const others = ALL.filter((name) => name !== driver);
        assert.throws(() => choosePrompter(driver, facts(os, there, others)), {
          code: "prompt-driver-missing",
          kind: "unavailable",
          message: `the prompt driver ${driver} can't be used here: the command ${driver} is not on PATH`,
        });
      }
    });
  }

  Deno.test(`choosePrompter takes terminal and none when asked for on ${os}, whatever is there`, () => {
    for (const there of ["", "td"]) {
      assert.equal(choosePrompter("terminal", facts(os, there, ALL)).driver, "terminal");
      assert.equal(choosePrompter("none", facts(os, there, ALL)).driver, "none");
    }
  });
}

Deno.test("choosePrompter takes wincredui on Windows only", () => {
  assert.equal(choosePrompter("wincredui", facts("windows", "t", [])).driver, "wincredui");
  assert.throws(() => choosePrompter("wincredui", facts("linux", "td", ALL)), {
    code: "prompt-driver-missing",
    message: "the prompt driver wincredui can't be used here: it is a part of Windows",
  });
});

const usable:
  readonly (readonly [OperatingSystem, string, readonly ProgramDriver[], readonly PromptDriver[]])[] = [
    ["linux", "tdk", ALL, ["terminal", "kdialog", "zenity", "ykman", "pass"]],
    ["linux", "t", ALL, ["terminal", "ykman", "pass"]],
    ["linux", "", [], []],
    ["darwin", "t", ["osascript", "pass"], ["terminal", "osascript", "pass"]],
    ["windows", "", ["ykman"], ["wincredui", "ykman"]],
  ];

for (const [os, there, programs, names] of usable) {
  Deno.test(`usableDrivers lists ${names.join(", ") || "nothing"} on ${os} with "${there}"`, () => {
    assert.deepEqual(usableDrivers(facts(os, there, programs)), names);
  });
}

Deno.test("choosePrompter names what is usable when what was asked for is not", () => {
  assert.throws(() => choosePrompter("osascript", facts("linux", "td", ["zenity"])), {
    hints: ["usable here: terminal, zenity (--prompt=NAME or AWS_VAULT_PROMPT)"],
  });
  assert.throws(() => choosePrompter("osascript", facts("linux", "", [])), {
    hints: ["no prompt driver is usable here: start it in a terminal, or set mfa_process in the profile"],
  });
});
