/**
 * Reads the XML of AWS Query answers: elements, text, character references, CDATA. Attributes, comments, processing instructions and
 * namespaces are passed over. A document type is refused, so there is nothing to expand; size and depth are bounded.
 */
import { AppError } from "../errors.ts";

export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** The element's own text, blanks and line breaks kept. */
  readonly text: string;
}

/** Answers of STS and IAM nest about eight deep. */
const MAX_DEPTH = 64;
/** As large as an answer may be; see the transport's limit. */
const MAX_LENGTH = 4 * 1024 * 1024;

const NAME = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y;
const ATTRIBUTES = /(?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*/y;
const NAMED_CHARACTERS: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

interface OpenElement {
  readonly tag: string;
  readonly children: XmlElement[];
  text: string;
}

/** The root element. Throws AppError `aws-answer-damaged`, saying what is wrong and where, never what stood there. */
export function parseXml(document: string): XmlElement {
  if (document.length > MAX_LENGTH) throw damaged("it is too long", MAX_LENGTH);
  // XML 1.0, section 2.11: line ends read as a single line feed.
  return new XmlReader(document.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n")).read();
}

class XmlReader {
  readonly #source: string;
  #at = 0;
  readonly #open: OpenElement[] = [];
  #root: XmlElement | null = null;

  constructor(source: string) {
    this.#source = source;
  }

  read(): XmlElement {
    while (this.#at < this.#source.length) {
      if (this.#source[this.#at] !== "<") this.#text();
      else if (this.#skip("<!--")) this.#past("-->");
      else if (this.#skip("<?")) this.#past("?>");
      else if (this.#skip("<![CDATA[")) this.#addText(this.#past("]]>"));
      else if (this.#skip("</")) this.#close();
      else if (this.#skip("<")) this.#start();
    }
    if (this.#root === null || this.#open.length > 0) throw damaged("it ends too early", this.#at);
    return this.#root;
  }

  #start(): void {
    const tag = this.#match(NAME);
    if (tag === "") throw damaged("a tag has no name", this.#at);
    this.#match(ATTRIBUTES);
    if (this.#root !== null) throw damaged("there is more than one root", this.#at);
    if (this.#open.length >= MAX_DEPTH) throw damaged("it is nested too deeply", this.#at);
    this.#open.push({ tag, children: [], text: "" });
    if (this.#skip("/>")) this.#finish();
    else if (!this.#skip(">")) throw damaged("a tag is not closed", this.#at);
  }

  #close(): void {
    const tag = this.#match(NAME);
    this.#match(ATTRIBUTES);
    if (tag !== this.#open.at(-1)?.tag || !this.#skip(">")) {
      throw damaged("an end tag does not fit", this.#at);
    }
    this.#finish();
  }

  #finish(): void {
    const { tag, children, text } = this.#open.pop()!;
    const element = { name: tag.slice(tag.indexOf(":") + 1), children, text };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }

  #text(): void {
    const end = this.#source.indexOf("<", this.#at);
    const raw = this.#source.slice(this.#at, end < 0 ? undefined : end);
    this.#addText(raw.replace(/&([^;&]{0,12})(;?)/g, (_, name: string, semicolon: string) => {
      const character = semicolon === "" ? null : referencedCharacter(name);
      if (character === null) throw damaged("a character reference is unknown", this.#at);
      return character;
    }));
    this.#at += raw.length;
  }

  #addText(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += text;
    else if (text.trim() !== "") throw damaged("text stands outside the root", this.#at);
  }

  #skip(token: string): boolean {
    if (!this.#source.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** Moves behind the next `token` and answers what stood before it. */
  #past(token: string): string {
    const end = this.#source.indexOf(token, this.#at);
    if (end < 0) throw damaged("it ends too early", this.#at);
    const passed = this.#source.slice(this.#at, end);
    this.#at = end + token.length;
    return passed;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const matched = pattern.exec(this.#source)?.[0] ?? "";
    this.#at += matched.length;
    return matched;
  }
}

/** `null` for a reference that XML does not know or allow (XML 1.0, section 2.2). */
function referencedCharacter(name: string): string | null {
  const number = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (number === null) return Object.hasOwn(NAMED_CHARACTERS, name) ? NAMED_CHARACTERS[name]! : null;
  const code = number[1] === undefined ? Number(number[2]) : parseInt(number[1], 16);
  const allowed = code === 0x9 || code === 0xa || code === 0xd || (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
  return allowed ? String.fromCodePoint(code) : null;
}

function damaged(reason: string, at: number): AppError {
  return new AppError(
    "aws-answer-damaged",
    "damaged",
    `${reason} (at character ${at})`,
  );
}
