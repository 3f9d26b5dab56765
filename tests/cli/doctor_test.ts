import { strict as assert } from "node:assert";
import { doctor } from "../../src/cli/commands/doctor.ts";
import type { Inspection } from "../../src/cli/deps.ts";
import { doctorReport, type Finding } from "../../src/cli/doctor_report.ts";
import { AppError } from "../../src/errors.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { fakeCommandDeps } from "./fake_command_deps.ts";

const healthy: Inspection = {
  home: "/home/jon",
  userId: 1000,
  config: { path: "/home/jon/.aws/config", exists: true, profiles: 2, problems: [], mistakes: [] },
  plainKeys: { path: "/home/jon/.aws/credentials", profiles: 0, mistakes: [] },
  store: { backend: "file", reason: "there is no session bus" },
  cache: {
    folder: "/home/jon/.cache",
    found: { mode: 0o40700, userId: 1000, kind: "directory" },
    above: null,
  },
  prompts: { driver: "terminal", reason: "there is a terminal", usable: ["terminal", "pass"] },
};

const broken = new AppError("x", "config", "it is broken", { hints: ["mend it"] });

type Row = [name: string, change: Partial<Inspection>, level: Finding["level"], text: string];
const ROWS: Row[] = [
  ["a config file", {}, "ok", "~/.aws/config, 2 profiles"],
  [
    "no config file",
    { config: { path: "/etc/config", exists: false, profiles: 0, problems: [], mistakes: [] } },
    "warning",
    "/etc/config is not there",
  ],
  ["an unreadable config file", { config: broken }, "problem", "it is broken (mend it)"],
  [
    "a profile that can't be used",
    {
      config: {
        path: "/c",
        exists: true,
        profiles: 1,
        problems: [{ profile: "work", message: "role_arn arn:aws:iam::123456789012:role/x is wrong" }],
        mistakes: [],
      },
    },
    "problem",
    "profile work: role_arn arn:aws:iam::************:role/x is wrong",
  ],
  [
    "keys in plain text",
    { plainKeys: { path: "/c", profiles: 3, mistakes: [] } },
    "warning",
    "3 long-lived in plain text in /c: aws-vault import takes them over",
  ],
  [
    "lines of the credentials file that can't be read, instead of reassuring",
    { plainKeys: { path: "/c", profiles: 0, mistakes: ["/c:1: a section header must end with ]"] } },
    "problem",
    "/c:1: a section header must end with ]",
  ],
  [
    "lines of the config file that can't be read",
    { config: { path: "/c", exists: true, profiles: 0, problems: [], mistakes: ["/c:7: it is broken"] } },
    "problem",
    "/c:7: it is broken",
  ],
  [
    "a few of very many mistakes",
    {
      config: {
        path: "/c",
        exists: true,
        profiles: 0,
        problems: [],
        mistakes: Array(9).fill("/c: it is broken"),
      },
    },
    "problem",
    "and 4 more of the kind",
  ],
  ["the store and why", {}, "ok", "file: there is no session bus"],
  ["a store that is not here", { store: broken }, "problem", "it is broken (mend it)"],
  ["the cache's folder and mode", {}, "ok", "~/.cache, mode 0700"],
  [
    "no cache yet",
    { cache: { folder: "/c", found: null, above: null } },
    "ok",
    "/c is made when it is needed",
  ],
  [
    "a cache that can be made in a folder of the user",
    {
      cache: {
        folder: "/c/d",
        found: null,
        above: { path: "/c", mode: 0o40755, userId: 1000, kind: "directory" },
      },
    },
    "ok",
    "/c/d is made when it is needed",
  ],
  [
    "a cache that can't be made in a folder that is read-only",
    {
      cache: {
        folder: "/c/d",
        found: null,
        above: { path: "/c", mode: 0o40500, userId: 1000, kind: "directory" },
      },
    },
    "problem",
    "/c/d can't be made: /c can't be written",
  ],
  [
    "a cache that the superuser can make there",
    {
      userId: 0,
      cache: {
        folder: "/c/d",
        found: null,
        above: { path: "/c", mode: 0o40500, userId: 0, kind: "directory" },
      },
    },
    "ok",
    "/c/d is made when it is needed",
  ],
  [
    "a cache that can't be made in somebody else's folder",
    {
      cache: {
        folder: "/c/d",
        found: null,
        above: { path: "/c", mode: 0o40755, userId: 0, kind: "directory" },
      },
    },
    "problem",
    "/c/d can't be made: /c belongs to another user",
  ],
  [
    "a cache that can't be made below a file",
    {
      cache: {
        folder: "/c/d",
        found: null,
        above: { path: "/c", mode: 0o100600, userId: 1000, kind: "file" },
      },
    },
    "problem",
    "/c/d can't be made: /c is no folder",
  ],
  [
    "a cache open to others",
    { cache: { folder: "/c", found: { mode: 0o40755, userId: 1000, kind: "directory" }, above: null } },
    "warning",
    "/c has mode 0755: other users can look in; chmod 700 it",
  ],
  [
    "a cache that can't be written",
    { cache: { folder: "/c", found: { mode: 0o40500, userId: 1000, kind: "directory" }, above: null } },
    "problem",
    "/c has mode 0500: chmod 700 it",
  ],
  [
    "somebody else's cache",
    { cache: { folder: "/c", found: { mode: 0o40700, userId: 0, kind: "directory" }, above: null } },
    "problem",
    "/c belongs to another user",
  ],
  [
    "a file in the cache's place",
    { cache: { folder: "/c", found: { mode: 0o100600, userId: 1000, kind: "file" }, above: null } },
    "problem",
    "/c is no folder",
  ],
  [
    "a cache on Windows",
    {
      userId: null,
      cache: { folder: "/c", found: { mode: null, userId: null, kind: "directory" }, above: null },
    },
    "ok",
    "/c",
  ],
  ["how it asks", {}, "ok", "terminal (there is a terminal); usable here: terminal, pass"],
  [
    "nobody to ask",
    { prompts: { driver: "none", reason: "neither a terminal nor a dialog", usable: [] } },
    "warning",
    "none (neither a terminal nor a dialog); usable here: none",
  ],
  [
    "that it must not ask",
    { prompts: { driver: "none", reason: "asked for", usable: [] } },
    "ok",
    "none (asked for); usable here: none",
  ],
];
for (const [name, change, level, text] of ROWS) {
  Deno.test(`doctorReport says: ${name}`, () => {
    const findings = doctorReport({ ...healthy, ...change }, null, []);
    assert.ok(findings.some((f) => f.level === level && f.text === text), JSON.stringify(findings, null, 1));
  });
}

