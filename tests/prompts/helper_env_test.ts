import assert from "node:assert/strict";
import { helperEnv } from "../../src/prompts/helper_env.ts";

const rows: readonly (readonly [name: string, dialog: boolean, mfaProcess: boolean])[] = [
  ["AWS_ACCESS_KEY_ID", false, false],
  ["AWS_SECRET_ACCESS_KEY", false, false],
  ["AWS_SESSION_TOKEN", false, false],
  ["AWS_SECURITY_TOKEN", false, false],
  ["aws_secret_access_key", false, false],
  ["AWS_CONTAINER_AUTHORIZATION_TOKEN", false, false],
  ["AWS_VAULT_FILE_PASSPHRASE", false, false],
  ["AWS_VAULT_OP_CONNECT_TOKEN", false, false],
  ["AWS_VAULT_OP_SERVICE_ACCOUNT_TOKEN", false, false],
  ["OP_SERVICE_ACCOUNT_TOKEN", false, true],
  ["OP_CONNECT_TOKEN", false, true],
  ["PROTON_PASS_PERSONAL_ACCESS_TOKEN", false, true],
  ["AWS_PROFILE", true, true],
  ["AWS_WEB_IDENTITY_TOKEN_FILE", true, true],
  ["PASS_OATH_CREDENTIAL_NAME", true, true],
  ["PASSWORD_STORE_DIR", true, true],
  ["GPG_TTY", true, true],
  ["DISPLAY", true, true],
  ["PATH", true, true],
];

for (const [name, dialog, mfaProcess] of rows) {
  Deno.test(`helperEnv ${dialog ? "keeps" : "drops"} ${name} for dialogs, ${mfaProcess ? "keeps" : "drops"} it for mfa_process`, () => {
    assert.equal(name in helperEnv({ [name]: "x" }, "dialog"), dialog);
    assert.equal(name in helperEnv({ [name]: "x" }, "mfa-process"), mfaProcess);
  });
}
