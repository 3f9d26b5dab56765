import assert from "node:assert/strict";
import { IniDocument } from "../../src/config/ini_document.ts";
import {
  countPlainSecrets,
  findInCredentialsFile,
  lineWithSecret,
  removeFromCredentialsFile,
} from "../../src/imports/credentials_file.ts";
import { isUsable } from "../../src/imports/found_key.ts";

const id = "AKIAIOSFODNN7EXAMPLE", secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const keys = `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;

const found: [name: string, text: string, findings: string[]][] = [
  ["keys", `[default]\n${keys}[a]\nregion = x\n[b-c]\n${keys}`, ["default", "b-c"]],
  [
    "keys of any spelling of the names, with comments after them",
    `[a]\nAWS_Access_Key_ID=${id} # mine\naws_secret_access_key  =  ${secret} ; too\r\n`,
    ["a"],
  ],
  ["the later of two sections of one name", `[a]\n${keys}[a]\naws_access_key_id = x\n`, [
    "a: that is no access key id: it has characters other than A-Z and 0-9",
  ]],
  ["no temporary keys", `[a]\n${keys}aws_session_token = t\n`, [
    "a: it has a session token: temporary credentials",
  ]],
  ["no temporary keys under the older name", `[a]\n${keys}aws_security_token = t\n`, [
    "a: it has a session token: temporary credentials",
  ]],
  [
    "no temporary keys without their token",
    `[a]\naws_access_key_id = ASIA${id.slice(4)}\naws_secret_access_key = s\n`,
    ["a: that is no access key id: it belongs to temporary credentials, which expire and need a session token"],
  ],
  ["no half", `[a]\naws_access_key_id = ${id}\n[b]\naws_secret_access_key = ${secret}\n`, [
    "a: it has no secret access key",
    "b: it has no access key id",
  ]],
  ["no swapped key", `[a]\naws_access_key_id = ${secret}\naws_secret_access_key = ${id}\n`, [
    "a: that is no access key id: it looks like a secret access key",
  ]],
  ["no quoted key", `[a]\naws_access_key_id = "${id}"\naws_secret_access_key = ${secret}\n`, [
    "a: that is no access key id: it has characters other than A-Z and 0-9",
  ]],
  ["others beside a broken section", `[a]\nnonsense\n[b]\n${keys}`, [
    "a: credentials:2: a property must have an = between name and value",
    "b",
  ]],
  ["nothing in an empty file", "", []],
];

for (const [name, text, findings] of found) {
  Deno.test(`findInCredentialsFile finds ${name}`, () => {
    const read = findInCredentialsFile(
      new IniDocument({ path: "credentials", text, dialect: "credentials" }),
    );
    assert.deepEqual(read.map((f) => isUsable(f) ? f.profile : `${f.profile}: ${f.reason}`), findings);
  });
}

const removed: [name: string, before: string, after: string][] = [
  ["a section of keys alone", `[a]\n${keys}\n[b]\nregion = x\n`, "[b]\nregion = x\n"],
  ["keys among others", `[a]\nregion = x\n${keys}output = json\n`, "[a]\nregion = x\noutput = json\n"],
  ["every occurrence", `[a]\n${keys}[b]\nx = 1\n[a]\n${keys}`, "[b]\nx = 1\n"],
  ["an older key in the same section too", `[a]\naws_secret_access_key = older\n${keys}`, ""],
  ["keys but not comments", `# top\n[a] # header\n# id\n${keys}# end\n`, "# top\n# id\n# end\n"],
  ["keys and line ends as they are", `[a]\r\nx = 1\r\n${keys.replaceAll("\n", "\r\n")}`, "[a]\r\nx = 1\r\n"],
  ["keys after a byte-order mark", `\ufeff[a]\n${keys}[b]\nx = 1`, "\ufeff[b]\nx = 1"],
  [
    "nothing of a section that has another key",
    `[a]\n${keys.replace(secret, "another")}`,
    `[a]\n${keys.replace(secret, "another")}`,
  ],
  ["nothing where the section has gone", `[b]\n${keys}`, `[b]\n${keys}`],
];

for (const [name, before, after] of removed) {
  Deno.test(`removeFromCredentialsFile takes out ${name}`, () => {
    const document = new IniDocument({ path: "credentials", text: before, dialect: "credentials" });
    const [key] = findInCredentialsFile(
      new IniDocument({ path: "", text: `[a]\n${keys}`, dialect: "credentials" }),
    ).filter(
      isUsable,
    );
    assert.deepEqual(removeFromCredentialsFile(document, [key!]), before === after ? [] : ["a"]);
    assert.equal(document.text, after);
  });
}

Deno.test("lineWithSecret and countPlainSecrets find what an edit leaves", () => {
  const key = findInCredentialsFile(
    new IniDocument({ path: "", text: `[a]\n${keys}`, dialect: "credentials" }),
  ).filter(
    isUsable,
  )[0]!;
  assert.equal(lineWithSecret(`[b]\n# was ${secret}\n`, key), 2);
  assert.equal(lineWithSecret("[b]\n", key), null);
  assert.equal(
    countPlainSecrets(
      `[profile x]\naws_secret_access_key=s\n  AWS_SECRET_ACCESS_KEY = s\n#aws_secret_access_key = s\naws_secret_access_key =\n`,
    ),
    2,
  );
});

Deno.test("a credentials file tells of keys that no section it can read has", () => {
  const document = (text: string) => new IniDocument({ path: "credentials", text, dialect: "credentials" });
  assert.deepEqual(document(`[a]\n${keys}`).mistakes(), []);
  assert.deepEqual(document(`[bad\n${keys}`).mistakes(), ["credentials:1: a section header must end with ]"]);
  assert.deepEqual(document(`[a b]\n${keys}`).mistakes(), [
    "credentials:1: a section whose name is none of a profile is passed over",
  ]);
});
