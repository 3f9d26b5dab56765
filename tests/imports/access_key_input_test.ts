import { strict as assert } from "node:assert";
import { checkAccessKeyId, checkMfaSerial, checkSecretKey } from "../../src/imports/access_key_input.ts";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { secretKey } from "../cli/fake_command_deps.ts";

type Check = (answer: string) => string | null;
const secretOf: Check = (answer) => checkSecretKey(new Secret(answer)).reveal();

const accepted: [name: string, check: Check, answer: string, value: string | null][] = [
  ["checkAccessKeyId", checkAccessKeyId, "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
  ["checkAccessKeyId", checkAccessKeyId, "\r\n AKIAIOSFODNN7EXAMPLE \r\n", "AKIAIOSFODNN7EXAMPLE"],
  ["checkAccessKeyId", checkAccessKeyId, "A".repeat(16), "A".repeat(16)],
  ["checkAccessKeyId", checkAccessKeyId, "A".repeat(128), "A".repeat(128)],
  ["checkSecretKey", secretOf, secretKey, secretKey],
  ["checkSecretKey", secretOf, ` ${secretKey}\r\n`, secretKey],
  ["checkSecretKey", secretOf, "short+key=", "short+key="],
  ["checkMfaSerial", checkMfaSerial, "", null],
  ["checkMfaSerial", checkMfaSerial, " \r\n", null],
  ["checkMfaSerial", checkMfaSerial, "GAHT12345678", "GAHT12345678"],
  [
    "checkMfaSerial",
    checkMfaSerial,
    "arn:aws-us-gov:iam::123456789012:mfa/path/j+o@n.x",
    "arn:aws-us-gov:iam::123456789012:mfa/path/j+o@n.x",
  ],
];

for (const [name, check, answer, value] of accepted) {
  Deno.test(`${name} takes ${JSON.stringify(answer.slice(0, 60))}`, () => assert.equal(check(answer), value));
}

const refused: [name: string, check: Check, answer: string, code: string, reason: RegExp][] = [
  ["checkAccessKeyId", checkAccessKeyId, "", "access-key-id-malformed", /it is empty$/],
  ["checkAccessKeyId", checkAccessKeyId, secretKey, "access-key-id-malformed", /like a secret access key$/],
  [
    "checkAccessKeyId",
    checkAccessKeyId,
    "AKIAIOSF ODNN7EXAMPLE",
    "access-key-id-malformed",
    /a blank in it$/,
  ],
  ["checkAccessKeyId", checkAccessKeyId, "akiaiosfodnn7example", "access-key-id-malformed", /other than A-Z/],
  ["checkAccessKeyId", checkAccessKeyId, "AKIAÄOSFODNN7EXAMPLE", "access-key-id-malformed", /other than A-Z/],
  ["checkAccessKeyId", checkAccessKeyId, "AKIA", "access-key-id-malformed", /4 characters, not 16 to 128$/],
  ["checkAccessKeyId", checkAccessKeyId, "A".repeat(129), "access-key-id-malformed", /129 characters/],
  ["checkAccessKeyId", checkAccessKeyId, "ASIAIOSFODNN7EXAMPLE", "access-key-id-malformed", /temporary/],
  [
    "checkAccessKeyId",
    checkAccessKeyId,
    "AIDAIOSFODNN7EXAMPLE",
    "access-key-id-malformed",
    /of an IAM user$/,
  ],
  ["checkAccessKeyId", checkAccessKeyId, "AROAIOSFODNN7EXAMPLE", "access-key-id-malformed", /of a role$/],
  ["checkSecretKey", secretOf, "", "secret-key-malformed", /it is empty$/],
  ["checkSecretKey", secretOf, "AKIAIOSFODNN7EXAMPLE", "secret-key-malformed", /like an access key id$/],
  ["checkSecretKey", secretOf, "wJalrXUtn FEMI/K7", "secret-key-malformed", /a blank in it$/],
  ["checkSecretKey", secretOf, "wJalrXUtn\nFEMI/K7", "secret-key-malformed", /a blank in it$/],
  ["checkSecretKey", secretOf, "wJalrXUtn-FEMI", "secret-key-malformed", /other than A-Z/],
  ["checkMfaSerial", checkMfaSerial, "654321", "mfa-serial-malformed", /an MFA code$/],
  [
    "checkMfaSerial",
    checkMfaSerial,
    "arn:aws:iam::123456789012:user/jon",
    "mfa-serial-malformed",
    /not that of an MFA/,
  ],
  [
    "checkMfaSerial",
    checkMfaSerial,
    "arn:aws:iam::210987654321:mfa/",
    "mfa-serial-malformed",
    /not that of an MFA/,
  ],
  ["checkMfaSerial", checkMfaSerial, "GAHT\u001b12345678", "mfa-serial-malformed", /no device name has$/],
  ["checkMfaSerial", checkMfaSerial, "GAHT", "mfa-serial-malformed", /4 characters, not 9 to 256$/],
];

for (const [name, check, answer, code, reason] of refused) {
  Deno.test(`${name} refuses ${JSON.stringify(answer.slice(0, 60))} without quoting it`, () => {
    assert.throws(() => check(answer), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, code);
      assert.match(error.message, reason);
      const shown = `${error.message} ${error.hints.join(" ")}`;
      if (answer.length > 4) assert.ok(!shown.includes(answer), shown);
      return true;
    });
  });
}
