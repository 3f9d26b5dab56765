/**
 * The bill of materials of a release (CycloneDX 1.6, JSON): what the executables are made of, and, with the scope `excluded`,
 * the packages of the lock file that build and test them and ship in none. Valid by the specification's own schema, or it throws.
 */
import * as CycloneDX from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import type { BundledPackage } from "./bundled_packages.ts";
import { bunComponents, denoComponents, type RuntimeComponent } from "./runtime_components.ts";
import type { ReleaseFacts } from "./release_facts.ts";
import { type ReleaseTarget, releaseTargets } from "./release_target.ts";

const { Enums, Models, Serialize, Spec, Validation } = CycloneDX;
const SPEC = Spec.Spec1dot6;

/** The part of deno.lock that is read. */
export interface LockFile {
  readonly npm?: Readonly<Record<string, { readonly integrity: string }>>;
}

export interface Materials {
  readonly facts: ReleaseFacts;
  readonly lock: LockFile;
  /** For each target that is part of the release. */
  readonly bundled: ReadonlyMap<ReleaseTarget, readonly BundledPackage[]>;
}

/** The document's text. The same materials give the same bytes. */
export async function billOfMaterials(materials: Materials): Promise<string> {
  const bom = await createBom(materials);
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(SPEC));
  const text = serializer.serialize(bom, { sortLists: true, space: 2 });
  const complaint = await new Validation.JsonStrictValidator(SPEC.version).validate(text);
  if (complaint !== null) {
    throw new Error(`the bill of materials does not follow its schema: ${JSON.stringify(complaint)}`);
  }
  return `${text}\n`;
}

async function createBom({ facts, lock, bundled }: Materials): Promise<CycloneDX.Models.Bom> {
  const program = new Models.Component(Enums.ComponentType.Application, "aws-vault", {
    bomRef: "aws-vault",
    version: facts.version,
    licenses: licenseOf("MIT"),
    purl: new PackageURL("generic", undefined, "aws-vault", facts.version, undefined, undefined).toString(),
  });
  const bom = new Models.Bom({
    version: 1,
    serialNumber: await serialNumber(facts),
    metadata: new Models.Metadata({
      timestamp: new Date(facts.date * 1000),
      component: program,
      properties: new Models.PropertyRepository([new Models.Property("aws-vault:commit", facts.commit)]),
    }),
  });
  for (const kind of ["bun", "deno"] as const) {
    const targets = releaseTargets.filter((target) => target.kind === kind && bundled.has(target));
    if (targets.length > 0) addRuntime(bom, program, kind, targets);
  }
  const shipped = new Map([...bundled.values()].flat().map((p) => [`${p.name}@${p.version}`, p]));
  for (const { name, version, license, integrity } of shipped.values()) {
    const component = packageComponent(name, version, integrity);
    component.licenses = licenseOf(license);
    bom.components.add(component);
    program.dependencies.add(component.bomRef);
  }
  for (const [key, { integrity }] of Object.entries(lock.npm ?? {})) {
    // `name@version`, with the versions of its peers after `_`.
    const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
    if (shipped.has(`${name}@${version}`)) continue;
    const component = packageComponent(name, version, integrity);
    component.scope = Enums.ComponentScope.Excluded;
    bom.components.add(component);
  }
  return bom;
}

/** The runtime as a component of the program, and its parts as components of the runtime. */
function addRuntime(
  bom: CycloneDX.Models.Bom,
  program: CycloneDX.Models.Component,
  kind: ReleaseTarget["kind"],
  targets: readonly ReleaseTarget[],
): void {
  const rows = kind === "bun"
    ? targets.flatMap(({ platform }) => bunComponents(platform))
    : denoComponents(Deno.version.deno);
  const [first, ...parts] = [...new Map(rows.map((row) => [row.name, row])).values()].map((row, index) =>
    runtimeComponent(kind, row, index === 0)
  );
  if (first === undefined) return;
  first.properties = new Models.PropertyRepository([
    new Models.Property("aws-vault:targets", targets.map(({ name }) => name).join(" ")),
  ]);
  for (const part of parts) {
    first.components.add(part);
    first.dependencies.add(part.bomRef);
  }
  bom.components.add(first);
  program.dependencies.add(first.bomRef);
}

function runtimeComponent(
  kind: ReleaseTarget["kind"],
  { name, version, license, url }: RuntimeComponent,
  isRuntime: boolean,
): CycloneDX.Models.Component {
  const type = isRuntime ? Enums.ComponentType.Platform : Enums.ComponentType.Library;
  return new Models.Component(type, name, {
    bomRef: `${kind}:${name}`,
    ...(version === null ? {} : { version }),
    licenses: licenseOf(license),
    externalReferences: new Models.ExternalReferenceRepository([
      new Models.ExternalReference(url, Enums.ExternalReferenceType.Website),
    ]),
  });
}

function packageComponent(name: string, version: string, integrity: string): CycloneDX.Models.Component {
  const [group, short] = name.startsWith("@") ? name.split("/") : [undefined, name];
  return new Models.Component(Enums.ComponentType.Library, short ?? name, {
    bomRef: `npm:${name}@${version}`,
    version,
    ...(group === undefined ? {} : { group }),
    hashes: new Models.HashDictionary([[
      Enums.HashAlgorithm["SHA-512"],
      sha512(integrity),
    ]]),
    purl: new PackageURL("npm", group, short ?? name, version, undefined, undefined).toString(),
  });
}

/** In hex. The library leaves a digest of another length out without a word. */
function sha512(integrity: string): string {
  const [, base64 = ""] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  if (base64 === "") throw new Error(`not a SHA-512 digest: ${integrity}`);
  return Uint8Array.fromBase64(base64).toHex();
}

function licenseOf(expression: string | null): CycloneDX.Models.LicenseRepository {
  if (expression === null) {
    return new Models.LicenseRepository([new Models.NamedLicense("several, see the website")]);
  }
  return new Models.LicenseRepository([
    / (AND|OR|WITH) /.test(expression)
      ? new Models.LicenseExpression(expression)
      : new Models.SpdxLicense(expression as CycloneDX.SPDX.SpdxId),
  ]);
}

/** A UUID (RFC 9562, version 8) made of what identifies the release, so that a second run has the same one. */
async function serialNumber({ version, commit, date }: ReleaseFacts): Promise<string> {
  const text = new TextEncoder().encode(`aws-vault ${version} ${commit} ${date}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text)).slice(0, 16);
  bytes[6] = (bytes[6] ?? 0) & 0x0f | 0x80;
  bytes[8] = (bytes[8] ?? 0) & 0x3f | 0x80;
  return `urn:uuid:${bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
}
