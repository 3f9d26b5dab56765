/**
 * A config or credentials file to edit: what an edit does not concern keeps every byte, be it comments, order, blank lines, unknown
 * keys or line ends. Writes only what all AWS tools read alike, and refuses the rest.
 */
import { AppError, escapeControls } from "../errors.ts";
import { fileMistakes } from "./file_mistakes.ts";
import {
  commentStart,
  endOfText,
  headerOffsets,
  type IniFile,
  isPlainName,
  nextLine,
  parseHeader,
  type SectionKind,
  skipBlanks,
  textStart,
  trimBlanks,
  visitLines,
} from "./ini_lines.ts";
import { readProperties, type Section, SectionReader, syntaxError } from "./ini_sections.ts";

/** What text may not hold anywhere: control characters and halves of surrogate pairs. */
const UNWRITABLE = /[\p{Cc}\p{Cs}]/u;

export class IniDocument {
  #file: IniFile;
  #reader: SectionReader;

  constructor(file: IniFile) {
    this.#file = file;
    this.#reader = new SectionReader(file);
  }

  get text(): string {
    return this.#file.text;
  }

  /** The names of all sections of a kind, each once, in file order. Headers that can't be read are left out. */
  names(kind: SectionKind): string[] {
    return this.#reader.names(kind);
  }

  /** What is wrong with the file outside of the sections that {@link names} has, in file order: each with its line. */
  mistakes(): string[] {
    return fileMistakes(this.#file).map(({ message }) => message);
  }

  /** One section as it is now; `null` where there is none. Throws AppError `config-syntax`. */
  read(kind: SectionKind, name: string): Section | null {
    return this.#reader.read(kind, name);
  }

  /** Every section, kind by kind, in file order. Unlike reading single sections, fails at the first mistake anywhere: AppError `config-syntax`. */
  sections(): Section[] {
    const file = this.#file, headers = headerOffsets(file.text);
    visitLines(file.text, textStart(file.text), headers[0] ?? file.text.length, (kind, start) => {
      if (kind === "property") throw syntaxError(file, start, "a property before the first section");
    });
    headers.forEach((offset, i) => {
      const { problem } = parseHeader(file, offset);
      if (problem !== null) throw syntaxError(file, offset, problem);
      readProperties(file, nextLine(file.text, offset), headers[i + 1] ?? file.text.length, new Map());
    });
    const kinds: SectionKind[] = ["profile", "sso-session", "services"];
    return kinds.flatMap((kind) => this.#reader.names(kind).map((name) => this.#reader.read(kind, name)!));
  }

  /**
   * Sets properties in the section, which is appended when there is none: a property that is there gets its value replaced where it
   * stands, with the nested ones it had; others go to the section's end. Throws AppError `config-unwritable` for a name or value
   * that some tool would read back otherwise, and `config-syntax` when the section can't be read.
   */
  set(kind: SectionKind, name: string, values: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(values)) checkProperty(key, value);
    if (this.#reader.read(kind, name) === null) {
      this.#append(headerText(this.#file.dialect, kind, name), values);
      return;
    }
    for (const [key, value] of Object.entries(values)) {
      const old = this.#reader.read(kind, name)!.properties.get(key);
      if (old === undefined) this.#insert(this.#reader.spans(kind, name).at(-1)!, key, value);
      else this.#replaceValue(old.offset, value);
    }
  }

  /** Removes every occurrence of the property with the lines that continue it. Whether there was one. */
  unset(kind: SectionKind, name: string, key: string): boolean {
    let found = false;
    for (;;) {
      const property = this.#reader.read(kind, name)?.properties.get(key);
      if (property === undefined) return found;
      found = true;
      this.#removeContinuations(property.offset);
      this.#splice(property.offset, nextLine(this.text, property.offset), "");
    }
  }

  /** Removes the section wherever it occurs; comments and blank lines after its last property stay. Whether there was one. */
  remove(kind: SectionKind, name: string): boolean {
    let found = false;
    for (
      let spans = this.#reader.spans(kind, name);
      spans.length > 0;
      spans = this.#reader.spans(kind, name)
    ) {
      found = true;
      const { start, end } = spans.at(-1)!;
      let stop = this.#endOfContent(start, end).offset;
      const before = this.text.slice(0, start);
      const blank = /^[ \t]*\r?\n/.exec(this.text.slice(stop));
      if (blank !== null && /^\ufeff?$|(?:^\ufeff?|\n)[ \t]*\r?\n$/.test(before)) stop += blank[0].length;
      this.#splice(start, stop, "");
    }
    return found;
  }

  #append(header: string, values: Readonly<Record<string, string>>): void {
    const { text } = this, eol = this.#lineEnd();
    const end = endOfText(text, textStart(text), text.length);
    const lastLineIsBlank =
      skipBlanks(text, Math.max(text.lastIndexOf("\n", end - 1) + 1, textStart(text)), end) === end;
    const gap = (end === text.length && end > textStart(text) ? eol : "") + (lastLineIsBlank ? "" : eol);
    const lines = [header, ...Object.entries(values).map(([key, value]) => line(key, value))];
    this.#splice(this.text.length, this.text.length, gap + lines.map((text) => text + eol).join(""));
  }

