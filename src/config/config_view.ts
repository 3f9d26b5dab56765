/** What commands other than those that hand out credentials want to know of the config file: names, own values, SSO addresses. */
import type { IniFile } from "./ini_lines.ts";
import { SectionReader } from "./ini_sections.ts";
import { findValue, ownValue, profileLayers } from "./profile.ts";

export class ConfigView {
  readonly path: string;
  readonly #reader: SectionReader;

  constructor(file: IniFile) {
    this.path = file.path;
    this.#reader = new SectionReader(file);
  }

  /** In file order, each once; a `[default]` that says nothing is left out, as aws-vault does. */
  profileNames(): string[] {
    return this.#reader.names("profile").filter((name) =>
      name !== "default" || this.#reader.read("profile", name)!.properties.size > 0
    );
  }

  /** Whether the profile has a section of its own. */
  hasProfile(name: string): boolean {
    return this.#reader.read("profile", name) !== null;
  }

  /** The value in the profile's own section, without any inheritance; `null` when the section or the key is not there. */
  ownValue(profile: string, key: string): string | null {
    const section = this.#reader.read("profile", profile);
    return section === null ? null : ownValue(section, key)?.value ?? null;
  }

  /** The SSO start URL the profile resolves to, inherited ones included; the sso-session's wins over an inline one. `null` for none. */
  ssoStartUrl(profile: string): string | null {
    const layers = profileLayers({ config: this.#reader, credentials: null }, profile);
    const session = findValue(layers, "sso_session");
    const section = session === null ? null : this.#reader.read("sso-session", session.value);
    const ofSession = section === null ? null : ownValue(section, "sso_start_url");
    return (ofSession ?? findValue(layers, "sso_start_url"))?.value ?? null;
  }

  /** Names of the sso-session sections with this start URL, in file order. */
  ssoSessionNames(startUrl: string): string[] {
    return this.#reader.names("sso-session").filter((name) => {
      const section = this.#reader.read("sso-session", name);
      return section !== null && ownValue(section, "sso_start_url")?.value === startUrl;
    });
  }
}
