import assert from "node:assert/strict";
import { bunExecutable } from "../../scripts/compile_bun.ts";
import { hostBunTarget } from "../../scripts/bun_targets.ts";
import { thirdPartyNotices } from "../../scripts/release/notices.ts";
import { releaseTargets } from "../../scripts/release/release_target.ts";
import { BUN_VERSION_KEYS, bunComponents } from "../../scripts/release/runtime_components.ts";

Deno.test("bunComponents have the versions that this Bun says of itself", async () => {
  const { stdout } = await new Deno.Command(await bunExecutable(hostBunTarget()), {
    args: ["-e", "console.log(JSON.stringify(process.versions))"],
    clearEnv: true,
    env: { HOME: "/nonexistent" },
  }).output();
  const versions = JSON.parse(new TextDecoder().decode(stdout)) as Record<string, string>;
  const components = bunComponents("linux-x64");
  for (const [name, key] of Object.entries(BUN_VERSION_KEYS)) {
    assert.equal(components.find((component) => component.name === name)?.version, versions[key], name);
  }
  assert.deepEqual(
    components.filter(({ name, version }) =>
      version !== null && name !== "Bun" && !(name in BUN_VERSION_KEYS)
    ),
    [],
  );
});

Deno.test("thirdPartyNotices name each part with licence and address, and have each licence's text once", () => {
  const packages = [{ name: "@a/b", version: "1.2.3", license: "ISC", integrity: "sha512-AA==" }];
  for (const target of releaseTargets) {
    const text = thirdPartyNotices(target, packages);
    assert.match(text, /@a\/b 1\.2\.3\n {2}licence: ISC\n {2}https:\/\/www\.npmjs\.com\/package\/@a\/b\n/);
    assert.equal(text.match(/^Permission to use, copy, modify, and\/or distribute/gm)?.length, 1, "ISC");
    assert.equal(text.match(/^={78}\nMIT\n={78}$/gm)?.length, 1);
    assert.equal(
      /^JavaScriptCore|WebKit \(JavaScriptCore\) [0-9a-f]{40}$/m.test(text),
      target.kind === "bun",
    );
    assert.equal(/^V8$/m.test(text), target.kind === "deno");
    assert.equal(/^libuv$/m.test(text), target.kind === "bun" && target.name.startsWith("windows"));
    assert.equal(/\(part\)\n {2}licence: Apache-2\.0 WITH LLVM-exception/.test(text), target.kind === "bun");
  }
  const [target] = releaseTargets;
  assert(target !== undefined);
  assert.throws(
    () => thirdPartyNotices(target, [{ name: "x", version: "1", license: "Nobody-1.0", integrity: "" }]),
    /no text of the licence Nobody-1\.0/,
  );
});
