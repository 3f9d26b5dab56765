import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../src/errors.ts";
import { parseCsv } from "../../src/imports/csv_table.ts";
import { readKeyText } from "../../src/imports/key_text.ts";

const field = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !/\p{Cc}|^\ufeff/u.test(text));
const table = fc.integer({ min: 1, max: 6 }).chain((width) =>
  fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 })
);
const id = fc.stringMatching(/^AKIA[A-Z2-7]{16}$/);
const secret = fc.stringMatching(/^[A-Za-z0-9/+]{40}$/).filter((text) =>
  !/^A[KS]IA[A-Z0-9]{12,}$/.test(text)
);

Deno.test("parseCsv reads back every table, however its fields are quoted and its lines end", () => {
  fc.assert(fc.property(table, fc.boolean(), fc.boolean(), fc.boolean(), (rows, quoteAll, crlf, mark) => {
    // One empty field alone is an empty line, which at the end means nothing.
    fc.pre(rows.at(-1)!.some((text) => text !== "") || rows[0]!.length > 1 || quoteAll);
    const quoted = (text: string) => quoteAll || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const end = crlf ? "\r\n" : "\n";
    const text = (mark ? "\ufeff" : "") + rows.map((row) => row.map(quoted).join(",") + end).join("");
    assert.deepEqual(parseCsv(text), rows);
  }));
});

Deno.test("readKeyText reads every key in every form the same", () => {
  fc.assert(fc.property(id, secret, field, (id, secret, user) => {
    const quoted = `"${user.replaceAll('"', '""')}"`;
    const forms = [
      `${id}\n${secret}\n`,
      `Access key ID,Secret access key\r\n${id},${secret}`,
      `User name,Access key ID,Secret access key\n${quoted},${id},${secret}\n`,
      JSON.stringify({ AccessKeyId: id, SecretAccessKey: secret }),
    ];
    for (const form of forms) {
      const [key, ...more] = readKeyText(form);
      assert.deepEqual([key!.accessKeyId, key!.secretAccessKey.reveal(), more], [id, secret, []]);
    }
  }));
});

/** Texts that nearly are keys: the interesting mistakes are one character away from a right one. */
const nearly = fc.tuple(
  id,
  secret,
  fc.constantFrom("\n", ",", "\r\n", '","', "\t", ""),
  fc.string({ maxLength: 3 }),
  fc.nat(),
)
  .map(([id, secret, between, junk, at]) => {
    const text = `Access key ID,Secret access key\n${id}${between}${secret}\n`;
    const cut = at % (text.length + 1);
    return { text: text.slice(0, cut) + junk + text.slice(cut), parts: [id, secret] };
  });

Deno.test("readKeyText answers garbage with one of its errors, in which no part of a key is", () => {
  fc.assert(
    fc.property(
      fc.oneof(nearly, fc.string({ unit: "binary" }).map((text) => ({ text, parts: [] }))),
      ({ text, parts }) => {
        try {
          for (const key of readKeyText(text)) {
            assert.match(key.accessKeyId, /^[A-Z0-9]{16,128}$/);
            assert.match(key.secretAccessKey.reveal(), /^[A-Za-z0-9/+=]+$/);
          }
        } catch (failure) {
          assert.ok(failure instanceof AppError, String(failure));
          const said = JSON.stringify([failure.message, failure.hints]);
          for (const part of parts) {
            for (let at = 4; at + 8 <= part.length; at++) {
              assert.ok(
                !said.includes(part.slice(at, at + 8)),
                said,
              );
            }
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});
