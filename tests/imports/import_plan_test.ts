import assert from "node:assert/strict";
import type { FoundKey, UnusableKey } from "../../src/imports/found_key.ts";
import { type ImportCircumstances, planImport } from "../../src/imports/import_plan.ts";
import { Secret } from "../../src/secret.ts";

const key = (profile: string): FoundKey => ({
  profile,
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: new Secret("s"),
});
const bad: UnusableKey = { profile: "bad", reason: "it is bad" };
const nothing: ImportCircumstances = {
  wanted: [],
  overwrite: false,
  stored: new Map(),
  sourceProfile: () => null,
};

const rows: [
  name: string,
  findings: (FoundKey | UnusableKey)[],
  circumstances: Partial<ImportCircumstances>,
  steps: string[],
][] = [
  ["takes all", [key("b"), bad, key("a")], {}, ["b import", "bad skip: it is bad", "a import"]],
  ["takes what was named", [key("b"), bad, key("a")], { wanted: ["a"] }, ["a import"]],
  [
    "compares with the store",
    [key("a"), key("b"), key("c")],
    { stored: new Map([["a", "same"], ["b", "other"]]) },
    ["a there-already", "b skip: another key is stored for it (--overwrite replaces it)", "c import"],
  ],
  [
    "overwrites",
    [key("a"), key("b")],
    { stored: new Map([["a", "same"], ["b", "other"]]), overwrite: true },
    ["a there-already", "b replace"],
  ],
  [
    "refuses names that no item can have",
    [key(""), key("oidc:https://x"), key("sts.X,YQ,,1"), key("a\nb")],
    {},
    [
      ' skip: cannot store an item under an empty name: ""',
      "oidc:https://x skip: such names are kept for sessions and SSO tokens",
      "sts.X,YQ,,1 skip: such names are kept for sessions and SSO tokens",
      'a\nb skip: cannot store an item under a name with control characters: "a\\x0ab"',
    ],
  ],
  [
    "refuses a key that would never be used",
    [key("a")],
    { sourceProfile: () => "root\x1b" },
    ["a skip: its keys come from its source_profile root\\x1b"],
  ],
];

for (const [name, findings, circumstances, steps] of rows) {
  Deno.test(`planImport ${name}`, () => {
    const plan = planImport(findings, { ...nothing, ...circumstances });
    assert.deepEqual(
      plan.map((s) => `${s.profile} ${s.action}${s.reason === "" ? "" : `: ${s.reason}`}`),
      steps,
    );
    for (const { action, key } of plan) assert.equal(key === null, action === "skip");
  });
}

Deno.test("planImport refuses a name that was not found, or found twice", () => {
  assert.throws(() => planImport([key("a")], { ...nothing, wanted: ["a", "x"] }), {
    code: "import-not-found",
    hints: ["there are: a"],
  });
  assert.throws(() => planImport([key("a"), key("b"), key("a")], nothing), { code: "import-ambiguous" });
  assert.equal(planImport([key("a"), key("b"), key("a")], { ...nothing, wanted: ["b"] }).length, 1);
});
