/** Config texts for tests: as files, as sources of settings, and what goes wrong with them. */
import { AppError } from "../../src/errors.ts";
import type { IniFile } from "../../src/config/ini_lines.ts";
import { SectionReader } from "../../src/config/ini_sections.ts";
import type { SettingsSources } from "../../src/config/settings.ts";

export function configFile(text: string): IniFile {
  return { path: "config", text, dialect: "config" };
}

export function credentialsFile(text: string): IniFile {
  return { path: "credentials", text, dialect: "credentials" };
}

export function sources(
  config: string,
  env: Record<string, string> = {},
  credentials: string | null = null,
): SettingsSources {
  return {
    env: (name) => env[name],
    config: new SectionReader(configFile(config)),
    credentials: credentials === null ? null : new SectionReader(credentialsFile(credentials)),
  };
}

/** `code: message` of the AppError that the call throws. */
export function failureOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("nothing was thrown");
}
