import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { readKeyText } from "../../src/imports/key_text.ts";

const id = "AKIAIOSFODNN7EXAMPLE", secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const id2 = "AKIAI44QH8DHBEXAMPLE", secret2 = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
const one = [[null, id, secret]];

const read: [name: string, text: string, keys: unknown][] = [
  ["the console's CSV", `Access key ID,Secret access key\n${id},${secret}\n`, one],
  [
    "a CSV with byte-order mark and CR LF",
    `\ufeffAccess key ID,Secret access key\r\n${id},${secret}\r\n`,
    one,
  ],
  ["a CSV without a line end", `Access key ID,Secret access key\n${id},${secret}`, one],
  ["a CSV with quotes", `"Access key ID","Secret access key"\n"${id}","${secret}"\n`, one],
  ["columns in another order and case", `secret Access Key, access key id \n${secret},${id}\n`, one],
  [
    "the console's older CSV",
    `User name,Password,Access key ID,Secret access key,Console login link\njon,"p""w,d",${id},${secret},https://x/\n`,
    [["jon", id, secret]],
  ],
  [
    "several users",
    `User Name,Access Key Id,Secret Access Key\n"jon, jr",${id},${secret}\n,${id2},${secret2}\n\n\n`,
    [["jon, jr", id, secret], [null, id2, secret2]],
  ],
  ["two lines", `${id}\n${secret}\n`, one],
  ["two lines with CR LF and blanks around", ` ${id}\t\r\n  ${secret} \r\n\r\n`, one],
  ["two lines without the last line end", `${id}\n${secret}`, one],
  ["credential_process", JSON.stringify({ Version: 1, AccessKeyId: id, SecretAccessKey: secret }), one],
  [
    "credential_process with an empty token",
    `\ufeff \n${
      JSON.stringify({ AccessKeyId: id, SecretAccessKey: secret, SessionToken: null, Expiration: "x" })
    }`,
    one,
  ],
  [
    "aws iam create-access-key",
    JSON.stringify(
      { AccessKey: { UserName: "jon", AccessKeyId: id, Status: "Active", SecretAccessKey: secret } },
      null,
      4,
    ),
    [["jon", id, secret]],
  ],
  [
    "a stored payload of aws-vault",
    JSON.stringify({ AccessKeyID: id, SecretAccessKey: secret, SessionToken: "" }),
    one,
  ],
];

for (const [name, text, keys] of read) {
  Deno.test(`readKeyText reads ${name}`, () => {
    const found = readKeyText(text).map((k) => [k.userName, k.accessKeyId, k.secretAccessKey.reveal()]);
    assert.deepEqual(found, keys);
  });
}

const header = "Access key ID,Secret access key";
const refused: [name: string, text: string, code: string, message: RegExp][] = [
  ["nothing", " \r\n\ufeff", "key-text-malformed", /it is empty/],
  ["one line", id, "key-text-malformed", /it has 1 line, not two/],
  ["three lines", `${id}\n${secret}\n${secret}`, "key-text-malformed", /it has 3 lines, not two/],
  ["a blank line between", `${id}\n\n${secret}`, "key-text-malformed", /it has 3 lines/],
  ["the secret first", `${secret}\n${id}`, "access-key-id-malformed", /looks like a secret access key/],
  ["a temporary key", `ASIAIOSFODNN7EXAMPLE\n${secret}`, "access-key-id-malformed", /temporary/],
  ["a control character", `${id}\n${secret.slice(1)}\x00`, "secret-key-malformed", /characters other than/],
  ["an id in the secret's place", `${id}\n${id2}`, "secret-key-malformed", /looks like an access key id/],
  [
    "variables",
    `export AWS_ACCESS_KEY_ID=${id}\nexport AWS_SECRET_ACCESS_KEY=${secret}`,
    "access-key-id-malformed",
    /blank/,
  ],
  ["a CSV without a header", `${id},${secret}\n`, "key-text-malformed", /lacks the columns/],
  [
    "a CSV with semicolons",
    `Access key ID;Secret access key\n${id};${secret}\n`,
    "access-key-id-malformed",
    /blank/,
  ],
  ["a CSV without a key", `${header}\n`, "key-text-malformed", /no line after the first/],
  [
    "a column twice",
    `${header},secret access key\n${id},${secret},${secret2}`,
    "key-text-malformed",
    /twice/,
  ],
  ["a short record", `${header}\n${id}\n`, "csv-malformed", /line 2 .* 1 fields/],
  ["a long record", `${header}\n${id},${secret},\n`, "csv-malformed", /line 2 .* 3 fields/],
  ["a blank line within", `${header}\n\n${id},${secret}\n`, "csv-malformed", /line 2/],
  ["an open quote", `${header}\n"${id},${secret}\n`, "csv-malformed", /line 2 .* a quote/],
  ["text after a quote", `${header}\n"${id}"x,${secret}\n`, "csv-malformed", /line 2 .* a quote/],
  [
    "a quote within",
    `${header}\n${id},${secret.slice(0, 9)}"${secret.slice(9)}\n`,
    "csv-malformed",
    /line 2 .* a quote/,
  ],
  ["a line break in quotes", `${header}\n"${id}\n",${secret}\n`, "csv-malformed", /line 2/],
  [
    "a control character in a CSV",
    `${header}\n${id},${secret}\x1b[2J\n`,
    "csv-malformed",
    /line 2 .* control/,
  ],
  ["a lone CR", `${header}\n${id},${secret}\r${id2},${secret2}\n`, "csv-malformed", /control/],
  ["swapped fields", `${header}\n${secret},${id}\n`, "access-key-id-malformed", /^line 2: /],
  [
    "broken JSON",
    `{"AccessKeyId": "${id}", "SecretAccessKey": "${secret}"`,
    "key-text-malformed",
    /like JSON/,
  ],
  ["JSON without a key", `{"Version": 1}`, "key-text-malformed", /no accesskeyid/],
  [
    "JSON with a token",
    JSON.stringify({ AccessKeyId: id, SecretAccessKey: secret, SessionToken: "t" }),
    "key-text-malformed",
    /session token/,
  ],
  [
    "JSON with a number",
    JSON.stringify({ AccessKeyId: id, SecretAccessKey: 7 }),
    "key-text-malformed",
    /is no text/,
  ],
  ["JSON with a list", JSON.stringify({ AccessKey: [id, secret] }), "key-text-malformed", /no object/],
];

for (const [name, text, code, message] of refused) {
  Deno.test(`readKeyText refuses ${name}, and does not repeat it`, () => {
    assert.throws(() => readKeyText(text), (failure) => {
      assert.ok(failure instanceof AppError);
      assert.equal(failure.code, code);
      assert.match(failure.message, message);
      for (const part of [id, id2, secret, secret2]) {
        assert.ok(!JSON.stringify([failure.message, failure.hints]).includes(part.slice(3)), failure.message);
      }
      return true;
    });
  });
}
