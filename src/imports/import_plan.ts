/** Decides what is done with each key that was found. Pure; the plan is what the user sees before anything is written. */
import { AppError, escapeControls } from "../errors.ts";
import { classifyItemName, requireWritableItemName } from "../vault/item_names.ts";
import { type Finding, type FoundKey, isUsable } from "./found_key.ts";

export interface ImportStep {
  readonly profile: string;
  /** For the eye; `null` when there is no usable key. */
  readonly accessKeyId: string | null;
  /** `null` when it is skipped. */
  readonly key: FoundKey | null;
  /** `there-already`: the store has this very key. */
  readonly action: "import" | "replace" | "there-already" | "skip";
  /** Why it is skipped; empty otherwise. */
  readonly reason: string;
}

export interface ImportCircumstances {
  /** The profiles that were named; empty for all. */
  readonly wanted: readonly string[];
  readonly overwrite: boolean;
  /** What the store has under each name; names that are missing have nothing. */
  readonly stored: ReadonlyMap<string, "same" | "other">;
  /** The profile from which this one gets its keys, if that is another one. */
  readonly sourceProfile: (profile: string) => string | null;
}

/** In the order of the findings. Throws AppError `import-not-found` for a name that was not found, `import-ambiguous` for one that was found twice. */
export function planImport(findings: readonly Finding[], circumstances: ImportCircumstances): ImportStep[] {
  const { wanted } = circumstances;
  const names = findings.map(({ profile }) => profile);
  const missing = wanted.find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new AppError("import-not-found", "missing", `there is no access key for ${quote(missing)}`, {
      hints: names.length === 0 ? [] : [`there are: ${names.map(escapeControls).join(", ")}`],
    });
  }
  const chosen = wanted.length === 0 ? findings : findings.filter(({ profile }) => wanted.includes(profile));
  const twice = chosen.map(({ profile }) => profile).find((name, i, all) => all.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new AppError("import-ambiguous", "usage", `there are several access keys for ${quote(twice)}`);
  }
  return chosen.map((finding) => step(finding, circumstances));
}

function step(finding: Finding, { overwrite, stored, sourceProfile }: ImportCircumstances): ImportStep {
  const { profile } = finding;
  const accessKeyId = isUsable(finding) ? finding.accessKeyId : null;
  const skip = (reason: string): ImportStep => ({ profile, accessKeyId, key: null, action: "skip", reason });
  if (!isUsable(finding)) return skip(finding.reason);
  const badName = nameProblem(profile);
  if (badName !== null) return skip(badName);
  const source = sourceProfile(profile);
  if (source !== null) return skip(`its keys come from its source_profile ${escapeControls(source)}`);
  const there = stored.get(profile);
  if (there === "other" && !overwrite) return skip("another key is stored for it (--overwrite replaces it)");
  const action = there === undefined ? "import" : there === "same" ? "there-already" : "replace";
  return { profile, accessKeyId, key: finding, action, reason: "" };
}

/** Why no item can have the name; `null` for a good one. */
export function nameProblem(profile: string): string | null {
  try {
    requireWritableItemName(profile);
  } catch (failure) {
    if (failure instanceof AppError) return failure.message;
    throw failure;
  }
  return classifyItemName(profile) === "access-key"
    ? null
    : "such names are kept for sessions and SSO tokens";
}

function quote(name: string): string {
  return `"${escapeControls(name)}"`;
}
