import assert from "node:assert/strict";
import fc from "fast-check";
import { IniDocument } from "../../src/config/ini_document.ts";
import { type SectionKind } from "../../src/config/ini_lines.ts";
import { SectionReader } from "../../src/config/ini_sections.ts";
import { AppError } from "../../src/errors.ts";
import { configText, sectionNames } from "./config_lines.ts";

const kinds: SectionKind[] = ["profile", "sso-session", "services"];
const keys = ["x", "region", "s3", "new_key"];
const open = (text: string) => new IniDocument({ path: "f", text, dialect: "config" });
const reader = (text: string) => new SectionReader({ path: "f", text, dialect: "config" });

/** Values with all that may stand in them, writable or not. */
const value = fc.oneof(
  fc.constantFrom("v", "", "https://x/start#/", "a=b", "#c", "a ;b", "a\nb", " a", '"q"', "[x]"),
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const name = fc.oneof(fc.constantFrom(...sectionNames), fc.string({ minLength: 1, maxLength: 8 }));

/** Every section that can be read, with its values; the ones that can't are told apart by their problem, without the line. */
function everything(text: string): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const kind of kinds) {
    for (const each of new Set([...reader(text).names(kind), ...sectionNames])) {
      try {
        const section = reader(text).read(kind, each);
        if (section !== null) {
          all.set(
            `${kind} ${each}`,
            new Map([...section.properties].map(([key, { value }]) => [key, value])),
          );
        }
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        all.set(`${kind} ${each}`, error.message.replace(/^f:\d+/, ""));
      }
    }
  }
  return all;
}

/** Runs the edit; false when it was refused, which must leave the text alone. */
function edits(document: IniDocument, edit: () => void): boolean {
  const before = document.text;
  try {
    edit();
    return true;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(document.text, before);
    return false;
  }
}

/** Lines whose every byte an edit must keep: what is not in the section that is edited, and comments everywhere. */
function commentsOf(text: string): string[] {
  return text.split("\n").filter((line) => /^[#;]/.test(line)).map((line) => line.replace(/\r$/, ""));
}

Deno.test("IniDocument.set makes the value read back as it was given, and every other value as it was", () => {
  fc.assert(
    fc.property(
      configText,
      fc.constantFrom(...kinds),
      name,
      fc.constantFrom(...keys),
      value,
      (text, kind, section, key, given) => {
        const document = open(text);
        if (
          !edits(document, () => document.set(kind, section, { [key]: given }))
        ) return;
        const expected = everything(text);
        const own = expected.get(`${kind} ${section}`) as Map<string, string> | undefined;
        expected.set(`${kind} ${section}`, new Map([...own ?? [], [key, given]]));
        assert.deepEqual(everything(document.text), expected);
        assert.deepEqual(commentsOf(document.text), commentsOf(text));
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("IniDocument.set only inserts text when the property is new, and unset takes it out again", () => {
  fc.assert(
    fc.property(configText, name, (text, section) => {
      const document = open(text);
      if (!edits(document, () => document.set("profile", section, { fresh: "v" }))) return;
      const edited = document.text;
      let same = 0;
      while (same < text.length && text[same] === edited[same]) same++;
      assert.ok(edited.endsWith(text.slice(same)), "the old text with something put in");
      assert.ok(edited.startsWith("\ufeff") === text.startsWith("\ufeff"));
      const existed = reader(text).read("profile", section) !== null;
      assert.equal(document.unset("profile", section, "fresh"), true);
      if (!existed) assert.equal(document.remove("profile", section), true);
      assert.equal(document.text.trimEnd(), text.trimEnd());
    }),
    { numRuns: 1000 },
  );
});

Deno.test("IniDocument.set twice is the same as once", () => {
  fc.assert(
    fc.property(configText, name, fc.constantFrom(...keys), value, (text, section, key, given) => {
      const document = open(text);
      if (!edits(document, () => document.set("profile", section, { [key]: given }))) return;
      const once = document.text;
      document.set("profile", section, { [key]: given });
      assert.equal(document.text, once);
    }),
    { numRuns: 500 },
  );
});

Deno.test("IniDocument.unset removes the one property and nothing else", () => {
  fc.assert(
    fc.property(
      configText,
      fc.constantFrom(...sectionNames),
      fc.constantFrom(...keys),
      (text, section, key) => {
        const document = open(text);
        if (
          !edits(document, () => document.unset("profile", section, key))
        ) return;
        const expected = everything(text);
        (expected.get(`profile ${section}`) as Map<string, string> | undefined)?.delete(key);
        assert.deepEqual(everything(document.text), expected);
        assert.deepEqual(commentsOf(document.text), commentsOf(text));
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("IniDocument.remove removes the one section and nothing else", () => {
  fc.assert(
    fc.property(configText, fc.constantFrom(...sectionNames), (text, section) => {
      const document = open(text);
      if (!edits(document, () => document.remove("profile", section))) return;
      const expected = everything(text);
      expected.delete(`profile ${section}`);
      assert.deepEqual(everything(document.text), expected);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("IniDocument keeps the line ends of a file", () => {
  fc.assert(
    fc.property(
      configText.filter((text) => text.includes("\r\n") && !/(?:^|[^\r])\n/.test(text)),
      name,
      (text, section) => {
        const document = open(text);
        if (!edits(document, () => document.set("profile", section, { fresh: "v" }))) {
          return;
        }
        assert.doesNotMatch(document.text, /(?:^|[^\r])\n/);
      },
    ),
    { numRuns: 300 },
  );
});
