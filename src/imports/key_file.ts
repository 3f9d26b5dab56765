/** Reads a file or stdin that holds access keys as text. */
import { AppError, escapeControls } from "../errors.ts";
import type { FileInfo, Files, Host } from "../host/host.ts";
import { LONGEST_KEY_TEXT } from "./key_text.ts";

/** `-` stands for stdin. */
export interface KeyFileHost {
  readonly files: Pick<Files, "stat" | "readBytes">;
  readonly readStdin: Host["readStdin"];
  readonly stdinIsTerminal: Host["stdinIsTerminal"];
}

/** Throws AppErrors `key-file-missing`, `key-file-unreadable`, and what reading throws. */
export async function readKeyFile(path: string, host: KeyFileHost): Promise<string> {
  if (path === "-") {
    if (!host.stdinIsTerminal()) return await host.readStdin(LONGEST_KEY_TEXT);
    throw unreadable("standard input", "it is the terminal, which would show what is typed", [
      "pipe the key in, or leave the flag out to be asked",
    ]);
  }
  const info = requireFile(path, host.files, ["a program's output is piped in with --file=-"]);
  const bytes = info.size > LONGEST_KEY_TEXT ? null : host.files.readBytes(path);
  if (bytes === null || bytes.length > LONGEST_KEY_TEXT) {
    throw unreadable(path, `it is longer than ${LONGEST_KEY_TEXT} bytes`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(path, "it is not UTF-8", ["save it as UTF-8"]);
  }
}

/** What is at the path, which has to be a file. Throws AppErrors `key-file-missing`, `key-file-unreadable`. */
export function requireFile(
  path: string,
  files: Pick<Files, "stat">,
  hints: readonly string[],
): FileInfo {
  if (path === "") throw new AppError("key-file-missing", "usage", "--file names no file");
  const info = files.stat(path);
  if (info === null) {
    throw new AppError("key-file-missing", "usage", `there is no file ${escapeControls(path)}`);
  }
  // A pipe or a device may never end.
  if (info.kind !== "file") throw unreadable(path, "it is not a file", hints);
  return info;
}

function unreadable(path: string, problem: string, hints: readonly string[] = []): AppError {
  return new AppError(
    "key-file-unreadable",
    "usage",
    `${escapeControls(path)} can't be read as an access key: ${problem}`,
    {
      hints,
    },
  );
}