  #insert(span: { start: number; end: number }, key: string, value: string): void {
    const { offset, indent } = this.#endOfContent(span.start, span.end);
    const eol = this.#lineEnd();
    const text = indent + line(key, value) + eol;
    this.#splice(offset, offset, this.text[offset - 1] === "\n" ? text : eol + text);
  }

  #replaceValue(offset: number, value: string): void {
    this.#removeContinuations(offset);
    const { text } = this;
    const end = endOfText(text, offset, nextLine(text, offset));
    const comment = commentStart(text, skipBlanks(text, offset, end), end);
    const equals = text.indexOf("=", offset);
    const start = skipBlanks(text, equals + 1, comment);
    const old = trimBlanks(text, start, comment);
    if (value === old) return;
    const before = old === "" && start === equals + 1 && text[equals - 1] === " " ? " " : "";
    const after = old === "" && comment < end ? " " : "";
    this.#splice(start, start + old.length, before + value + after);
  }

  /** Removes the lines that continue the property at `offset`: all deeper ones, whatever they hold. */
  #removeContinuations(offset: number): void {
    const { text } = this;
    const next = text.indexOf("\n[", offset);
    const doomed: [number, number][] = [];
    let properties = 0;
    visitLines(text, offset, next < 0 ? text.length : next + 1, (kind, start, _first, _end, after) => {
      if (kind === "property") properties++;
      if (kind === "continuation" && properties === 1) doomed.push([start, after]);
    });
    for (const [start, end] of doomed.reverse()) this.#splice(start, end, "");
  }

  /**
   * Where a new line of the section goes, and how it is to be indented: after its last property, and after any indented comment, which
   * would else become part of the new property.
   */
  #endOfContent(start: number, end: number): { offset: number; indent: string } {
    const { text } = this;
    let offset = nextLine(text, start), indent = "";
    visitLines(text, offset, end, (kind, lineStart, first, _end, next) => {
      if (kind === "property") indent = text.slice(lineStart, first);
      if (kind === "property" || kind === "continuation" || (kind === "comment" && first > lineStart)) {
        offset = next;
      }
    });
    return { offset, indent };
  }

  /** The file's own line end, as its first line shows it. */
  #lineEnd(): string {
    const at = this.text.indexOf("\n");
    return at > 0 && this.text[at - 1] === "\r" ? "\r\n" : "\n";
  }

  #splice(start: number, end: number, text: string): void {
    this.#file = { ...this.#file, text: this.text.slice(0, start) + text + this.text.slice(end) };
    this.#reader = new SectionReader(this.#file);
  }
}

function line(key: string, value: string): string {
  return value === "" ? `${key} =` : `${key} = ${value}`;
}

/** The header of a new section. Names that are not plain are quoted, which the AWS CLI reads and other tools pass over. */
function headerText(dialect: IniFile["dialect"], kind: SectionKind, name: string): string {
  const text = dialect === "credentials" || (kind === "profile" && name === "default")
    ? `[${name}]`
    : isPlainName(name)
    ? `[${kind} ${name}]`
    : `[${kind} "${name}"]`;
  const read = parseHeader({ path: "", text, dialect }, 0);
  // A # or ; ends the header for most tools, and some take the first ] for its end; backslashes and quotes are read in several ways.
  if (
    read.problem === null && read.kind === kind && read.name === name && !/[\]#;"\\]/.test(name) &&
    !UNWRITABLE.test(name)
  ) {
    return text;
  }
  throw unwritable(`"${name}" can't be the name of a section`, [
    "use letters, digits and _ - / . % @ : +",
  ]);
}

function checkProperty(key: string, value: string): void {
  if (!/^[a-z0-9_.-]+$/.test(key)) throw unwritable(`"${key}" can't be the name of a property`, []);
  const problem = UNWRITABLE.test(value)
    ? "control characters and line breaks can't be written"
    : value !== value.trim()
    ? "blanks at its ends would be lost"
    : /(?:^|[ \t])[#;]/.test(value)
    ? "a # or ; at its start or after a blank would begin a comment"
    : null;
  if (problem !== null) throw unwritable(`${key}: this value can't be written to the file: ${problem}`, []);
}

function unwritable(message: string, hints: string[]): AppError {
  return new AppError("config-unwritable", "config", escapeControls(message), { hints });
}
