/**
 * Reads single sections out of a config or credentials file without parsing the rest, so that one profile costs the same in a small
 * file and in a huge one. Mistakes in sections nobody asks for do no harm.
 */
import type { AppError } from "../errors.ts";
import { configError } from "./config_error.ts";
import {
  commentStart,
  type Header,
  headerOffsets,
  type IniFile,
  isBlank,
  isCommentMark,
  isPlainName,
  nextLine,
  parseHeader,
  type SectionKind,
  textStart,
  trimBlanks,
  visitLines,
} from "./ini_lines.ts";

export interface Property {
  readonly file: IniFile;
  /** Where its line begins. */
  readonly offset: number;
  /** In lower case. */
  readonly name: string;
  /**
   * Without comment; continuation lines follow after line feeds. A property with nested ones has their text, beginning with a
   * line feed: see {@link nestedValue}.
   */
  readonly value: string;
  /** The value as it would be if ` #` and ` ;` on the property's line did not begin a comment. */
  readonly uncut: string;
}

export interface Section {
  readonly kind: SectionKind;
  readonly name: string;
  readonly properties: ReadonlyMap<string, Property>;
}

/** Anything that finds sections; `null` where there is none. Throws AppError `config-syntax` when the section can't be read. */
export interface SectionLookup {
  read(kind: SectionKind, name: string): Section | null;
}

/** One file's sections, each read when it is first asked for. */
export class SectionReader implements SectionLookup {
  readonly file: IniFile;
  readonly #sections = new Map<string, Section | null>();
  #index: ReadonlyMap<string, Place> | null = null;

  constructor(file: IniFile) {
    this.file = file;
  }

  /** Sections of the same name count as one, the later property wins; `[profile default]` makes `[default]` count for nothing. */
  read(kind: SectionKind, name: string): Section | null {
    const key = kind + " " + name;
    let section = this.#sections.get(key);
    if (section === undefined) {
      section = this.#read(kind, name);
      this.#sections.set(key, section);
    }
    return section;
  }

  /** The names of all sections of a kind, each once, in file order. Headers that can't be read are left out. */
  names(kind: SectionKind): string[] {
    const prefix = kind + " ", names: string[] = [];
    for (const [key, place] of this.#indexed()) {
      if (key.startsWith(prefix) && place.prefixed.length + place.bare.length > 0) {
        names.push(key.slice(prefix.length));
      }
    }
    return names;
  }

  /** Where the parts that make up a section begin (at their headers) and end; empty when there is none. */
  spans(kind: SectionKind, name: string): { readonly start: number; readonly end: number }[] {
    const place = this.#index === null ? this.#find(kind, name) : this.#index.get(kind + " " + name);
    if (place === undefined) return [];
    if (place.broken !== null) throw syntaxError(this.file, place.broken.offset, place.broken.problem);
    const { text } = this.file;
    return (place.prefixed.length > 0 ? place.prefixed : place.bare).map((start) => {
      const next = text.indexOf("\n[", start);
      return { start, end: next < 0 ? text.length : next + 1 };
    });
  }

  #read(kind: SectionKind, name: string): Section | null {
    const spans = this.spans(kind, name);
    if (spans.length === 0) return null;
    const properties = new Map<string, Property>();
    for (const span of spans) {
      readProperties(this.file, nextLine(this.file.text, span.start), span.end, properties);
    }
    return { kind, name, properties };
  }

  #find(kind: SectionKind, name: string): Place {
    const place = emptyPlace();
    for (const offset of candidates(this.file, kind, name)) {
      const header = parseHeader(this.file, offset);
      if (header.kind === kind && header.name === name) addHeader(place, offset, header);
    }
    return place;
  }

  /** Every section's place, for callers that want them all: finding each anew would take time squared. */
  #indexed(): ReadonlyMap<string, Place> {
    if (this.#index !== null) return this.#index;
    const index = new Map<string, Place>();
    for (const offset of headerOffsets(this.file.text)) {
      const header = parseHeader(this.file, offset);
      if (header.kind === null) continue;
      const key = header.kind + " " + header.name;
      const place = index.get(key) ?? emptyPlace();
      addHeader(place, offset, header);
      index.set(key, place);
    }
    return this.#index = index;
  }
}

/** Offsets of the headers of one name. */
interface Place {
  readonly prefixed: number[];
  readonly bare: number[];
  broken: { readonly offset: number; readonly problem: string } | null;
}

