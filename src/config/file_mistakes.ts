/**
 * The mistakes of a config or credentials file that belong to no section that can be read, and so are met by nobody who reads single
 * sections: a header that is none, properties before the first header.
 */
import type { AppError } from "../errors.ts";
import { headerOffsets, type IniFile, parseHeader, textStart, visitLines } from "./ini_lines.ts";
import { syntaxError } from "./ini_sections.ts";

/** AppErrors `config-syntax`, in file order; of the lines before the first header the first one only. */
export function fileMistakes(file: IniFile): AppError[] {
  const { text, dialect } = file, headers = headerOffsets(text);
  const mistakes: AppError[] = [];
  visitLines(text, textStart(text), headers[0] ?? text.length, (kind, start) => {
    if (kind !== "property" || mistakes.length > 0) return;
    mistakes.push(syntaxError(file, start, "a property before the first section"));
  });
  for (const offset of headers) {
    const { kind, problem } = parseHeader(file, offset);
    if (problem !== null) mistakes.push(syntaxError(file, offset, problem));
    else if (kind === null && dialect === "credentials") {
      mistakes.push(syntaxError(file, offset, "a section whose name is none of a profile is passed over"));
    }
  }
  return mistakes;
}
