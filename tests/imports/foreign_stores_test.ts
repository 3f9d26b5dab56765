import assert from "node:assert/strict";
import { findInAwsSso, findInGranted } from "../../src/imports/foreign_stores.ts";
import { type Finding, isUsable } from "../../src/imports/found_key.ts";
import { Secret } from "../../src/secret.ts";
import { FakeSecretStore } from "../fakes/fake_secret_store.ts";

const id = "AKIAIOSFODNN7EXAMPLE", secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const shown = (f: Finding) =>
  isUsable(f) ? `${f.profile} ${f.accessKeyId} ${f.secretAccessKey.reveal()}` : `${f.profile}: ${f.reason}`;

Deno.test("findInGranted reads its items, of the wanted profiles only", async () => {
  const store = new FakeSecretStore();
  const put = (name: string, payload: unknown) =>
    store.items.set(name, {
      name,
      payload: new Secret(JSON.stringify(payload)),
      label: "",
      description: "",
      trusted: true,
    });
  put("a", { AccessKeyID: id, SecretAccessKey: secret, SessionToken: "", Source: "", CanExpire: false });
  put("b", { AccessKeyID: id, SecretAccessKey: secret, SessionToken: "t" });
  assert.deepEqual((await findInGranted(store, [])).map(shown), [
    `a ${id} ${secret}`,
    "b: it has a session token: temporary credentials",
  ]);
  store.calls.length = 0;
  assert.deepEqual((await findInGranted(store, ["a"])).map(shown), [`a ${id} ${secret}`]);
  assert.deepEqual(store.calls, ["list", "read a"]);
});

Deno.test("findInAwsSso finds static credentials among its records", () => {
  const arn = "arn:aws:iam::123456789012:user/jon";
  const records = {
    RegisterClientData: { x: { clientSecret: "x" } },
    StaticCredentials: {
      [arn]: {
        Profile: "work",
        userName: "jon",
        accountId: 123456789012,
        accessKeyId: id,
        secretAccessKey: secret,
      },
      "arn:b": { userName: "b", accessKeyId: id, secretAccessKey: 7 },
    },
  };
  assert.deepEqual(findInAwsSso(new Secret(JSON.stringify(records)), "p").map(shown), [
    `work ${id} ${secret}`,
    "arn:b: it has no secret access key",
  ]);
  assert.deepEqual(findInAwsSso(new Secret("{}"), "p"), []);
  for (
    const text of [
      "",
      `{"a": "${secret}"`,
      "[]",
      `{"StaticCredentials": 7}`,
      `{"StaticCredentials": {"a": 7}}`,
    ]
  ) {
    assert.throws(() => findInAwsSso(new Secret(text), "p"), {
      code: "import-records-malformed",
      message: "p holds no records of aws-sso-cli",
    });
  }
});
