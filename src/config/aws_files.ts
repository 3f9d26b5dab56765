/** Where the AWS config and credentials files are, and how they are loaded. Nothing here makes a file or a folder. */
import { AppError } from "../errors.ts";
import type { Files, OperatingSystem } from "../host/host.ts";
import type { EnvLookup } from "./env_vars.ts";
import type { IniFile } from "./ini_lines.ts";

export interface AwsFilePlace {
  readonly env: EnvLookup;
  readonly os: OperatingSystem;
  /** See `Host.userDatabaseHome`; asked only when no variable names the home. */
  readonly userDatabaseHome: () => string | null;
}

/** `AWS_CONFIG_FILE`, or `config` in `.aws` at home. Throws AppError `home-unknown` when it takes a home and none is known. */
export function configFilePath(place: AwsFilePlace): string {
  return awsFilePath(place, place.env("AWS_CONFIG_FILE"), "config");
}

/** `AWS_SHARED_CREDENTIALS_FILE`, or `credentials` in `.aws` at home. Throws as {@link configFilePath} does. */
export function credentialsFilePath(place: AwsFilePlace): string {
  return awsFilePath(place, place.env("AWS_SHARED_CREDENTIALS_FILE"), "credentials");
}

/** The profile that `AWS_PROFILE` selects; `null` when it is not set or empty. */
export function selectedProfile(env: EnvLookup): string | null {
  return env("AWS_PROFILE") || null;
}

/** A file that is not there reads as an empty one. */
export function loadIniFile(
  files: Pick<Files, "readText">,
  path: string,
  dialect: IniFile["dialect"],
): IniFile {
  return { path, text: files.readText(path) ?? "", dialect };
}

function awsFilePath(place: AwsFilePlace, named: string | undefined, file: string): string {
  const separator = place.os === "windows" ? "\\" : "/";
  if (!named) return `${homeFolder(place, separator)}.aws${separator}${file}`;
  // A leading tilde never meets a shell here when it stands in a quoted assignment or a service's settings.
  if (named === "~") return homeDirectory(place);
  if (named.startsWith("~/") || (separator === "\\" && named.startsWith("~\\"))) {
    return `${homeFolder(place, separator)}${named.slice(2)}`;
  }
  return named;
}

/** The order of the AWS SDKs: `HOME`, on Windows also `USERPROFILE` and `HOMEDRIVE` with `HOMEPATH`, then what the OS knows. */
export function homeDirectory(place: AwsFilePlace): string {
  const { env } = place;
  let home = env("HOME");
  if (place.os === "windows") {
    const drive = env("HOMEDRIVE"), path = env("HOMEPATH");
    home ||= env("USERPROFILE") || (drive && path ? drive + path : undefined);
  }
  home ||= place.userDatabaseHome() ?? undefined;
  if (home) return home;
  throw new AppError("home-unknown", "config", "no home directory is known to look for .aws/config in", {
    hints: [`set ${place.os === "windows" ? "USERPROFILE" : "HOME"}, or name the file: AWS_CONFIG_FILE`],
  });
}

function homeFolder(place: AwsFilePlace, separator: string): string {
  const home = trimSeparators(homeDirectory(place));
  return home.endsWith(separator) ? home : home + separator;
}

/** The path without separators at its end; a root stays one. */
export function trimSeparators(path: string): string {
  let end = path.length;
  while (end > 1 && (path[end - 1] === "/" || path[end - 1] === "\\")) end--;
  return path.slice(0, end);
}
