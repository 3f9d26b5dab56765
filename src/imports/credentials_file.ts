/** Long-lived keys in plain text in `~/.aws/credentials`: finds them, and takes them out of the text again. */
import type { IniDocument } from "../config/ini_document.ts";
import type { Section } from "../config/ini_sections.ts";
import { attempt, type Finding, type FoundKey, toFinding } from "./found_key.ts";

const ID = "aws_access_key_id", SECRET = "aws_secret_access_key";
/** The second is what older tools call the first. */
const TOKENS = ["aws_session_token", "aws_security_token"];

/** In file order; sections without keys are none. */
export function findInCredentialsFile(document: IniDocument): Finding[] {
  return document.names("profile").flatMap((profile) => {
    let section: Section | null = null;
    const broken = attempt(profile, () => {
      section = document.read("profile", profile);
      return { profile, reason: "" };
    });
    if (section === null) return [broken];
    const value = (name: string) => section!.properties.get(name)?.value ?? "";
    const parts = { id: value(ID), secret: value(SECRET), token: TOKENS.map(value).join("") };
    return parts.id === "" && parts.secret === "" ? [] : [toFinding(profile, parts)];
  });
}

/**
 * Takes the keys out: their two properties, and the section's header where nothing is left under it. Comments and everything else stay. A section
 * that has another key by now keeps it. Answers the profiles whose keys are out.
 */
export function removeFromCredentialsFile(document: IniDocument, keys: readonly FoundKey[]): string[] {
  const removed: string[] = [];
  for (const { profile, accessKeyId, secretAccessKey } of keys) {
    const properties = document.read("profile", profile)?.properties;
    if (properties?.get(ID)?.value !== accessKeyId) continue;
    if (properties.get(SECRET)?.value !== secretAccessKey.reveal()) continue;
    document.unset("profile", profile, ID);
    document.unset("profile", profile, SECRET);
    if (document.read("profile", profile)?.properties.size === 0) document.remove("profile", profile);
    removed.push(profile);
  }
  return removed;
}

/** How many secret access keys stand in the text, in sections of whatever name. */
export function countPlainSecrets(text: string): number {
  return text.match(/^[ \t]*aws_secret_access_key[ \t]*=[ \t]*\S/gim)?.length ?? 0;
}

/** The number of the first line that holds the secret, in a comment for example; `null` when none does. */
export function lineWithSecret(text: string, key: FoundKey): number | null {
  const at = text.indexOf(key.secretAccessKey.reveal());
  return at < 0 ? null : text.slice(0, at).split("\n").length;
}
