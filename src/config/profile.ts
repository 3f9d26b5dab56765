/**
 * What a profile's sections say, key by key: its own section first, then what it includes, then `[default]`. Also which keys exist, how
 * their text is read, and which of them `[default]` gives to others.
 */
import { configError, placeOf } from "./config_error.ts";
import type { SectionKind } from "./ini_lines.ts";
import type { Property, Section, SectionLookup } from "./ini_sections.ts";

/**
 * Keys that say who a profile is. `[default]` gives them only to profiles that include it by name: with the AWS tools a `role_arn` there is
 * the default profile's own.
 */
const identityKeys = {
  role_arn: 0,
  source_profile: 0,
  credential_source: 0,
  credential_process: 0,
  web_identity_token_file: 0,
  web_identity_token_process: 0,
  login_session: 0,
  sso_session: 0,
  sso_start_url: 0,
  sso_region: 0,
  sso_account_id: 0,
  sso_role_name: 0,
  aws_access_key_id: 0,
  aws_secret_access_key: 0,
};

/** Keys that `[default]` gives to every profile whose own section and includes don't set them. */
const inheritedKeys = {
  region: 0,
  mfa_serial: 0,
  mfa_process: 0,
  vault_lock_after: 0,
  role_session_name: 0,
  external_id: 0,
  duration_seconds: 0,
  session_tags: 0,
  transitive_session_tags: 0,
  source_identity: 0,
  services: 0,
  endpoint_url: 0,
  ignore_configured_endpoint_urls: 0,
  sts_regional_endpoints: 0,
  use_fips_endpoint: 0,
  use_dualstack_endpoint: 0,
};

export type ProfileKey = keyof typeof identityKeys | keyof typeof inheritedKeys;

/** Whether the program knows the key of a profile, the ones that include others among them. */
export function isProfileKey(key: string): boolean {
  return Object.hasOwn(identityKeys, key) || Object.hasOwn(inheritedKeys, key) || INCLUDE_KEYS.includes(key);
}

/** `parent_profile` is what aws-vault 5 called it. */
const INCLUDE_KEYS = ["include_profile", "parent_profile"];

/** Where sections come from. Only profiles are looked for in the credentials file; what it says wins over the config file. */
export interface ProfileFiles {
  readonly config: SectionLookup;
  readonly credentials: SectionLookup | null;
}

/** One section that a profile takes values from. */
export interface Layer {
  readonly section: Section;
  /** Reached as `[default]`, which no `include_profile` named. */
  readonly implicit: boolean;
}

export interface Found {
  readonly value: string;
  readonly property: Property;
}

/** The profile's properties from both files; `null` when neither has it. */
export function readProfile(files: ProfileFiles, name: string): Section | null {
  const config = files.config.read("profile", name);
  const credentials = files.credentials?.read("profile", name) ?? null;
  if (config === null || credentials === null) return config ?? credentials;
  return {
    kind: "profile",
    name,
    properties: new Map([...config.properties, ...credentials.properties]),
  };
}

/**
 * The sections that a profile takes values from, nearest first. A profile without a section still takes from `[default]`. Throws AppError
 * `config-include-loop` or `config-section-missing` for includes that lead back or nowhere.
 */
export function profileLayers(files: ProfileFiles, profile: string): Layer[] {
  const layers: Layer[] = [], visited: string[] = [];
  let name = profile, from: Property | null = null;
  /** How many of `visited` were asked for by name; -1 until `[default]` comes in by itself. */
  let named = -1;
  for (;;) {
    const before = visited.indexOf(name);
    if (before >= 0) {
      if (from === null || before < named) return layers;
      const path = [...visited.slice(before), name].join(" -> ");
      throw configError(
        "config-include-loop",
        from.file,
        from.offset,
        `${from.name}: profiles include each other: ${path}`,
      );
    }
    visited.push(name);
    const section = readProfile(files, name);
    if (section === null && from !== null) throw missingSection(from, "profile", name);
    if (section !== null) layers.push({ section, implicit: named >= 0 });
    const include = section === null ? null : includeOf(section);
    if (include === null && name === "default") return layers;
    if (include === null && named < 0) named = visited.length;
    name = include?.value ?? "default";
    from = include?.property ?? null;
  }
}

