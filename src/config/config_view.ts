/**
 * What commands other than those that hand out credentials want to know of the config file: names, own values, SSO addresses. A mistake
 * in one profile does not keep the others from being listed.
 */
import { AppError } from "../errors.ts";
import { fileMistakes } from "./file_mistakes.ts";
import type { IniFile } from "./ini_lines.ts";
import { SectionReader } from "./ini_sections.ts";
import { findValue, isProfileKey, ownValue, profileLayers } from "./profile.ts";

export class ConfigView {
  readonly path: string;
  readonly #reader: SectionReader;

  constructor(file: IniFile) {
    this.path = file.path;
    this.#reader = new SectionReader(file);
  }

  /** In file order, each once; a `[default]` that says nothing about a profile is left out, as aws-vault does. */
  profileNames(): string[] {
    return this.#reader.names("profile").filter((name) => name !== "default" || this.#defaultSaysSomething());
  }

  /** What is wrong with the file outside of the sections that have a name, in file order: each with its line. */
  mistakes(): string[] {
    return fileMistakes(this.#reader.file).map(({ message }) => message);
  }

  /** Whether the profile has a section of its own, be it empty. */
  hasProfile(name: string): boolean {
    return this.#reader.spans("profile", name).length > 0;
  }

  /** The value in the profile's own section, without any inheritance; `null` when the section or the key is not there. */
  ownValue(profile: string, key: string): string | null {
    const section = this.#reader.read("profile", profile);
    return section === null ? null : ownValue(section, key)?.value ?? null;
  }

  /**
   * The SSO start URL the profile resolves to, inherited ones included; the sso-session's wins over an inline one. `null` for none,
   * also when a mistake keeps it from being found: that is reported to whoever uses the profile.
   */
  ssoStartUrl(profile: string): string | null {
    return unlessBroken(() => {
      const layers = profileLayers({ config: this.#reader, credentials: null }, profile);
      const session = findValue(layers, "sso_session");
      const section = session === null ? null : this.#reader.read("sso-session", session.value);
      const ofSession = section === null ? null : ownValue(section, "sso_start_url");
      return (ofSession ?? findValue(layers, "sso_start_url"))?.value ?? null;
    });
  }

  /** Names of the sso-session sections with this start URL, in file order. */
  ssoSessionNames(startUrl: string): string[] {
    return this.#reader.names("sso-session").filter((name) =>
      unlessBroken(() => {
        const section = this.#reader.read("sso-session", name);
        return section === null ? null : ownValue(section, "sso_start_url");
      })?.value === startUrl
    );
  }

  /** True as well for one that can't be read. */
  #defaultSaysSomething(): boolean {
    const section = unlessBroken(() => this.#reader.read("profile", "default"));
    return section === null || [...section.properties.keys()].some(isProfileKey);
  }
}

/** `null` when reading meets a mistake in the file. */
function unlessBroken<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
