/**
 * `release_notes.ts --tag=v1.2.3 [--signed-macos=notarised|yes|no] [--signed-windows=yes|no]`: prints the notes of a release, made of the
 * change log's section and what users have to know of the signatures. Fails when tag, version and change log don't agree.
 */
import { version } from "../../src/cli/version.ts";
import { runTask } from "../run_task.ts";
import { taskOptions } from "../task_options.ts";

/** As the signing scripts report it; empty before anything was signed. */
export interface Signatures {
  readonly macos: string;
  readonly windows: string;
}

/** Markdown. Throws when the tag is not that of this version, or the change log has no dated section with entries for it. */
export function releaseNotes(changelog: string, tag: string, signatures: Signatures): string {
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, and this is version ${version}`);
  return `${changesOf(changelog, version)}\n\n${signatureNotes(signatures)}\n`;
}

function changesOf(changelog: string, release: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${release}]`));
  if (section === undefined) throw new Error(`CHANGELOG.md has no section [${release}]`);
  const [heading = "", ...lines] = section.split("\n");
  if (!/^\[[^\]]+\] - \d{4}-\d\d-\d\d$/.test(heading.trim())) {
    throw new Error(`CHANGELOG.md: write the heading as "## [${release}] - YYYY-MM-DD"`);
  }
  const text = lines.join("\n").trim();
  if (!/^- /m.test(text)) throw new Error(`CHANGELOG.md: the section [${release}] has no entries`);
  return text;
}

function signatureNotes({ macos, windows }: Signatures): string {
  const macosNotes: Readonly<Record<string, string>> = {
    notarised: "The macOS programs are signed with a Developer ID and notarised by Apple.",
    yes:
      "The macOS programs are signed with a Developer ID, but **not notarised**: macOS asks before the first start.",
  };
  const windowsNotes: Readonly<Record<string, string>> = {
    yes: "The Windows programs have an Authenticode signature.",
  };
  return [
    "### Signatures",
    "",
    `- ${
      macosNotes[macos] ??
        "The macOS programs are **not signed by a known developer**: macOS refuses the first start until you allow it."
    }`,
    `- ${windowsNotes[windows] ?? "The Windows programs are **not signed**: SmartScreen may warn."}`,
    "- How to verify what you downloaded, on every system: docs/install.md.",
  ].join("\n");
}

if (import.meta.main) {
  await runTask("release_notes", async () => {
    const options = taskOptions(Deno.args, { tag: "", "signed-macos": "", "signed-windows": "" });
    const changelog = await Deno.readTextFile(new URL("../../CHANGELOG.md", import.meta.url));
    console.log(releaseNotes(changelog, options.tag, {
      macos: options["signed-macos"],
      windows: options["signed-windows"],
    }));
  });
}
