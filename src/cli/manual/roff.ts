/** The subset of man(7) that our pages use, for groff and mandoc. Text is escaped here and nowhere else. */

/** The words as they are, also at the beginning of a line. */
export function roffText(text: string): string {
  const escaped = text.replace(/[\\'`^~"-]/g, (char) => ESCAPES[char] ?? char);
  return escaped.replace(/^(?=[.'])/gm, "\\&");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  '"': "\\(dq",
  "-": "\\-",
};

export function bold(text: string): string {
  return `\\fB${roffText(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${roffText(text)}\\fR`;
}

/** A sentence in which what stands in backticks is bold. */
export function sentence(text: string): string {
  return text.split("`").map((part, index) => index % 2 === 1 ? bold(part) : roffText(part)).join("");
}

/** A paragraph with a hanging first line. Both are roff already. */
export function tagged(tag: string, body: string): string {
  return `.TP\n${tag}\n${body}`;
}

export function section(title: string, ...parts: readonly string[]): string {
  return [`.SH ${title}`, ...parts].join("\n");
}

/** Lines that are typed as they stand. */
export function example(lines: readonly string[]): string {
  return ["", ".nf", ".RS 4", ...lines.map(roffText), ".RE", ".fi"].slice(1).join("\n");
}

/** The same page with the lines of its paragraphs broken at blanks: at most 80 characters, as manual pages are written. */
export function shortLines(page: string): string {
  let asIs = false;
  return page.split("\n").map((line) => {
    if (line === ".nf" || line === ".fi") asIs = line === ".nf";
    return asIs || line.startsWith(".") ? line : broken(line);
  }).join("\n");
}

function broken(line: string): string {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > 78) {
      lines.push(current);
      current = "";
    }
    const first = current === "" ? word.replace(/^(?=\.)/, "\\&") : word;
    current = current === "" ? first : `${current} ${first}`;
  }
  return [...lines, current].join("\n");
}
