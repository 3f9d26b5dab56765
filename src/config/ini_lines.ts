/**
 * The line grammar of the AWS config and credentials files: what is a section header, a property, a continuation, a comment.
 * It is the grammar the AWS SDKs share, and accepts besides what only the AWS CLI accepts, where the two don't contradict each
 * other: quoted section names, and sections whose properties are all indented.
 */

/** A file's text with what errors need to name it. */
export interface IniFile {
  /** For messages. */
  readonly path: string;
  readonly text: string;
  /** The credentials file has bare profile names as headers and no other kinds of sections. */
  readonly dialect: "config" | "credentials";
}

export type SectionKind = "profile" | "sso-session" | "services";

export interface Header {
  /** `null`: a section that has no meaning here; it and its properties are passed over. */
  readonly kind: SectionKind | null;
  /** When there is a problem, as far as the name can be told. */
  readonly name: string;
  /** `[default]` without the word `profile`. */
  readonly bare: boolean;
  /** What makes the whole file invalid, or `null`. */
  readonly problem: string | null;
}

export type LineKind = "blank" | "comment" | "property" | "continuation";

/** One line: `first` is its first character that is no blank, `end` where its text ends, `next` the start of the next line. */
export type LineVisitor = (kind: LineKind, start: number, first: number, end: number, next: number) => void;

const TAB = 9, LF = 10, CR = 13, SPACE = 32, HASH = 35, SEMICOLON = 59, OPEN = 91, CLOSE = 93;

/** What a plain name may hold besides letters and digits. */
const PLAIN_MARKS = "_-/.%@:+";

