import assert from "node:assert/strict";
import { findInAwsSso, findInGranted, joinAwsSsoParts } from "../../src/imports/foreign_stores.ts";
import { type Finding, isUsable } from "../../src/imports/found_key.ts";
import { Secret } from "../../src/secret.ts";
import { awsSsoParts } from "./aws_sso_parts.ts";
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

Deno.test("joinAwsSsoParts puts together what aws-sso-cli cut, wherever it cut", () => {
  for (const text of ["{}", "x".repeat(1999), "x".repeat(2000), "ü".repeat(5000), `x${"😀".repeat(999)}`]) {
    const parts = awsSsoParts(text);
    assert.equal(joinAwsSsoParts((name) => parts.get(name) ?? null, "p")?.reveal(), text);
    assert.ok([...parts.values()].every((part) => part.every((byte) => byte === 0)), "a part was not wiped");
  }
  assert.equal(joinAwsSsoParts(() => null, "p"), null);
});

Deno.test("joinAwsSsoParts refuses parts that do not add up", () => {
  const [first, second] = ["aws-sso-cli-records_0", "aws-sso-cli-records_1"];
  const rows: [string, (parts: Map<string, Uint8Array>) => void][] = [
    ["no header", (parts) => parts.set(first!, new Uint8Array(7))],
    ["a part too few", (parts) => parts.delete(second!)],
    ["an empty part", (parts) => parts.set(second!, new Uint8Array())],
    ["too much", (parts) => parts.set(second!, new Uint8Array(2560))],
    ["no text", (parts) => parts.get(second!)!.fill(0xff)],
    ["half a character", (parts) => parts.get(second!)!.fill(0xc3, -1)],
  ];
  for (const [what, spoil] of rows) {
    const parts = awsSsoParts("x".repeat(3000));
    spoil(parts);
    assert.throws(() => joinAwsSsoParts((name) => parts.get(name) ?? null, "p"), {
      code: "import-records-malformed",
      message: "p holds no records of aws-sso-cli",
    }, what);
  }
});
