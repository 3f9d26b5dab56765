/** From what was found to what is said of it: pure. Account numbers are masked and the home is `~`, so that a report can be shown to others. */
import { AppError } from "../errors.ts";
import type { Inspection } from "./deps.ts";

/** `problem`: something will not work. `warning`: it works, and should be looked at. `skipped`: was not looked at. */
export type FindingLevel = "ok" | "warning" | "problem" | "skipped";

export interface Finding {
  readonly level: FindingLevel;
  readonly topic: "config" | "keys" | "store" | "cache" | "prompts" | "environment";
  /** One line, not escaped. */
  readonly text: string;
}

/** `tried`: what `--try-store` found; `null` when the store was not tried. `setVariables`: names of the AWS variables that are not empty. */
export function doctorReport(
  inspection: Inspection,
  tried: "works" | AppError | null,
  setVariables: readonly string[],
): Finding[] {
  const findings = [
    ...configFindings(inspection.config),
    ...keyFindings(inspection.plainKeys),
    ...storeFindings(inspection.store, tried),
    ...cacheFindings(inspection.cache, inspection.userId),
    ...promptFindings(inspection.prompts),
    ...environmentFindings(setVariables),
  ];
  return findings.map((finding) => ({ ...finding, text: masked(finding.text, inspection.home) }));
}

function configFindings(config: Inspection["config"]): Finding[] {
  if (config instanceof AppError) return [failed("config", config)];
  const { path, exists, profiles, problems, mistakes } = config;
  const found = exists
    ? `${path}, ${profiles} ${profiles === 1 ? "profile" : "profiles"}`
    : `${path} is not there`;
  return [
    { level: exists ? "ok" : "warning", topic: "config", text: found },
    ...mistakesOf("config", mistakes),
    ...problems.map(({ profile, message }): Finding => ({
      level: "problem",
      topic: "config",
      text: `profile ${profile}: ${message}`,
    })),
  ];
}

function keyFindings(keys: Inspection["plainKeys"]): Finding[] {
  if (keys instanceof AppError) return [failed("keys", keys)];
  const mistakes = mistakesOf("keys", keys.mistakes);
  if (keys.profiles === 0) {
    const text = `no long-lived key in ${keys.path}`;
    return mistakes.length > 0 ? mistakes : [{ level: "ok", topic: "keys", text }];
  }
  const text = `${keys.profiles} long-lived in plain text in ${keys.path}: aws-vault import takes them over`;
  return [...mistakes, { level: "warning", topic: "keys", text }];
}

/** A file that is none of its kind can have one on every line. */
const MOST_MISTAKES = 5;

function mistakesOf(topic: "config" | "keys", mistakes: readonly string[]): Finding[] {
  const more = mistakes.length - MOST_MISTAKES;
  return [...mistakes.slice(0, MOST_MISTAKES), ...more > 0 ? [`and ${more} more of the kind`] : []]
    .map((text) => ({ level: "problem", topic, text }));
}

function storeFindings(store: Inspection["store"], tried: "works" | AppError | null): Finding[] {
  if (store instanceof AppError) return [failed("store", store)];
  const { backend, reason } = store;
  const chosen: Finding = { level: "ok", topic: "store", text: `${backend}: ${reason}` };
  if (tried === "works") {
    return [chosen, { level: "ok", topic: "store", text: "stored, read and removed a made-up item" }];
  }
  if (tried !== null) return [chosen, failed("store", tried)];
  const text = "not opened; aws-vault doctor --try-store stores, reads and removes a made-up item";
  return [chosen, { level: "skipped", topic: "store", text }];
}

function cacheFindings(cache: Inspection["cache"], userId: number | null): Finding[] {
  if (cache instanceof AppError) return [failed("cache", cache)];
  const { folder, found, above } = cache;
  if (found === null) {
    const why = above === null ? null : whyNothingIsMade(above, userId);
    return [
      why === null
        ? { level: "ok", topic: "cache", text: `${folder} is made when it is needed` }
        : { level: "problem", topic: "cache", text: `${folder} can't be made: ${why}` },
    ];
  }
  if (found.kind !== "directory") {
    return [{ level: "problem", topic: "cache", text: `${folder} is no folder` }];
  }
  if (found.userId !== userId) {
    return [{ level: "problem", topic: "cache", text: `${folder} belongs to another user` }];
  }
  if (found.mode === null) return [{ level: "ok", topic: "cache", text: folder }];
  const mode = found.mode & 0o7777;
  const octal = mode.toString(8).padStart(4, "0");
  if ((mode & 0o700) !== 0o700) {
    return [{ level: "problem", topic: "cache", text: `${folder} has mode ${octal}: chmod 700 it` }];
  }
  return (mode & 0o077) === 0 ? [{ level: "ok", topic: "cache", text: `${folder}, mode ${octal}` }] : [{
    level: "warning",
    topic: "cache",
    text: `${folder} has mode ${octal}: other users can look in; chmod 700 it`,
  }];
}

/** Why the user can make no folder there, as far as owner and mode tell; `null` for nothing. Modes don't bind the superuser. */
function whyNothingIsMade(
  { path, kind, mode, userId: owner }: NonNullable<Exclude<Inspection["cache"], AppError>["above"]>,
  userId: number | null,
): string | null {
  if (kind !== "directory") return `${path} is no folder`;
  if (mode === null || userId === null || userId === 0) return null;
  if (owner === userId) return (mode & 0o300) === 0o300 ? null : `${path} can't be written`;
  return (mode & 0o022) === 0 ? `${path} belongs to another user` : null;
}

function promptFindings(prompts: Inspection["prompts"]): Finding[] {
  if (prompts instanceof AppError) return [failed("prompts", prompts)];
  const { driver, reason, usable } = prompts;
  const text = `${driver} (${reason}); usable here: ${usable.length === 0 ? "none" : usable.join(", ")}`;
  return [{ level: driver === "none" && reason !== "asked for" ? "warning" : "ok", topic: "prompts", text }];
}

function environmentFindings(setVariables: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const isSet = (name: string) => setVariables.includes(name);
  if (isSet("AWS_VAULT")) {
    const text = "AWS_VAULT is set: exec and export refuse to run inside a shell of aws-vault exec";
    findings.push({ level: "warning", topic: "environment", text });
  } else if (isSet("AWS_ACCESS_KEY_ID")) {
    const text = "AWS_ACCESS_KEY_ID is set: AWS tools use that key before any profile's";
    findings.push({ level: "warning", topic: "environment", text });
  }
  const text = setVariables.length === 0 ? "no AWS variables are set" : `set: ${setVariables.join(", ")}`;
  return [...findings, { level: "ok", topic: "environment", text }];
}

function failed(topic: Finding["topic"], { message, hints }: AppError): Finding {
  const [hint] = hints;
  return { level: "problem", topic, text: hint === undefined ? message : `${message} (${hint})` };
}

/** Account numbers have twelve digits. */
function masked(text: string, home: string | null): string {
  const short = home === null || home.length < 2 ? text : text.replaceAll(home, "~");
  return short.replace(/(?<!\d)\d{12}(?!\d)/g, "************");
}
