import assert from "node:assert/strict";
import { BUN_VERSION } from "../../scripts/bun_targets.ts";
import { billOfMaterials, type LockFile } from "../../scripts/release/bill_of_materials.ts";
import type { BundledPackage } from "../../scripts/release/bundled_packages.ts";
import { releaseTargets } from "../../scripts/release/release_target.ts";

interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly scope?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly components?: readonly Component[];
}

const facts = { version: "1.2.3", commit: "a".repeat(40), date: 1_700_000_000 };
const integrity = `sha512-${btoa("y".repeat(64))}`;
const addon = { name: "@a/addon", version: "1.0.0", license: "MIT", integrity };
const lock: LockFile = {
  npm: {
    "@a/addon@1.0.0": { integrity },
    "tar@7.0.0_peer@1.0.0": { integrity: `sha512-${btoa("x".repeat(64))}` },
  },
};

Deno.test("billOfMaterials lists what ships, and as excluded what only builds", async () => {
  const bundled = new Map(releaseTargets.map((target) => [target, [addon]]));
  const text = await billOfMaterials({ facts, lock, bundled });
  assert.equal(await billOfMaterials({ facts, lock, bundled }), text);
  const bom = JSON.parse(text);
  assert.equal(bom.bomFormat, "CycloneDX");
  assert.equal(bom.specVersion, "1.6");
  assert.equal(bom.metadata.timestamp, "2023-11-14T22:13:20.000Z");
  assert.match(
    bom.serialNumber,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const components = bom.components as Component[];
  assert.deepEqual(
    components.map(({ purl, name, version, scope }) => [purl ?? name, version, scope]).sort(),
    [
      ["Bun", BUN_VERSION, undefined],
      ["Deno", Deno.version.deno, undefined],
      ["pkg:npm/%40a/addon@1.0.0", "1.0.0", undefined],
      ["pkg:npm/tar@7.0.0", "7.0.0", "excluded"],
    ],
  );
  const partsOf = (runtime: string) =>
    components.find(({ name }) => name === runtime)?.components?.map(({ name }) => name) ?? [];
  assert(partsOf("Bun").includes("WebKit (JavaScriptCore)"));
  assert(partsOf("Bun").includes("libuv"));
  assert(partsOf("Deno").includes("V8"));
  const tar = components.find(({ name }) => name === "tar");
  assert.deepEqual(tar?.hashes, [{ alg: "SHA-512", content: "78".repeat(64) }]);
});

Deno.test("billOfMaterials names no runtime that no archive of the release has", async () => {
  const bundled = new Map(releaseTargets.filter(({ kind }) => kind === "deno").map((target) => [target, []]));
  const bom = JSON.parse(await billOfMaterials({ facts, lock: {}, bundled }));
  assert.deepEqual((bom.components as Component[]).map(({ name }) => name), ["Deno"]);
});

Deno.test("billOfMaterials refuses to write what its schema forbids, and a digest that is none", async () => {
  const [target] = releaseTargets;
  assert(target !== undefined);
  const write = (changes: Partial<BundledPackage>) =>
    billOfMaterials({ facts, lock: {}, bundled: new Map([[target, [{ ...addon, ...changes }]]]) });
  await assert.rejects(
    write({ version: "1".repeat(1025) }),
    /does not follow its schema: .*must NOT have more/,
  );
  await assert.rejects(write({ integrity: "sha512-AAEC" }), /not a SHA-512 digest: sha512-AAEC/);
});
