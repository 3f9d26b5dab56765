/**
 * Reads comma-separated values (RFC 4180), for files that hold secrets: strict, because a value that is read wrongly is a key that does not
 * work, and with messages that name a line and never its content. CSV libraries quote the record they stumble over.
 */
import { AppError } from "../errors.ts";

/**
 * The records, without a byte-order mark; lines end with LF or CR LF, and blank ones at the end count for nothing. All records have
 * as many fields as the first. Control characters are refused everywhere, line breaks in quotes too. Throws AppError `csv-malformed`.
 */
export function parseCsv(text: string): string[][] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  const records = lines.map((line, i) => parseRecord(line, i + 1));
  records.forEach((record, i) => {
    if (record.length === records[0]!.length) return;
    throw malformed(i + 1, `it has ${record.length} fields, and the first line has ${records[0]!.length}`);
  });
  return records;
}

/** A field is text without quotes, or text in quotes in which two of them stand for one. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

function parseRecord(line: string, number: number): string[] {
  if (/\p{Cc}/u.test(line)) throw malformed(number, "it has a control character");
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (;;) {
    const match = FIELD.exec(line);
    if (match === null) throw malformed(number, "a quote stands where none can be, or is not closed");
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === "") return fields;
  }
}

function malformed(line: number, problem: string): AppError {
  return new AppError("csv-malformed", "usage", `line ${line} of the CSV can't be read: ${problem}`, {
    hints: ["take the file as the AWS console gave it, not as a spreadsheet has saved it"],
  });
}