function includeOf(section: Section): Found | null {
  for (const key of INCLUDE_KEYS) {
    const found = ownValue(section, key);
    if (found !== null) return found;
  }
  return null;
}

/** The first layer's value that is not empty; `null` when there is none. Throws AppError `config-value` for one that can't be meant. */
export function findValue(layers: readonly Layer[], key: ProfileKey): Found | null {
  for (const { section, implicit } of layers) {
    if (implicit && Object.hasOwn(identityKeys, key)) continue;
    const found = ownValue(section, key);
    if (found !== null) return found;
  }
  return null;
}

/** The key's value in this very section; `null` when it is absent or empty. Throws as {@link findValue} does. */
export function ownValue(section: Section, key: string): Found | null {
  const property = section.properties.get(key);
  if (property === undefined || property.value === "") return null;
  const isCommand = key.endsWith("_process");
  const value = unwrap(
    isCommand ? cutOutsideQuotes(property.uncut) : property.value,
    key === "credential_process" ? "`" : "`\"'",
  );
  // Lists and commands may go on over several lines; anything else that does has swallowed the next property or comment.
  const mayGoOn = (isCommand || key.endsWith("_tags")) && !value.startsWith("\n");
  if (value.includes("\n") && !mayGoOn) {
    throw valueError(property, "the value goes on over the indented lines that follow", [
      "let each property and comment begin at the start of its line",
    ]);
  }
  if (hasControls(mayGoOn ? value.replaceAll("\n", "") : value)) {
    throw valueError(property, "control characters in the value");
  }
  return value === "" ? null : { value, property };
}

/** Whether there are control characters in the text, tabs apart. */
export function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 32 && code !== 9) || code === 127) return true;
  }
  return false;
}

/** An error about a property's value: AppError `config-value`. */
export function valueError(property: Property, problem: string, hints: readonly string[] = []): Error {
  return configError("config-value", property.file, property.offset, `${property.name}: ${problem}`, hints);
}

/** An error about a section that a property names: AppError `config-section-missing`. */
export function missingSection(property: Property, kind: SectionKind, name: string): Error {
  const header = kind === "profile" && name === "default" ? "[default]" : `[${kind} ${name}]`;
  return configError(
    "config-section-missing",
    property.file,
    property.offset,
    `${property.name}: there is no section ${header}`,
  );
}

/** `path:line`, for explanations. */
export function placeOfProperty(property: Property): string {
  return placeOf(property.file, property.offset);
}

/**
 * A command up to its comment. Within quotes ` #` and ` ;` begin none, so that `sh -c "a ; b"` stays whole; a quote that is never
 * closed is an ordinary character.
 */
function cutOutsideQuotes(text: string): string {
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (c === "\n") return text;
    if (quote !== "") {
      if (c === quote) quote = "";
      else if (c === "\\" && quote === '"') at++;
    } else if (c === "\\") at++;
    else if ((c === '"' || c === "'" || c === "`") && text.indexOf(c, at + 1) > 0) quote = c;
    else if ((c === "#" || c === ";") && (at === 0 || text[at - 1] === " " || text[at - 1] === "\t")) {
      return text.slice(0, at).trimEnd();
    }
  }
  return text;
}

/**
 * Takes off one pair of quotes around the whole value. AWS's grammar has no quotes, but aws-vault reads them, and when it rewrites a
 * file it puts values with `#` or `;` between backticks. No value of the keys here begins and ends with quotes of its own, except
 * that of `credential_process`, which AWS documents with `"` around a path: there only backticks count.
 */
function unwrap(value: string, quotes: string): string {
  const quote = value[0];
  if (quote === undefined || !quotes.includes(quote)) return value;
  const end = value.indexOf(quote, 1);
  return end > 0 && end === value.length - 1 ? value.slice(1, -1) : value;
}
