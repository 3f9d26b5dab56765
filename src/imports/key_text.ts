/**
 * Access keys written down as text: the CSV that the AWS console offers, the JSON of the AWS CLI and of credential_process, or two lines.
 * What the text is follows from its first character or line; nothing is guessed, and no message repeats what was read.
 */
import { AppError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { checkAccessKeyId, checkSecretKey } from "./access_key_input.ts";
import { parseCsv } from "./csv_table.ts";

export interface KeyText {
  /** The IAM user whom the text names; `null` when it names none. */
  readonly userName: string | null;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** A key is 60 characters, and the console makes CSVs of a few hundred users. */
export const LONGEST_KEY_TEXT = 64 * 1024;

/** At least one key. Throws AppErrors `key-text-malformed`, `csv-malformed`, `access-key-id-malformed`, `secret-key-malformed`. */
export function readKeyText(text: string): KeyText[] {
  const body = text.replace(/^\ufeff/, "");
  if (body.trim() === "") throw malformed("it is empty");
  if (body.trimStart().startsWith("{")) return [readJson(body)];
  return body.split("\n", 1)[0]!.includes(",") ? readConsoleCsv(body) : [readTwoLines(body)];
}

/** The forms of the console: `Access key ID,Secret access key`, and with a user name and more columns before. */
function readConsoleCsv(text: string): KeyText[] {
  const [header, ...records] = parseCsv(text);
  const names = header!.map((name) => name.trim().toLowerCase());
  const column = (name: string): number => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return names.indexOf(name);
    throw malformed(`its first line has the column "${name}" twice`);
  };
  const id = column("access key id"), secret = column("secret access key"), user = column("user name");
  if (id < 0 || secret < 0) {
    throw malformed('its first line lacks the columns "Access key ID" and "Secret access key"');
  }
  if (records.length === 0) throw malformed("it has no line after the first");
  return records.map((record, i) => {
    try {
      return key(record[id]!, record[secret]!, user < 0 ? null : record[user]!.trim() || null);
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      throw new AppError(cause.code, cause.kind, `line ${i + 2}: ${cause.message}`, {
        hints: cause.hints,
        cause,
      });
    }
  });
}

/** What credential_process prints, or `aws iam create-access-key`; names of members are compared without case. */
function readJson(text: string): KeyText {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformed("it begins like JSON and is none"); // the parser's own message would quote it
  }
  const outer = members(parsed);
  const inner = outer.has("accesskey") ? members(outer.get("accesskey")) : outer;
  const member = (name: string): string => {
    const value = inner.get(name) ?? "";
    if (typeof value === "string") return value;
    throw malformed(`its ${name} is no text`);
  };
  if (member("sessiontoken") !== "") {
    throw malformed("it has a session token, so these are temporary credentials", [
      "store the long-lived key of an IAM user",
    ]);
  }
  for (const name of ["accesskeyid", "secretaccesskey"]) {
    if (member(name) === "") throw malformed(`it has no ${name}`);
  }
  return key(member("accesskeyid"), member("secretaccesskey"), member("username") || null);
}

function members(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed("its JSON is no object with a key in it");
  }
  return new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
}

function readTwoLines(text: string): KeyText {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  if (lines.length !== 2) {
    throw malformed(`it has ${lines.length} line${lines.length === 1 ? "" : "s"}, not two`, [
      "first line the access key id, second line the secret access key; or JSON, or the console's CSV",
    ]);
  }
  return key(lines[0]!, lines[1]!, null);
}

function key(id: string, secret: string, userName: string | null): KeyText {
  return { userName, accessKeyId: checkAccessKeyId(id), secretAccessKey: checkSecretKey(new Secret(secret)) };
}

function malformed(problem: string, hints: readonly string[] = []): AppError {
  return new AppError("key-text-malformed", "usage", `that is no access key: ${problem}`, { hints });
}
