import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { AccessKeys } from "../../src/vault/access_keys.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { FakeSecretStore } from "../fakes/fake_secret_store.ts";

const ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

async function withPayload(payload: string): Promise<AccessKeys> {
  const store = new FakeSecretStore();
  await store.write(item("work", payload));
  return new AccessKeys(store);
}

Deno.test("AccessKeys.write stores the item that aws-vault would", async () => {
  const store = new FakeSecretStore();
  await new AccessKeys(store).write("team <a>", { accessKeyId: ID, secretAccessKey: new Secret(SECRET) });
  const written = store.items.get("team <a>")!;
  assert.equal(
    written.payload.reveal(),
    `{"AccessKeyID":"${ID}","SecretAccessKey":"${SECRET}","SessionToken":"","Source":"","CanExpire":false,` +
      `"Expires":"0001-01-01T00:00:00Z","AccountID":""}`,
  );
  assert.equal(written.label, "aws-vault (team <a>)");
  assert.equal(written.description, "");
  assert.equal(written.trusted, false);
});

Deno.test("AccessKeys.read takes what every version wrote", async () => {
  const plain = {
    accessKeyId: ID,
    secretAccessKey: SECRET,
    sessionToken: null,
    expiresAt: null,
    accountId: null,
  };
  const rows: readonly (readonly [string, object])[] = [
    [`{"AccessKeyID":"${ID}","SecretAccessKey":"${SECRET}"}`, plain],
    [`{"accesskeyid":"${ID}","SECRETACCESSKEY":"${SECRET}"}`, plain],
    [`{"AccessKeyId":"${ID}","SecretAccessKey":"${SECRET}","SessionToken":null,"AccountID":null}`, plain],
    [`{"Unknown":{"a":[1]},"AccessKeyID":"${ID}","SecretAccessKey":"${SECRET}","Source":7}`, plain],
    [`{"AccessKeyID":"${ID}","SecretAccessKey":"a\\u003cb\\u0026"}`, { ...plain, secretAccessKey: "a<b&" }],
    [
      `{"AccessKeyID":"${ID}","SecretAccessKey":"${SECRET}","SessionToken":"token","CanExpire":true,` +
      `"Expires":"2026-01-01T00:00:00Z","AccountID":"123456789012"}`,
      { ...plain, sessionToken: "token", expiresAt: 1767225600_000, accountId: "123456789012" },
    ],
    [
      `{"AccessKeyID":"${ID}","SecretAccessKey":"${SECRET}","CanExpire":false,"Expires":"0001-01-01T00:00:00Z"}`,
      plain,
    ],
  ];
  for (const [payload, expected] of rows) {
    const key = (await (await withPayload(payload)).read("work"))!;
    const revealed = {
      ...key,
      secretAccessKey: key.secretAccessKey.reveal(),
      sessionToken: key.sessionToken?.reveal() ?? null,
    };
    assert.deepEqual(revealed, expected, payload);
  }
});

Deno.test("AccessKeys.read calls an item that makes no sense damaged, without quoting it", async () => {
  const payloads = [
    "",
    "hunter2",
    "null",
    "[]",
    '"hunter2"',
    "{}",
    `{"AccessKeyID":"${ID}"}`,
    `{"AccessKeyID":"","SecretAccessKey":"hunter2"}`,
    `{"SecretAccessKey":"hunter2"}`,
    `{"AccessKeyID":7,"SecretAccessKey":"hunter2"}`,
    `{"AccessKeyID":"${ID}","SecretAccessKey":["hunter2"]}`,
    `{"AccessKeyID":"${ID}","SecretAccessKey":"hunter2","CanExpire":true,"Expires":"hunter2"}`,
  ];
  for (const payload of payloads) {
    const keys = await withPayload(payload);
    await assert.rejects(() => keys.read("work"), (failure) => {
      assert.ok(failure instanceof StoreError, payload);
      assert.equal(failure.outcome, "damaged");
      const shown = [failure.message, ...failure.hints, failure.stack, String(failure.cause)].join("\n");
      assert.ok(!shown.includes("hunter2"), shown);
      return true;
    });
  }
});

Deno.test("AccessKeys keeps its hands off sessions and SSO tokens", async () => {
  const store = new FakeSecretStore();
  const keys = new AccessKeys(store);
  const others = [
    "sts.GetSessionToken,am9u,,1767225600",
    "session,am9u,,1500000000",
    "prod session (1)",
    "oidc:https://x",
  ];
  for (const name of ["work", ...others, "play"]) await store.write(item(name, "{}"));
  assert.deepEqual(await keys.profiles(), ["work", "play"]);
  for (const name of others) {
    assert.equal(await keys.has(name), false);
    assert.equal(await keys.read(name), null);
    assert.equal(await keys.remove(name), false);
    await assert.rejects(
      () => keys.write(name, { accessKeyId: ID, secretAccessKey: new Secret(SECRET) }),
      (failure) =>
        failure instanceof AppError && failure.code === "item-name-reserved" && failure.kind === "usage",
    );
  }
  assert.equal(store.items.size, 6);
  assert.equal(await keys.has("work"), true);
  assert.equal(await keys.has("nowhere"), false);
  assert.equal(await keys.remove("work"), true);
  assert.equal(await keys.remove("work"), false);
  assert.equal(await keys.read("work"), null);
});

Deno.test("AccessKeys passes a store's failure on", async () => {
  const store = new FakeSecretStore();
  store.failure = new StoreError("locked", "the store is locked");
  const keys = new AccessKeys(store);
  for (const call of [() => keys.read("work"), () => keys.profiles(), () => keys.remove("work")]) {
    await assert.rejects(call, (failure) => failure === store.failure);
  }
});
