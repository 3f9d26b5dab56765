import assert from "node:assert/strict";
import plugin from "../../scripts/lint/import_rooms.ts";

/** Source text in a file below src/, and the rules that must complain, in order. */
const rows: readonly (readonly [file: string, source: string, ...rules: string[]])[] = [
  // Directions that the table allows.
  ["aws/sts.ts", `import { AppError } from "../errors.ts"; import type { Host } from "../host/host.ts";`],
  ["aws/sts.ts", `import { sign } from "./sigv4.ts";`],
  ["vault/access_keys.ts", `import type { Credentials } from "../aws/credentials.ts";`],
  ["vault/access_keys.ts", `import { type Credentials } from "../aws/credentials.ts";`],
  ["sessions/session_cache.ts", `import { open } from "../vault/open_store.ts";`],
  [
    "credentials/plan.ts",
    `import { view } from "../config/config_view.ts"; import { c } from "../prompts/mfa_code.ts";`,
  ],
  [
    "cli/commands/exec.ts",
    `import { plan } from "../../credentials/plan.ts"; import "../../exec/run_child.ts";`,
  ],
  ["app.ts", `import { replaceFile } from "./host/atomic_file.ts"; await import("./cli/program.ts");`],
  ["main_bun.ts", `import { createBunHost } from "./host/bun.ts"; host.exit(0);`],
  ["run.ts", `await import("./app.ts");`],
  [
    "host/bun.ts",
    `import { dlopen } from "bun:ffi"; Deno.exit(1); console.log(process.argv); export const x = fetch;`,
  ],
  // Directions that it forbids.
  ["aws/sts.ts", `import { view } from "../config/config_view.ts";`, "import-direction"],
  ["config/settings.ts", `export { x } from "../aws/sts.ts";`, "import-direction"],
  ["prompts/mfa_code.ts", `const x = await import("../vault/open_store.ts");`, "import-direction"],
  ["prompts/mfa_code.ts", `type T = import("../vault/open_store.ts").T;`, "import-direction"],
  ["vault/access_keys.ts", `import { Credentials } from "../aws/credentials.ts";`, "import-direction"],
  ["vault/access_keys.ts", `import type { Sts } from "../aws/sts.ts";`, "import-direction"],
  ["vault/stores/file.ts", `import { x } from "../../sessions/freshness.ts";`, "import-direction"],
  ["sessions/session_cache.ts", `import { plan } from "../credentials/plan.ts";`, "import-direction"],
  ["credentials/plan.ts", `import { run } from "../cli/program.ts";`, "import-direction"],
  ["cli/program.ts", `import { replaceFile } from "../host/atomic_file.ts";`, "import-direction"],
  ["cli/program.ts", `import { app } from "../app.ts";`, "import-direction"],
  ["run.ts", `import { createDenoHost } from "./host/deno.ts";`, "import-direction"],
  ["run.ts", `import "./main.ts";`, "import-direction"],
  ["host/bun.ts", `import { plan } from "../credentials/plan.ts";`, "import-direction"],
  ["errors.ts", `import type { Host } from "./host/host.ts";`, "import-direction"],
  ["newroom/x.ts", `import { x } from "../aws/sts.ts";`, "import-direction"],
  ["aws/sts.ts", `import { x } from "../../scripts/x.ts";`, "import-direction"],
  // Modules of a runtime, and packages.
  ["aws/sts.ts", `import { createHash } from "node:crypto";`, "no-runtime-modules"],
  ["aws/sts.ts", `const ffi = await import("bun:ffi");`, "no-runtime-modules"],
  ["vault/x.ts", `import { Entry } from "@napi-rs/keyring";`, "no-runtime-modules"],
  // Globals of a runtime.
  ["aws/http.ts", `export const get = (url: string) => fetch(url);`, "no-runtime-globals"],
  ["cli/x.ts", `console.error("x");`, "no-runtime-globals"],
  ["cli/x.ts", `const home = process.env.HOME;`, "no-runtime-globals"],
  ["cli/x.ts", `const f = require("x");`, "no-runtime-globals"],
  ["cli/x.ts", `const f = globalThis.fetch;`, "no-runtime-globals"],
  ["cli/x.ts", `const f = globalThis["Deno"];`, "no-runtime-globals"],
  ["cli/x.ts", `const f = globalThis[name];`, "no-runtime-globals"],
  ["cli/x.ts", `let info: Deno.FileInfo;`, "no-runtime-globals"],
  ["cli/x.ts", `const deps = { fetch };`, "no-runtime-globals"],
  ["cli/x.ts", `const deps = { get: Bun };`, "no-runtime-globals"],
  ["cli/x.ts", `const x = table[process];`, "no-runtime-globals"],
  ["main.ts", `console.error("x");`, "no-runtime-globals"],
  // The same words where they are no globals.
  [
    "cli/x.ts",
    `transport.fetch(url); const t = { fetch: 1, process() {} }; interface T { fetch(): void; process: number }`,
  ],
  ["cli/x.ts", `function run({ fetch }: Deps, process: P) { fetch(process); }`],
  ["cli/x.ts", `import { console } from "./console.ts"; console.log("x");`],
  ["cli/x.ts", `class T { process = 1; fetch() { return this.process; } }`],
  ["aws/x.ts", `new TextEncoder(); crypto.subtle; new URL(x); setTimeout(f, 1); globalThis.crypto;`],
  // Barrels and exits.
  ["aws/all.ts", `export * from "./sts.ts";`, "no-barrel"],
  ["cli/x.ts", `host.exit(1);`, "only-main-exits"],
  ["cli/x.ts", `this.#host["exit"](1);`, "only-main-exits"],
  ["cli/x.ts", `const code = child.exitCode; exit(1);`],
];

for (const [file, source, ...rules] of rows) {
  Deno.test(`${rules.length === 0 ? "rooms allows" : rules.join(", ") + " refuses"} in ${file}: ${source}`, () => {
    assert.deepEqual(complaints(`/repository/src/${file}`, source), rules.map((rule) => `rooms/${rule}`));
  });
}

Deno.test("rooms has nothing to say outside src", () => {
  const source = `import { x } from "node:fs"; export * from "./x.ts"; Deno.exit(1); console.log(fetch);`;
  assert.deepEqual(complaints("/repository/tests/x_test.ts", source), []);
});

function complaints(filename: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, filename, source).map(({ id }) => id);
}
