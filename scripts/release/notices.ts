/** The notices that go with an executable: what it is made of, under which licences, and their texts. */
import licenseTexts from "spdx-license-list/full.js";
import type { BundledPackage } from "./bundled_packages.ts";
import { bunComponents, denoComponents, type RuntimeComponent } from "./runtime_components.ts";
import type { ReleaseTarget } from "./release_target.ts";

/** In the list of licences but not in the package that has their texts. */
const LLVM_EXCEPTION = "https://spdx.org/licenses/LLVM-exception.html";

export function runtimeComponents({ kind, platform }: ReleaseTarget): readonly RuntimeComponent[] {
  return kind === "bun" ? bunComponents(platform) : denoComponents(Deno.version.deno);
}

export function thirdPartyNotices(target: ReleaseTarget, packages: readonly BundledPackage[]): string {
  const components = runtimeComponents(target);
  const [runtime, ...parts] = components;
  const licenses = [...components.map(({ license }) => license), ...packages.map(({ license }) => license)];
  return [
    "THIRD-PARTY NOTICES",
    `This executable of aws-vault (${target.name}) holds our own program (see LICENSE), the runtime it is built on, and what they ` +
    "bundle. Each\npart has its own copyright and licence; the copyright lines are at the address given with it. Where an\n" +
    "address gives no licence here, it is a collection with a list of its own.",
    heading("Runtime"),
    runtime === undefined ? "" : componentLines(runtime),
    ...(target.kind === "bun" ? [CHANGED_NOTE, WEBKIT_NOTE] : []),
    heading("In the runtime"),
    parts.map(componentLines).join("\n\n"),
    heading("npm packages"),
    packages.length === 0
      ? "None."
      : packages.map(({ name, version, license }) =>
        componentLines({ name, version, license, url: `https://www.npmjs.com/package/${name}` })
      ).join("\n\n"),
    ...textsOf(licenses),
  ].filter((part) => part !== "").join("\n\n") + "\n";
}

const CHANGED_NOTE =
  `This copy of Bun is changed: names of environment variables that it would heed are overwritten in it (see
docs/decisions/0003-runtime-variables.md in the source).`;

const WEBKIT_NOTE =
  `WebKit (JavaScriptCore) and tinycc are under the GNU Lesser General Public License. You may change them and link
the runtime again: their source is at the addresses below, at the commits given, and Bun's LICENSE.md says how Bun is
built with a WebKit of your own. aws-vault itself is rebuilt on that runtime by its own source and \`deno task dist\`.`;

function heading(text: string): string {
  return `${"=".repeat(78)}\n${text}\n${"=".repeat(78)}`;
}

function componentLines({ name, version, license, url }: RuntimeComponent): string {
  return [
    version === null ? name : `${name} ${version}`,
    `  licence: ${license ?? "several, see the address"}`,
    `  ${url}`,
  ].join("\n");
}

/** Each licence once, by name, with the text of the SPDX list. Throws on one without a text. */
function textsOf(expressions: readonly (string | null)[]): string[] {
  const names = expressions.flatMap((expression) => expression?.split(/ AND | OR | WITH /) ?? []);
  return [...new Set(names)].sort().flatMap((name) => {
    const text = name === "LLVM-exception" ? `See ${LLVM_EXCEPTION}` : licenseTexts[name]?.licenseText;
    if (text === undefined) throw new Error(`no text of the licence ${name}`);
    return [heading(name), text.replaceAll("\r\n", "\n").replace(/[ \t]+$/gm, "").trim()];
  });
}
