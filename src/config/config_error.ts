/** Errors of configuration files, all in one form: which file, which line, what is wrong there. */
import { AppError, escapeControls } from "../errors.ts";
import type { IniFile } from "./ini_lines.ts";

/**
 * An AppError of kind config about the line that holds `offset`. `problem` names the key, where there is one. It may quote foreign
 * text; control characters of that are escaped here.
 */
export function configError(
  code: string,
  file: IniFile,
  offset: number,
  problem: string,
  hints: readonly string[] = [],
): AppError {
  return new AppError(code, "config", `${escapeControls(`${placeOf(file, offset)}: ${problem}`)}`, {
    hints: hints.map(escapeControls),
  });
}

/** `path:line`, lines counted from 1. */
export function placeOf(file: IniFile, offset: number): string {
  let line = 1;
  for (let at = file.text.indexOf("\n"); at >= 0 && at < offset; at = file.text.indexOf("\n", at + 1)) line++;
  return `${file.path}:${line}`;
}
