/** The lists of session tags in `session_tags`, `transitive_session_tags` and their environment variables. */

/**
 * `key=value,key=value`, blanks around keys and values dropped, the later of two equal keys kept; sorted by key. `null` when an
 * element has no `=` or no key: also after a trailing comma. There is no way to write a comma in a value.
 */
export function parseSessionTags(text: string): [key: string, value: string][] | null {
  const tags = new Map<string, string>();
  for (const element of text.split(",")) {
    const equals = element.indexOf("=");
    const key = element.slice(0, Math.max(equals, 0)).trim();
    if (key === "") return null;
    tags.set(key, element.slice(equals + 1).trim());
  }
  return [...tags].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
}

/** `a, b,c`: elements without the blanks around them, empty ones dropped. Scopes of an sso-session are written so too. */
export function parseList(text: string): string[] {
  return text.split(",").map((element) => element.trim()).filter((element) => element !== "");
}
