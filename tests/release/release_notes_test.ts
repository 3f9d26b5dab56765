import { strict as assert } from "node:assert";
import { releaseNotes } from "../../scripts/release/release_notes.ts";
import { version } from "../../src/cli/version.ts";

const changelog = [
  "# Changelog",
  "## [Unreleased]",
  `## [${version}] - 2026-01-31`,
  "### Added",
  "- A thing.",
  "## [0.0.1] - 2025-01-31",
  "- Older.",
].join("\n\n");

Deno.test("releaseNotes are the section of the version and what is signed", () => {
  const notes = releaseNotes(changelog, `v${version}`, { macos: "notarised", windows: "yes" });
  assert.match(notes, /^### Added\n\n- A thing\.\n/);
  assert.match(notes, /notarised by Apple/);
  assert.match(notes, /Authenticode/);
  assert.doesNotMatch(notes, /Older|not signed/);
});

Deno.test("releaseNotes say what is not signed, also when nothing is known of it", () => {
  for (const missing of ["no", ""]) {
    const notes = releaseNotes(changelog, `v${version}`, { macos: missing, windows: missing });
    assert.match(notes, /not signed by a known developer/);
    assert.match(notes, /Windows programs are \*\*not signed\*\*/);
  }
  assert.match(releaseNotes(changelog, `v${version}`, { macos: "yes", windows: "yes" }), /not notarised/);
});

const REFUSED: [name: string, changelog: string, tag: string, complaint: RegExp][] = [
  ["another tag", changelog, "v9.9.9", /the tag is v9\.9\.9/],
  ["no section", "## [Unreleased]\n- x", `v${version}`, /no section/],
  ["no date", `## [${version}]\n- x`, `v${version}`, /YYYY-MM-DD/],
  ["no entries", `## [${version}] - 2026-01-31\n\n## [0.0.1] - 2025-01-31\n- x`, `v${version}`, /no entries/],
];
for (const [name, text, tag, complaint] of REFUSED) {
  Deno.test(`releaseNotes refuse ${name}`, () => {
    assert.throws(() => releaseNotes(text, tag, { macos: "", windows: "" }), complaint);
  });
}

Deno.test("CHANGELOG.md keeps the form of Keep a Changelog, with what is coming first", async () => {
  const text = await Deno.readTextFile(new URL("../../CHANGELOG.md", import.meta.url));
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
  assert.equal(headings[0], "[Unreleased]");
  for (const heading of headings.slice(1)) assert.match(heading, /^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
  const kinds = [...text.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind!);
  for (const kind of kinds) {
    assert.ok(["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"].includes(kind), kind);
  }
});
