/** Changes a config or credentials file on disk: in one step, so that a reader finds the old text or the new one, never half of it. */
import { AppError, escapeControls } from "../errors.ts";
import type { Clock, FileLock, Files, OperatingSystem, Random } from "../host/host.ts";
import { IniDocument } from "./ini_document.ts";
import type { IniFile } from "./ini_lines.ts";

/** As `replaceFile` of `host/atomic_file.ts`. */
export type ReplaceFile = (
  files: Files,
  random: Random,
  path: string,
  bytes: Uint8Array,
  options: { readonly mode: number; readonly keepMode: boolean; readonly stillWanted: () => boolean },
) => boolean;

export interface AwsFileWriter {
  readonly os: OperatingSystem;
  readonly files: Files;
  readonly random: Random;
  readonly clock: Pick<Clock, "sleep">;
  readonly replaceFile: ReplaceFile;
  /** Keeps other processes of this program from editing the file; `null` where that is not possible. Throws AppError `config-busy`. */
  readonly lock: (path: string) => Promise<FileLock | null>;
}

/** How often an edit starts again because another program changed the file meanwhile. */
const ATTEMPTS = 50;
/** The longest pause before that, so that those who got in each other's way do not all come back at once. */
const PAUSE_MS = 40;

/**
 * Runs `edit` on the file's text and writes the result; whether it changed anything. A missing file is made with mode 0600, its folder
 * with 0700; an existing file keeps its mode. One process at a time does this; a program that takes no lock, and a place without locks, are
 * met by looking again right before the file is replaced. `edit` may run several times. Throws AppError `config-encoding`, `config-busy`,
 * what `edit` throws, and what the host throws.
 */
export async function editAwsFile(
  writer: AwsFileWriter,
  path: string,
  dialect: IniFile["dialect"],
  edit: (document: IniDocument) => void,
): Promise<boolean> {
  const lock = await writer.lock(path);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const outcome = tryEdit(writer, path, dialect, edit);
      if (outcome !== "changed meanwhile") return outcome === "written";
      await writer.clock.sleep(PAUSE_MS * writer.random.bytes(1)[0]! / 255);
    }
  } finally {
    lock?.release();
  }
  throw new AppError(
    "config-busy",
    "unavailable",
    `${escapeControls(path)} keeps being changed by another program`,
    { hints: ["try again when the other program is done"] },
  );
}

function tryEdit(
  { files, os, random, replaceFile }: AwsFileWriter,
  path: string,
  dialect: IniFile["dialect"],
  edit: (document: IniDocument) => void,
): "written" | "nothing to write" | "changed meanwhile" {
  const before = files.readBytes(path);
  const document = new IniDocument({ path, text: decode(path, before ?? new Uint8Array()), dialect });
  const old = document.text;
  edit(document);
  if (document.text === old) return "nothing to write";
  const stillWanted = () => equalBytes(before, files.readBytes(path));
  if (before === null) files.makeDirectory(parentOf(path, os), 0o700);
  const bytes = new TextEncoder().encode(document.text);
  const written = replaceFile(files, random, path, bytes, { mode: 0o600, keepMode: true, stillWanted });
  return written ? "written" : "changed meanwhile";
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    // ignoreBOM keeps the mark in the text, so that it is written back.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AppError(
      "config-encoding",
      "config",
      `${escapeControls(path)} is not UTF-8, so it can't be changed safely`,
      {
        hints: ["convert the file to UTF-8"],
        cause,
      },
    );
  }
}

function parentOf(path: string, os: OperatingSystem): string {
  const at = Math.max(path.lastIndexOf("/"), os === "windows" ? path.lastIndexOf("\\") : -1);
  return at < 0 ? "." : path.slice(0, Math.max(at, 1));
}

function equalBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === b ||
    (a !== null && b !== null && a.length === b.length && a.every((byte, i) => byte === b[i]));
}
