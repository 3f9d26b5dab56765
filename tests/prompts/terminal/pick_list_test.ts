import assert from "node:assert/strict";
import { decodeKeys, newKeyDecoder } from "../../../src/prompts/terminal/keys.ts";
import { movePick, newPick, showPick } from "../../../src/prompts/terminal/pick_list.ts";
import { bytes } from "../doubles.ts";

const names = [
  "default",
  "dev",
  "dev-admin",
  "prod",
  "prod-admin",
  "stage",
  "stage-admin",
  "tools",
  "Zürich",
];

function press(typed: string, list: readonly string[] = names): { screen: string[]; ended: string | null } {
  const { keys } = decodeKeys(newKeyDecoder, bytes(typed));
  const state = keys.reduce(movePick, newPick(list));
  return { screen: showPick(state, "Profile"), ended: state.ended };
}

const DOWN = "\x1b[B", UP = "\x1b[A";

Deno.test("showPick shows the question, seven names with the first marked, and how many there are", () => {
  assert.deepEqual(press("").screen, [
    "Profile: ",
    "> default",
    "  dev",
    "  dev-admin",
    "  prod",
    "  prod-admin",
    "  stage",
    "  stage-admin",
    "  (9; type to filter)",
  ]);
});

Deno.test("showPick moves its window so that the marked name stays in the middle, and stops at the end", () => {
  assert.deepEqual(press(DOWN.repeat(4)).screen.slice(1, -1), [
    "  dev",
    "  dev-admin",
    "  prod",
    "> prod-admin",
    "  stage",
    "  stage-admin",
    "  tools",
  ]);
  assert.equal(press(DOWN.repeat(8)).screen.at(-2), "> Zürich");
});

Deno.test("movePick goes round from the first name up to the last and from the last down to the first", () => {
  assert.equal(press(UP).screen.at(-2), "> Zürich");
  assert.equal(press(UP + DOWN).screen[1], "> default");
  assert.equal(press("\x0e").screen[2], "> dev");
  assert.equal(press("\x0e\x10").screen[1], "> default");
});

Deno.test("movePick filters by what is typed, in any case, and marks the first match", () => {
  assert.deepEqual(press(`${DOWN}${DOWN}ADMIN`).screen, [
    "Profile: ADMIN",
    "> dev-admin",
    "  prod-admin",
    "  stage-admin",
    "  (3 of 9; type to filter)",
  ]);
  assert.deepEqual(press("zü").screen[1], "> Zürich");
  assert.deepEqual(press("ad\x7f\x7fto").screen[1], "> tools");
  assert.equal(press("admin\x15").screen.length, 9);
});

const ends: readonly (readonly [name: string, typed: string, ended: string | null])[] = [
  ["takes the marked name on Enter", `${DOWN}\r`, "picked"],
  ["takes nothing on Enter while nothing matches", "qqq\r", null],
  ["does not move while nothing matches", `qqq${DOWN}${UP}`, null],
  ["is cancelled by Ctrl-C", "de\x03", "cancelled"],
  ["is cancelled by Ctrl-D without a filter", "\x04", "cancelled"],
  ["ignores Ctrl-D with a filter", "d\x04", null],
];

for (const [name, typed, ended] of ends) {
  Deno.test(`movePick ${name}`, () => assert.equal(press(typed).ended, ended));
}

Deno.test("showPick escapes names that would act on the terminal", () => {
  assert.equal(
    press("", ["a\x1b[2Jb", "\u202eevil"]).screen.slice(1, 3).join("|"),
    "> a\\x1b[2Jb|  \\u202eevil",
  );
});
