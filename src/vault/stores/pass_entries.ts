/**
 * Entry names in a password store. aws-vault joins prefix and item name and cleans the result as a path, so that `work/prod` is nested and
 * `oidc:https://…` loses a slash. The same places are found here, but no name leads out of the prefix.
 */

export interface PassPlace {
  /** The entry below the prefix, cleaned: no empty part, no `.` or `..`. */
  readonly entry: string;
  /** Whether the entry says which item it is; where not, only the item's own `Key` does. */
  readonly exact: boolean;
}

/** `null` for names that can't have an entry: those that leave the prefix, or mean the prefix itself. */
export function passPlace(name: string): PassPlace | null {
  if (name.includes("\0")) return null;
  const parts: string[] = [];
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  if (parts.length === 0) return null;
  const entry = parts.join("/");
  return { entry, exact: itemOfEntry(entry) === name };
}

/** The item of an entry, as far as its name tells: a sign-in token's URL gets back the slash that cleaning took. */
export function itemOfEntry(entry: string): string {
  return entry.replace(/^(oidc:https?:)\/(?!\/)/, "$1//");
}

/** The prefix without slashes around it and in a row; `null` when it leads somewhere else. */
export function cleanPrefix(prefix: string): string | null {
  const parts = prefix.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") || prefix.includes("\0") ? null : parts.join("/");
}
