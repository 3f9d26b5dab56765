import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigView } from "../../src/config/config_view.ts";
import { IniDocument } from "../../src/config/ini_document.ts";
import type { IniFile, SectionKind } from "../../src/config/ini_lines.ts";
import { type Section, SectionReader } from "../../src/config/ini_sections.ts";
import { resolveSettings } from "../../src/config/settings.ts";
import { AppError } from "../../src/errors.ts";
import { configText, sectionNames } from "./config_lines.ts";

const file = (text: string, dialect: IniFile["dialect"] = "config"): IniFile => ({
  path: "f",
  text,
  dialect,
});
const kinds: SectionKind[] = ["profile", "sso-session", "services"];

/** The values of a section, `null`, or the message of the AppError; anything else thrown passes through. */
function outcome(reader: SectionReader, kind: SectionKind, name: string): unknown {
  try {
    const section = reader.read(kind, name);
    return section && Object.fromEntries([...section.properties].map(([key, { value }]) => [key, value]));
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/**
 * The grammar once more, as plainly as can be, line by line with regular expressions and no offsets: profiles with plain names of a
 * config file, or `null` when there is a mistake anywhere.
 */
function plainParse(text: string): Map<string, Map<string, string>> | null {
  const prefixed = new Map<string, Map<string, string>>(), bare = new Map<string, string>();
  let seenBare = false, started = false, nested = false, indent = -1;
  let section: Map<string, string> | null = null, key: string | null = null;
  for (const line of text.replace(/^\ufeff/, "").split("\n").map((each) => each.replace(/\r$/, ""))) {
    const body = line.replace(/^[ \t]+|[ \t]+$/g, "");
    const depth = line.length - line.replace(/^[ \t]+/, "").length;
    if (line.startsWith("[")) {
      [started, section, key, indent] = [true, null, null, -1];
      const quoted = /^\[[ \t]*([^ \t\]"'#;]+)[ \t]+(?:"([^"\\]*)"|'([^']*)')[ \t]*\][ \t]*(.*)$/.exec(line);
      const inner = /^\[([^#;]*)\][ \t]*(?:[#;].*)?$/.exec(line)?.[1];
      if (quoted !== null ? !/^(?:$|[#;])/.test(quoted[4]!) : inner === undefined) return null;
      const parts = inner?.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/) ?? [];
      const [prefix, name] = quoted !== null ? [quoted[1], quoted[2] ?? quoted[3]] : parts;
      if (quoted === null && parts.length === 1 && prefix === "default") [section, seenBare] = [bare, true];
      // deno-lint-ignore no-control-regex
      const fine = quoted !== null ? /^[^\x00-\x1f\x7f-\x9f]+$/ : /^[\w\-/.%@:+]+$/;
      if (prefix === "profile" && name !== undefined && (quoted || parts.length === 2) && fine.test(name)) {
        section = prefixed.get(name) ?? new Map();
        prefixed.set(name, section);
      }
    } else if (body === "") continue;
    else if (indent >= 0 && depth > indent) {
      if (key === null) continue;
      if (nested && /^[#;]/.test(body)) continue;
      if (nested && !/^[^=]*[^= \t][^=]*=/.test(body)) return null;
      section?.set(key, `${section.get(key)}\n${body}`);
    } else if (!/^[#;]/.test(body)) {
      const match = /^([^=]*)=(.*)$/s.exec(body.replace(/[ \t][#;].*$/s, ""));
      const name = match?.[1]?.replace(/[ \t]+$/, "").toLowerCase();
      if (!started || !name) return null;
      const value = match![2]!.replace(/^[ \t]+|[ \t]+$/g, "");
      [nested, indent, key] = [value === "", depth, /^[\w\-/.%@:+]+$/.test(name) ? name : null];
      if (key !== null) section?.set(key, value);
    }
  }
  if (seenBare && !prefixed.has("default")) prefixed.set("default", bare);
  return prefixed;
}

Deno.test("IniDocument.sections reads what a plain line-by-line reading of the grammar reads, and refuses what it refuses", () => {
  fc.assert(
    fc.property(configText, (text) => {
      const plain = plainParse(text);
      let sections: Map<string, Map<string, string>> | null = null;
      try {
        sections = new Map(
          new IniDocument(file(text)).sections().filter(({ kind }) => kind === "profile")
            .map((
              { name, properties },
            ) => [name, new Map([...properties].map(([key, { value }]) => [key, value]))]),
        );
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
      assert.deepEqual(sections, plain);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("SectionReader reads of a valid file exactly what the full parse reads", () => {
  fc.assert(
    fc.property(configText, fc.constantFrom("config", "credentials"), (text, dialect) => {
      const document = new IniDocument(file(text, dialect as IniFile["dialect"]));
      let sections: Section[];
      try {
        sections = document.sections();
      } catch {
        return fc.pre(false);
      }
      for (const kind of kinds) {
        const found = new Map(sections.filter((each) => each.kind === kind).map((each) => [each.name, each]));
        for (const name of [...found.keys(), ...sectionNames]) {
          const expected = found.get(name);
          assert.deepEqual(
            outcome(new SectionReader(file(text, dialect as IniFile["dialect"])), kind, name),
            expected
              ? Object.fromEntries([...expected.properties].map(([key, { value }]) => [key, value]))
              : null,
          );
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("SectionReader gives the same answer before and after all names have been listed, in broken files too", () => {
  fc.assert(
    fc.property(configText, (text) => {
      const listed = new SectionReader(file(text));
      for (const kind of kinds) {
        const names = listed.names(kind);
        for (const name of new Set([...names, ...sectionNames])) {
          const answer = outcome(new SectionReader(file(text)), kind, name);
          assert.deepEqual(outcome(listed, kind, name), answer);
          if (answer !== null && typeof answer === "object") assert.ok(names.includes(name));
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("reading never throws anything but an AppError that names file and line", () => {
  const text = fc.oneof(
    configText,
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ maxLength: 60 }),
  );
  const value = fc.option(fc.string({ maxLength: 8 }), { nil: undefined });
  const env = fc.record({
    AWS_ASSUME_ROLE_TTL: value,
    AWS_SESSION_TAGS: value,
    AWS_ROLE_ARN: value,
    AWS_ENDPOINT_URL_STS: value,
  });
  fc.assert(
    fc.property(text, text, env, (config, credentials, variables) => {
      const calls = sectionNames.flatMap((name) => [
        () =>
          resolveSettings(name, {
            env: (variable) => (variables as Record<string, string | undefined>)[variable],
            config: new SectionReader(file(config)),
            credentials: new SectionReader(file(credentials, "credentials")),
          }, { region: null, durationSeconds: null }),
        () => new ConfigView(file(config)).ownValue(name, "region"),
        () => new ConfigView(file(config)).hasProfile(name),
      ]);
      new ConfigView(file(config)).profileNames();
      new ConfigView(file(config)).ssoStartUrl("a");
      new ConfigView(file(config)).ssoSessionNames("x");
      for (const call of [...calls, () => new IniDocument(file(config)).sections()]) {
        try {
          call();
        } catch (error) {
          assert.ok(error instanceof AppError, String(error));
          assert.match(error.message, /^f:\d+: |^AWS_/);
          // deno-lint-ignore no-control-regex
          assert.doesNotMatch(error.message, /[\x00-\x1f\x7f]/);
        }
      }
    }),
    { numRuns: 500 },
  );
});
