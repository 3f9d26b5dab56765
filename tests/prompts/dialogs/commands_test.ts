import assert from "node:assert/strict";
import type { DialogCommand } from "../../../src/prompts/dialogs/dialog_command.ts";
import { kdialogCommand } from "../../../src/prompts/dialogs/kdialog.ts";
import { osascriptCommand } from "../../../src/prompts/dialogs/osascript.ts";
import { appleScriptString } from "../../../src/prompts/dialogs/osascript.ts";
import { passCommand } from "../../../src/prompts/dialogs/pass.ts";
import { ykmanCommand } from "../../../src/prompts/dialogs/ykman.ts";
import { zenityCommand } from "../../../src/prompts/dialogs/zenity.ts";
import type { Question } from "../../../src/prompts/prompter.ts";
import { environment } from "../doubles.ts";

const serial = "arn:aws:iam::123456789012:mfa/jon";
const code: Question = { label: `MFA code for ${serial} (profile work)`, kind: "code", device: serial };
const label = (text: string): Question => ({ label: text, kind: "text" });
const secret: Question = { label: "Passphrase", kind: "secret" };
const dialog = (text: string, hidden = "") =>
  `text returned of (display dialog "${text}" default answer ""${hidden} buttons {"OK", "Cancel"} ` +
  `default button 1 cancel button 2 with title "aws-vault")`;

const rows: readonly (readonly [name: string, command: DialogCommand, argv: readonly string[]])[] = [
  ["zenity for a code", zenityCommand(code), [
    "zenity",
    "--entry",
    "--title",
    "aws-vault",
    "--text",
    `MFA code for ${serial} (profile work): `,
  ]],
  ["zenity for a secret", zenityCommand(secret), [
    "zenity",
    "--entry",
    "--title",
    "aws-vault",
    "--text",
    "Passphrase: ",
    "--hide-text",
  ]],
  ["zenity with what it would read as escapes and shortcuts", zenityCommand(label("a_b\\n")), [
    "zenity",
    "--entry",
    "--title",
    "aws-vault",
    "--text",
    "a__b\\\\n: ",
  ]],
  ["zenity with a control character", zenityCommand(label("a\nb")), [
    "zenity",
    "--entry",
    "--title",
    "aws-vault",
    "--text",
    "a\\\\x0ab: ",
  ]],
  ["zenity with a label like an option", zenityCommand(label("--password")), [
    "zenity",
    "--entry",
    "--title",
    "aws-vault",
    "--text",
    " --password: ",
  ]],
  ["kdialog for a code", kdialogCommand(code), [
    "kdialog",
    "--inputbox",
    `MFA code for ${serial} (profile work): `,
    "--title",
    "aws-vault",
  ]],
  ["kdialog for a secret", kdialogCommand(secret), [
    "kdialog",
    "--password",
    "Passphrase: ",
    "--title",
    "aws-vault",
  ]],
  ["kdialog with what it would read as escapes and rich text", kdialogCommand(label("a\\n<b>")), [
    "kdialog",
    "--inputbox",
    "a\\\\n\u2039b>: ",
    "--title",
    "aws-vault",
  ]],
  ["kdialog with a label like an option", kdialogCommand(label("-x")), [
    "kdialog",
    "--inputbox",
    " -x: ",
    "--title",
    "aws-vault",
  ]],
  ["osascript for a code", osascriptCommand(code), [
    "osascript",
    "-e",
    dialog(`MFA code for ${serial} (profile work): `),
  ]],
  ["osascript for a secret", osascriptCommand(secret), [
    "osascript",
    "-e",
    dialog("Passphrase: ", " with hidden answer"),
  ]],
  [
    "osascript with quotes, backslashes and a line end",
    osascriptCommand(label('a" & (do shell script "x") \\\n')),
    [
      "osascript",
      "-e",
      dialog('a\\" & (do shell script \\"x\\") \\\\\\\\x0a: '),
    ],
  ],
  ["ykman with the serial", ykmanCommand(code, environment()), [
    "ykman",
    "oath",
    "accounts",
    "code",
    "--single",
    serial,
  ]],
  [
    "ykman with a key and an account of its own",
    ykmanCommand(
      code,
      environment({ YKMAN_OATH_CREDENTIAL_NAME: "AWS:jon", YKMAN_OATH_DEVICE_SERIAL: "1234" }),
    ),
    ["ykman", "--device", "1234", "oath", "accounts", "code", "--single", "AWS:jon"],
  ],
  [
    "ykman of an old version",
    ykmanCommand(code, environment({ AWS_VAULT_YKMAN_VERSION: "3" })),
    ["ykman", "oath", "code", "--single", serial],
  ],
  [
    "ykman of a new version, said so",
    ykmanCommand(code, environment({ AWS_VAULT_YKMAN_VERSION: "4", YKMAN_OATH_CREDENTIAL_NAME: "" })),
    ["ykman", "oath", "accounts", "code", "--single", serial],
  ],
  ["pass with the serial", passCommand(code, environment()), ["pass", "otp", serial]],
  [
    "pass with an entry of its own",
    passCommand(code, environment({ PASS_OATH_CREDENTIAL_NAME: "aws/jon" })),
    ["pass", "otp", "aws/jon"],
  ],
];

for (const [name, command, argv] of rows) {
  Deno.test(`the command line is right: ${name}`, () => {
    assert.deepEqual([command.program, ...command.args], argv);
  });
}

Deno.test("ykmanCommand and passCommand use the terminal, dialogs do not", () => {
  assert.deepEqual(
    rows.map(([, command]) => command.usesTerminal),
    rows.map(([, { program }]) => ["ykman", "pass"].includes(program)),
  );
});

for (const command of [ykmanCommand, passCommand]) {
  Deno.test(`${command.name} gives codes only`, () => {
    assert.throws(() => command(secret, environment()), { code: "prompt-codes-only", kind: "usage" });
  });

  for (const device of ["--help", "a\nb", ""]) {
    Deno.test(`${command.name} refuses the device name ${JSON.stringify(device)}`, () => {
      assert.throws(() => command({ ...code, device }, environment()), {
        code: "prompt-device-name",
        kind: "config",
      });
    });
  }
}

for (const control of ["\0", "\n", "\r", "\x1b", "\x7f", "\u0085", "\u2028"]) {
  Deno.test(`appleScriptString refuses ${JSON.stringify(control)}`, () => {
    assert.throws(() => appleScriptString(`a${control}`), { code: "prompt-text-invalid", kind: "bug" });
  });
}