Deno.test("doctorReport calls nothing fine of a credentials file that can't be read", () => {
  const plainKeys = { path: "/c", profiles: 0, mistakes: ["/c:1: it is broken"] };
  const levels = doctorReport({ ...healthy, plainKeys }, null, []).filter(({ topic }) => topic === "keys");
  assert.deepEqual(levels.map(({ level }) => level), ["problem"]);
});

Deno.test("doctorReport says whether the store was tried, and how that went", () => {
  const store = (tried: "works" | AppError | null) =>
    doctorReport(healthy, tried, []).filter(({ topic }) => topic === "store").at(-1);
  assert.equal(store(null)?.level, "skipped");
  assert.equal(store("works")?.level, "ok");
  assert.deepEqual(store(new StoreError("locked", "it is locked", { hints: ["unlock it"] })), {
    level: "problem",
    topic: "store",
    text: "it is locked (unlock it)",
  });
});

Deno.test("doctorReport names variables that are set, and warns of two", () => {
  const texts = (names: string[]) =>
    doctorReport(healthy, null, names).filter(({ topic }) => topic === "environment").map((f) =>
      `${f.level} ${f.text.split(":")[0]}`
    );
  assert.deepEqual(texts([]), ["ok no AWS variables are set"]);
  assert.deepEqual(texts(["AWS_ACCESS_KEY_ID"]), ["warning AWS_ACCESS_KEY_ID is set", "ok set"]);
  assert.deepEqual(texts(["AWS_ACCESS_KEY_ID", "AWS_VAULT"]), ["warning AWS_VAULT is set", "ok set"]);
});

Deno.test("doctor prints a line per finding, shows no value of a variable, and fails when there is a problem", async () => {
  const env = { AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI", AWS_REGION: "", HOME: "/home/jon" };
  const deps = fakeCommandDeps({ env }, { inspect: () => Promise.resolve(healthy) });
  assert.equal(await doctor({ tryStore: false, json: false }, deps), 0);
  assert.match(deps.stdout.text, /^aws-vault .+\nok {7}config {7}~\/\.aws\/config, 2 profiles\n/);
  assert.match(deps.stdout.text, /set: AWS_SECRET_ACCESS_KEY\n$/);
  assert.doesNotMatch(deps.stdout.text, /wJalr|\/home\/jon/);
  assert.deepEqual(deps.events, []);

  const ill = fakeCommandDeps({}, { inspect: () => Promise.resolve({ ...healthy, config: broken }) });
  assert.equal(await doctor({ tryStore: false, json: true }, ill), 1);
  const report = JSON.parse(ill.stdout.text);
  assert.deepEqual(report.findings[0], { level: "problem", topic: "config", text: "it is broken (mend it)" });
  assert.equal(typeof report.version, "string");
});

Deno.test("doctor --try-store tries the store that was chosen, and none where none could be", async () => {
  const deps = fakeCommandDeps({}, { inspect: () => Promise.resolve(healthy) });
  assert.equal(await doctor({ tryStore: true, json: false }, deps), 0);
  assert.deepEqual(deps.events, ["try store"]);
  const none = fakeCommandDeps({}, { inspect: () => Promise.resolve({ ...healthy, store: broken }) });
  assert.equal(await doctor({ tryStore: true, json: false }, none), 1);
  assert.deepEqual(none.events, []);
  const locked = fakeCommandDeps({}, {
    inspect: () => Promise.resolve(healthy),
    tryStore: () => Promise.reject(new StoreError("locked", "it is locked")),
  });
  assert.equal(await doctor({ tryStore: true, json: false }, locked), 1);
  assert.match(locked.stdout.text, /^problem {2}store {8}it is locked$/m);
});