function emptyPlace(): Place {
  return { prefixed: [], bare: [], broken: null };
}

function addHeader(place: Place, offset: number, header: Header): void {
  if (header.problem !== null) place.broken ??= { offset, problem: header.problem };
  else (header.bare ? place.bare : place.prefixed).push(offset);
}

/** A pattern needs no more of a name to pass nearly all others by, and engines limit its size. */
const LONGEST_IN_PATTERN = 100;

/**
 * The offsets of headers that may be those of a section; a full look tells. One regular expression over the whole text takes a
 * tenth of the time of a look at each header, most of all in a process that has just started.
 */
function candidates(file: IniFile, kind: SectionKind, name: string): number[] {
  const { text } = file, start = textStart(text);
  const plain = isPlainName(name)
    ? [name.slice(0, LONGEST_IN_PATTERN).replaceAll(".", "\\.").replaceAll("+", "\\+")]
    : [];
  const heads = file.dialect === "credentials" ? plain : [
    `${kind}[ \\t]+(?:${["[\"']", ...plain].join("|")})`,
    ...(kind + " " + name === "profile default" ? plain : []),
  ];
  const offsets = text.startsWith("[", start) ? [start] : [];
  if (heads.length === 0) return offsets;
  const pattern = new RegExp(`\\n\\[[ \\t]*(?:${heads.join("|")})`, "g");
  while (pattern.test(text)) offsets.push(text.lastIndexOf("\n", pattern.lastIndex - 1) + 1);
  return offsets;
}

/**
 * Adds the properties between two offsets to `properties`, replacing those of the same name. Properties with names that are not
 * plain are passed over. Throws AppError `config-syntax`.
 */
export function readProperties(
  file: IniFile,
  start: number,
  end: number,
  properties: Map<string, Property>,
): void {
  const { text } = file;
  let current: { -readonly [K in keyof Property]: Property[K] } | null = null;
  let nests = false;
  visitLines(text, start, end, (kind, lineStart, first, lineEnd) => {
    if (kind === "property") {
      const cut = commentStart(text, first, lineEnd);
      const equals = text.slice(first, cut).indexOf("=");
      if (equals < 0) throw syntaxError(file, lineStart, missingEquals(text, lineStart, first));
      const name = trimBlanks(text, first, first + equals).toLowerCase();
      if (name === "") throw syntaxError(file, lineStart, "a property without a name");
      const value = trimBlanks(text, first + equals + 1, cut);
      const uncut = cut === lineEnd ? value : trimBlanks(text, first + equals + 1, lineEnd);
      nests = value === "";
      current = null;
      if (!isPlainName(name)) return;
      current = { file, offset: lineStart, name, value, uncut };
      properties.set(name, current);
    } else if (kind === "continuation" && current !== null) {
      const line = trimBlanks(text, first, lineEnd);
      if (nests) {
        if (isCommentMark(line.charCodeAt(0))) return;
        const problem = nestedProblem(line);
        if (problem !== null) throw syntaxError(file, lineStart, `${current.name}: ${problem}`);
      }
      current.value += "\n" + line;
      current.uncut += "\n" + line;
    }
  });
}

/** The value of a property nested in another one, such as `endpoint_url` in `sts`; `null` when it is not there. */
export function nestedValue(property: Property, name: string): string | null {
  let value: string | null = null;
  if (!property.value.startsWith("\n")) return null;
  for (const line of property.value.slice(1).split("\n")) {
    const equals = line.indexOf("=");
    if (trimBlanks(line, 0, equals).toLowerCase() === name) value = trimBlanks(line, equals + 1, line.length);
  }
  return value;
}

export function syntaxError(file: IniFile, offset: number, problem: string): AppError {
  return configError("config-syntax", file, offset, problem);
}

function missingEquals(text: string, lineStart: number, first: number): string {
  if (text.charCodeAt(first) === 91 && isBlank(text.charCodeAt(lineStart))) {
    return "a section header must begin at the start of its line";
  }
  return isBlank(text.charCodeAt(lineStart))
    ? "an indented line that continues no property, and no property itself: the = is missing"
    : "a property must have an = between name and value";
}

function nestedProblem(line: string): string | null {
  const equals = line.indexOf("=");
  if (equals < 0) return "a nested property must have an = between name and value";
  return trimBlanks(line, 0, equals) === "" ? "a nested property without a name" : null;
}
