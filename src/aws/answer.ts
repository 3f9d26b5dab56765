/**
 * A parsed answer, whether it came as XML or as JSON: names lead to texts, records and lists, and what is not there is `null`.
 */
import type { XmlElement } from "./xml.ts";

type Node = string | readonly Node[] | { readonly [name: string]: Node };

/** JSON nested deeper than this is not read further: answers nest about eight deep. */
const MAX_DEPTH = 64;

export class Answer {
  readonly #node: Node;

  private constructor(node: Node) {
    this.#node = node;
  }

  static fromXml(element: XmlElement): Answer {
    return new Answer(xmlNode(element));
  }

  /** Takes what `JSON.parse` answered. Numbers and booleans become their text, `null` counts as not there. */
  static fromJson(value: unknown): Answer {
    return new Answer(jsonNode(value, 0));
  }

  /** The text at a path of names, exactly as sent; `null` when it is not there, is empty, or is no text. */
  text(...path: readonly string[]): string | null {
    const node = this.#find(path);
    return typeof node === "string" && node !== "" ? node : null;
  }

  /** The record at a path of names; `null` when it is not there or is no record. */
  record(...path: readonly string[]): Answer | null {
    const node = this.#find(path);
    return typeof node === "object" && !Array.isArray(node) ? new Answer(node) : null;
  }

  /** The members of the list at a path; empty when there is no list. XML wraps each in `member`, JSON does not. */
  list(...path: readonly string[]): readonly Answer[] {
    const node = this.#find(path);
    if (node === undefined || typeof node === "string") return [];
    const members = Array.isArray(node) ? node : own(node, "member");
    if (members === undefined) return [];
    return (Array.isArray(members) ? members : [members]).map((member) => new Answer(member));
  }

  #find(path: readonly string[]): Node | undefined {
    let node: Node | undefined = this.#node;
    for (const name of path) node = node === undefined ? undefined : own(node, name);
    return node;
  }
}

function own(node: Node, name: string): Node | undefined {
  if (typeof node === "string" || Array.isArray(node)) return undefined;
  return Object.hasOwn(node, name) ? (node as { readonly [name: string]: Node })[name] : undefined;
}

function xmlNode(element: XmlElement): Node {
  if (element.children.length === 0) return element.text;
  const grouped = new Map<string, Node[]>();
  for (const child of element.children) {
    const node = xmlNode(child), known = grouped.get(child.name);
    if (known === undefined) grouped.set(child.name, [node]);
    else known.push(node);
  }
  return Object.fromEntries(
    [...grouped].map(([name, nodes]) => [name, nodes.length === 1 ? nodes[0]! : nodes]),
  );
}

function jsonNode(value: unknown, depth: number): Node {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === null || typeof value !== "object" || depth >= MAX_DEPTH) return "";
  if (Array.isArray(value)) return value.map((item) => jsonNode(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, jsonNode(item, depth + 1)]));
}
