import assert from "node:assert/strict";
import {
  type AwsFilePlace,
  configFilePath,
  credentialsFilePath,
  loadIniFile,
  selectedProfile,
} from "../../src/config/aws_files.ts";
import type { OperatingSystem } from "../../src/host/host.ts";
import { failureOf } from "./config_texts.ts";
import { readVectors } from "./test_vectors.ts";

function place(
  env: Record<string, string>,
  os: OperatingSystem = "linux",
  home: string | null = null,
): AwsFilePlace {
  return { env: (name) => env[name], os, userDatabaseHome: () => home };
}

interface LocationCase {
  name: string;
  environment: Record<string, string>;
  platform: string;
  profile?: string;
  configLocation: string;
  credentialsLocation: string;
}

for (const row of readVectors<{ tests: LocationCase[] }>("profile/file-location-tests.json").tests) {
  Deno.test(`published file location case: ${row.name} (${row.platform}, ${Object.keys(row.environment)})`, () => {
    const here = place(row.environment, row.platform === "windows" ? "windows" : "linux");
    assert.equal(configFilePath(here), row.configLocation);
    assert.equal(credentialsFilePath(here), row.credentialsLocation);
    if (row.profile !== undefined) assert.equal(selectedProfile(here.env) ?? "default", row.profile);
  });
}

const paths: [what: string, place: AwsFilePlace, path: string][] = [
  ["expands ~ in the variable", place({ HOME: "/h", AWS_CONFIG_FILE: "~/c" }), "/h/c"],
  ["expands ~ alone", place({ HOME: "/h", AWS_CONFIG_FILE: "~" }), "/h"],
  ["leaves ~name alone", place({ HOME: "/h", AWS_CONFIG_FILE: "~x/c" }), "~x/c"],
  ["leaves ~ inside alone", place({ HOME: "/h", AWS_CONFIG_FILE: "/a/~/c" }), "/a/~/c"],
  ["leaves ~\\ alone off Windows", place({ HOME: "/h", AWS_CONFIG_FILE: "~\\c" }), "~\\c"],
  ["expands ~\\ on Windows", place({ USERPROFILE: "C:\\u", AWS_CONFIG_FILE: "~\\c" }, "windows"), "C:\\u\\c"],
  ["expands ~/ on Windows", place({ USERPROFILE: "C:\\u", AWS_CONFIG_FILE: "~/c" }, "windows"), "C:\\u\\c"],
  ["leaves a relative path relative", place({ AWS_CONFIG_FILE: "c" }), "c"],
  ["takes an empty variable for none", place({ HOME: "/h", AWS_CONFIG_FILE: "" }), "/h/.aws/config"],
  ["takes an empty HOME for none", place({ HOME: "" }, "linux", "/db"), "/db/.aws/config"],
  ["asks the user database last", place({}, "darwin", "/db"), "/db/.aws/config"],
  ["does not double a separator", place({ HOME: "/h/" }), "/h/.aws/config"],
  ["takes the root for a home", place({ HOME: "/" }), "/.aws/config"],
  ["takes USERPROFILE on Windows only", place({ USERPROFILE: "C:\\u" }, "linux", "/db"), "/db/.aws/config"],
  [
    "needs both HOMEDRIVE and HOMEPATH",
    place({ HOMEPATH: "\\u" }, "windows", "C:\\db"),
    "C:\\db\\.aws\\config",
  ],
];

for (const [what, here, path] of paths) {
  Deno.test(`configFilePath ${what}`, () => assert.equal(configFilePath(here), path));
}

Deno.test("configFilePath needs no home for a path that names none", () => {
  const here = place({ AWS_CONFIG_FILE: "/c" });
  assert.equal(configFilePath({ ...here, userDatabaseHome: () => assert.fail("asked") }), "/c");
});

Deno.test("configFilePath names the variable to set when no home is known", () => {
  assert.match(failureOf(() => configFilePath(place({}))), /^home-unknown: /);
});

Deno.test("selectedProfile takes an empty AWS_PROFILE for none", () => {
  assert.equal(selectedProfile(() => ""), null);
  assert.equal(selectedProfile(() => undefined), null);
  assert.equal(selectedProfile((name) => name === "AWS_PROFILE" ? "p" : undefined), "p");
});

Deno.test("loadIniFile reads a missing file as an empty one and touches nothing else", () => {
  const asked: string[] = [];
  const files = {
    readText: (path: string) => {
      asked.push(path);
      return path === "/there" ? "[default]\n" : null;
    },
  };
  assert.deepEqual(loadIniFile(files, "/there", "config"), {
    path: "/there",
    text: "[default]\n",
    dialect: "config",
  });
  assert.deepEqual(loadIniFile(files, "/gone", "credentials"), {
    path: "/gone",
    text: "",
    dialect: "credentials",
  });
  assert.deepEqual(asked, ["/there", "/gone"]);
});
