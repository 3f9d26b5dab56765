/**
 * Where a command is, by the rules of Go's LookPath, whose users we have: a name with a separator is taken as it is, others
 * are looked for in the directories of PATH. Relative entries (and empty ones, which mean the current directory) are
 * passed over: what they would run depends on where one happens to stand.
 */
import type { Files, OperatingSystem } from "./host.ts";

/** What Windows itself assumes when PATHEXT is not set. */
const DEFAULT_EXTENSIONS = ".com;.exe;.bat;.cmd";

export interface SearchParts {
  readonly os: OperatingSystem;
  readonly files: Pick<Files, "isExecutable">;
  /** The variable PATHEXT; used on Windows only. */
  readonly pathExtensions: string | undefined;
}

export function findProgram(parts: SearchParts, command: string, path: string): string | null {
  const windows = parts.os === "windows";
  if (command === "" || command.includes("\0")) return null;
  if (windows ? /[/\\:]/.test(command) : command.includes("/")) return firstExecutable(parts, command);
  for (const entry of path.split(windows ? ";" : ":")) {
    const directory = windows ? entry.replace(/^"(.*)"$/, "$1") : entry;
    const absolute = windows ? /^([A-Za-z]:[/\\]|[/\\]{2})/.test(directory) : directory.startsWith("/");
    if (!absolute) continue;
    const separator = windows ? "\\" : "/";
    const found = firstExecutable(
      parts,
      /[/\\]$/.test(directory) ? directory + command : directory + separator + command,
    );
    if (found !== null) return found;
  }
  return null;
}

function firstExecutable(parts: SearchParts, base: string): string | null {
  return candidates(parts, base).find((candidate) => isExecutable(parts.files, candidate)) ?? null;
}

/** On Windows a file is a program by its extension: one that has such an extension is tried as it is, too. */
function candidates(parts: SearchParts, base: string): string[] {
  if (parts.os !== "windows") return [base];
  const extensions = (parts.pathExtensions || DEFAULT_EXTENSIONS).toLowerCase().split(";")
    .filter((extension) => extension !== "").map((extension) =>
      extension.startsWith(".") ? extension : `.${extension}`
    );
  const withExtensions = extensions.map((extension) => base + extension);
  return extensions.some((extension) => base.toLowerCase().endsWith(extension))
    ? [base, ...withExtensions]
    : withExtensions;
}

/** A directory that may not be entered hides what is in it; the search goes on. */
function isExecutable(files: SearchParts["files"], path: string): boolean {
  try {
    return files.isExecutable(path);
  } catch {
    return false;
  }
}
