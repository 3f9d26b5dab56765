/**
 * A 1Password item as aws-vault keeps one: an API Credential with a tag, titled `<prefix>: <name>`, whose one concealed field that holds
 * something is called `keyring` and is the item's JSON. The Connect API and the `op` program write items alike.
 */
import { Secret } from "../../secret.ts";

/** What lists have of an item. */
export interface OpSummary {
  readonly id: string;
  readonly title: string;
}

export interface OpField {
  readonly id?: string;
  readonly type?: string;
  readonly label?: string;
  readonly value?: string;
  readonly [other: string]: unknown;
}

/** An item as it came, members we know nothing of included: an update gives them back. */
export interface OpItem {
  readonly id: string;
  readonly title: string;
  readonly fields: readonly OpField[];
  readonly [other: string]: unknown;
}

export interface OpItemShape {
  /** In front of `: ` and the name. */
  readonly titlePrefix: string;
  readonly tag: string;
}

export const CATEGORY = "API_CREDENTIAL";
export const FIELD_LABEL = "keyring";

export function itemTitle(name: string, { titlePrefix }: OpItemShape): string {
  return `${titlePrefix}: ${name}`;
}

/** The item's name: aws-vault takes a title without the prefix for a name, too. */
export function nameOfTitle(title: string, { titlePrefix }: OpItemShape): string {
  const prefix = `${titlePrefix}: `;
  return title.startsWith(prefix) ? title.slice(prefix.length) : title;
}

/** `null` for what is no item of ours: another category, without the tag, or archived. */
export function ourSummary(value: unknown, { tag }: OpItemShape): OpSummary | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, title, category, tags, state } = value as Record<string, unknown>;
  if (typeof id !== "string" || typeof title !== "string" || category !== CATEGORY) return null;
  if (state !== undefined && state !== null && state !== "" && state !== "ACTIVE") return null;
  return Array.isArray(tags) && tags.includes(tag) ? { id, title } : null;
}

/** The same with its fields. */
export function ourItem(value: unknown, shape: OpItemShape): OpItem | null {
  const summary = ourSummary(value, shape);
  if (summary === null) return null;
  const item = value as Record<string, unknown>;
  const fields = Array.isArray(item.fields) ? item.fields.filter(isField) : [];
  return { ...item, ...summary, fields };
}

/** What is in the field; `null` when there is none, or more than one. Built-in fields that hold nothing don't count. */
export function itemSecret(item: OpItem): Secret | null {
  const [field, ...others] = item.fields.filter((each) => each.type === "CONCEALED" && each.value);
  if (field === undefined || field.label !== FIELD_LABEL || others.length > 0) return null;
  return new Secret(field.value!);
}

/** A new item, without an id. */
export function newItem(name: string, value: Secret, shape: OpItemShape): Record<string, unknown> {
  return {
    title: itemTitle(name, shape),
    category: CATEGORY,
    tags: [shape.tag],
    fields: [{ type: "CONCEALED", label: FIELD_LABEL, value: value.reveal() }],
  };
}

/** The item with another value in its field, which keeps its id. Fields that hold nothing are left out: some can't be written back. */
export function changedItem(item: OpItem, value: Secret): OpItem {
  const field = item.fields.find(isOurs) ?? { type: "CONCEALED", label: FIELD_LABEL };
  const others = item.fields.filter((each) => each !== field && each.type !== "CONCEALED" && each.value);
  return { ...item, fields: [{ ...field, value: value.reveal() }, ...others] };
}

function isOurs(field: OpField): boolean {
  return field.type === "CONCEALED" && field.label === FIELD_LABEL;
}

function isField(value: unknown): value is OpField {
  if (typeof value !== "object" || value === null) return false;
  const { value: text } = value as Record<string, unknown>;
  return text === undefined || text === null || typeof text === "string";
}
