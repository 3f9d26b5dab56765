/** Changes a config or credentials file on disk: in one step, so that a reader finds the old text or the new one, never half of it. */
import { AppError, escapeControls } from "../errors.ts";
import type { Files, OperatingSystem, Random } from "../host/host.ts";
import { IniDocument } from "./ini_document.ts";
import type { IniFile } from "./ini_lines.ts";

/** Replaces a file atomically, following symlinks; with `keepMode` an existing file keeps the permission bits it has. */
export type ReplaceFile = (
  files: Files,
  random: Random,
  path: string,
  bytes: Uint8Array,
  options: { readonly mode: number; readonly keepMode: boolean },
) => void;

export interface AwsFileWriter {
  readonly os: OperatingSystem;
  readonly files: Files;
  readonly random: Random;
  readonly replaceFile: ReplaceFile;
}

/** How often an edit starts again because another program changed the file meanwhile. */
const ATTEMPTS = 5;

/**
 * Runs `edit` on the file's text and writes the result; whether it changed anything. A missing file is made with mode 0600, its folder
 * with 0700; an existing file keeps its mode. `edit` may run several times. Throws AppError `config-encoding`, `config-busy`, what
 * `edit` throws, and what the host throws.
 */
export function editAwsFile(
  writer: AwsFileWriter,
  path: string,
  dialect: IniFile["dialect"],
  edit: (document: IniDocument) => void,
): boolean {
  const { files } = writer;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = files.readBytes(path);
    const document = new IniDocument({ path, text: decode(path, before ?? new Uint8Array()), dialect });
    const old = document.text;
    edit(document);
    if (document.text === old) return false;
    if (!equalBytes(before, files.readBytes(path))) continue;
    if (before === null) files.makeDirectory(parentOf(path, writer.os), 0o700);
    const bytes = new TextEncoder().encode(document.text);
    writer.replaceFile(files, writer.random, path, bytes, { mode: 0o600, keepMode: true });
    return true;
  }
  throw new AppError(
    "config-busy",
    "unavailable",
    `${escapeControls(path)} keeps being changed by another program`,
  );
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