/** Prefix, name in double quotes (where a backslash hides a quote or a backslash) or in single ones, and what follows the `]`. */
const QUOTED_HEADER = /^\[[ \t]*([^ \t\]"'#;]+)[ \t]+(?:"((?:[^"\\]|\\.)*)"|'([^']*)')[ \t]*\](.*)$/s;

/**
 * Whether the name of a profile or property needs no quotes: letters, digits and `_ - / . % @ : +`. Like all that every reading
 * passes through, without a regular expression: compiling one costs more than the reading.
 */
export function isPlainName(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i) | 0x20;
    const isLetter = code >= 97 && code <= 122;
    const isDigit = name.charCodeAt(i) >= 48 && name.charCodeAt(i) <= 57;
    if (!isLetter && !isDigit && !PLAIN_MARKS.includes(name[i]!)) return false;
  }
  return name !== "";
}

/** Where the text begins: after the byte-order mark, if it has one. */
export function textStart(text: string): number {
  return text.charCodeAt(0) === 0xfeff ? 1 : 0;
}

/** The offsets of all section headers, in order: lines that begin with `[`. */
export function headerOffsets(text: string): number[] {
  const start = textStart(text);
  const offsets = text.charCodeAt(start) === OPEN ? [start] : [];
  for (let at = text.indexOf("\n[", start); at >= 0; at = text.indexOf("\n[", at + 1)) offsets.push(at + 1);
  return offsets;
}

/** The offset behind the line that holds `offset`, its line break included. */
export function nextLine(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at < 0 ? text.length : at + 1;
}

/** Reads the header line at `offset`, which is that of a `[`. */
export function parseHeader(file: IniFile, offset: number): Header {
  const { text } = file;
  const end = endOfText(text, offset, nextLine(text, offset));
  if (file.dialect === "config") {
    const quoted = parseQuotedHeader(text, offset, end);
    if (quoted !== null) return quoted;
  }
  const hash = text.slice(offset, end).indexOf("#"), semicolon = text.slice(offset, end).indexOf(";");
  const cut = Math.min(hash < 0 ? end : offset + hash, semicolon < 0 ? end : offset + semicolon);
  let close = endOfTrimmed(text, offset + 1, cut) - 1;
  let problem = null;
  if (close <= offset || text.charCodeAt(close) !== CLOSE) {
    const early = text.slice(offset, cut).indexOf("]");
    problem = early < 0 ? "a section header must end with ]" : "text after the ] of a section header";
    close = early < 0 ? cut : offset + early;
  }
  const inner = trimBlanks(text, offset + 1, close);
  if (file.dialect === "credentials") {
    return header(isPlainName(inner) ? "profile" : null, inner, true, problem);
  }
  let blank = 0;
  while (blank < inner.length && !isBlank(inner.charCodeAt(blank))) blank++;
  if (blank === inner.length) return header(inner === "default" ? "profile" : null, inner, true, problem);
  const name = trimBlanks(inner, blank, inner.length);
  return header(isPlainName(name) ? sectionKind(inner.slice(0, blank)) : null, name, false, problem);
}

/** `[profile "a b"]` with either quote, as the AWS CLI reads it; `null` when the line is nothing of that form. */
function parseQuotedHeader(text: string, offset: number, end: number): Header | null {
  const line = text.slice(offset, end);
  if (!line.includes('"') && !line.includes("'")) return null;
  const match = QUOTED_HEADER.exec(line);
  if (match === null) return null;
  const name = match[2]?.replace(/\\(["\\])/g, "$1") ?? match[3]!;
  const tail = trimBlanks(match[4]!, 0, match[4]!.length);
  const problem = tail === "" || isCommentMark(tail.charCodeAt(0))
    ? null
    : "text after the ] of a section header";
  // deno-lint-ignore no-control-regex
  const usable = name !== "" && !/[\u0000-\u001f\u007f-\u009f]/.test(name);
  return header(usable ? sectionKind(match[1]!) : null, name, false, problem);
}

function header(kind: SectionKind | null, name: string, bare: boolean, problem: string | null): Header {
  return { kind, name, bare, problem };
}

function sectionKind(prefix: string): SectionKind | null {
  return prefix === "profile" || prefix === "sso-session" || prefix === "services" ? prefix : null;
}

/**
 * Visits the lines of one section's body, from the line after its header to `end`. A line that is indented deeper than the property
 * before it continues that property; with properties at the margin, as the shared grammar wants them, that is every indented line.
 */
export function visitLines(text: string, start: number, end: number, visit: LineVisitor): void {
  let indentOfProperty = -1;
  for (let at = start; at < end;) {
    const next = Math.min(nextLine(text, at), end);
    const stop = endOfText(text, at, next);
    const first = skipBlanks(text, at, stop);
    const indent = first - at;
    if (first === stop) visit("blank", at, first, stop, next);
    else if (indentOfProperty >= 0 && indent > indentOfProperty) visit("continuation", at, first, stop, next);
    else if (isCommentMark(text.charCodeAt(first))) visit("comment", at, first, stop, next);
    else {
      indentOfProperty = indent;
      visit("property", at, first, stop, next);
    }
    at = next;
  }
}

/** Where the comment of a property line begins: at a `#` or `;` after a blank; `end` when it has none. */
export function commentStart(text: string, from: number, end: number): number {
  const line = text.slice(from, end);
  return from + Math.min(markAfterBlank(line, "#"), markAfterBlank(line, ";"));
}

/** The search is left to the engine: a loop over every character takes longer in a process that has just started. */
function markAfterBlank(line: string, mark: string): number {
  for (let at = line.indexOf(mark, 1); at > 0; at = line.indexOf(mark, at + 1)) {
    if (isBlank(line.charCodeAt(at - 1))) return at;
  }
  return line.length;
}

/** Blanks are spaces and tabs, nothing else. */
export function trimBlanks(text: string, from: number, to: number): string {
  const start = skipBlanks(text, from, to);
  return text.slice(start, endOfTrimmed(text, start, to));
}

/** The offset of the first character from `from` on that is no blank, at most `to`. */
export function skipBlanks(text: string, from: number, to: number): number {
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  return from;
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

export function isCommentMark(code: number): boolean {
  return code === HASH || code === SEMICOLON;
}

function endOfTrimmed(text: string, from: number, to: number): number {
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return to;
}

/** The end of the text of the line from `start` to `next`, without LF or CR LF. */
export function endOfText(text: string, start: number, next: number): number {
  if (next > start && text.charCodeAt(next - 1) === LF) next--;
  if (next > start && text.charCodeAt(next - 1) === CR) next--;
  return next;
}
