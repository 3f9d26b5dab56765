import assert from "node:assert/strict";
import { IniDocument } from "../../src/config/ini_document.ts";
import { type Section, SectionReader } from "../../src/config/ini_sections.ts";
import { readProfile } from "../../src/config/profile.ts";
import { AppError } from "../../src/errors.ts";
import { configFile, credentialsFile } from "./config_texts.ts";
import { readVectors } from "./test_vectors.ts";

type Values = Record<string, Record<string, string>>;
interface ParserCase {
  name: string;
  input: { configFile?: string; credentialsFile?: string };
  output: { config?: { profiles: Values; sso_sessions?: Values }; errorContaining?: string };
}

function valuesOf(sections: readonly Section[]): Values {
  return Object.fromEntries(
    sections.map(({ name, properties }) => [
      name,
      Object.fromEntries([...properties].map(([key, { value }]) => [key, value])),
    ]),
  );
}

for (
  const { name, input, output } of readVectors<{ tests: ParserCase[] }>(
    "profile/profile-parser-tests.subset.json",
  ).tests
) {
  const config = configFile(input.configFile ?? ""),
    credentials = credentialsFile(input.credentialsFile ?? "");
  const parseAll = () => [new IniDocument(config).sections(), new IniDocument(credentials).sections()];

  Deno.test(`published parser case: ${name}`, () => {
    if (output.errorContaining !== undefined) {
      assert.throws(
        parseAll,
        (error) => error instanceof AppError && /^(?:config|credentials):\d+: /.test(error.message),
      );
      return;
    }
    assert.ok(output.config, "the case expects profiles or an error");
    const parsed = parseAll().flat();
    const files = { config: new SectionReader(config), credentials: new SectionReader(credentials) };
    const names = new Set(parsed.filter(({ kind }) => kind === "profile").map((section) => section.name));
    const profiles = [...names].map((profile) => readProfile(files, profile)!);
    assert.deepEqual(valuesOf(profiles), output.config.profiles);
    const sessions = parsed.filter(({ kind }) => kind === "sso-session");
    assert.deepEqual(valuesOf(sessions), output.config.sso_sessions ?? {});
  });
}
