import assert from "node:assert/strict";
import { StoreError, type StoreOutcome } from "../../src/vault/secret_store.ts";
import { WincredStore } from "../../src/vault/stores/wincred_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { FakeCredentialManager } from "../fakes/fake_credential_manager.ts";

function failsWith(outcome: StoreOutcome, message: RegExp): (failure: unknown) => boolean {
  return (failure) => {
    assert.ok(failure instanceof StoreError, String(failure));
    assert.equal(failure.outcome, outcome);
    assert.match(failure.message, message);
    return true;
  };
}

Deno.test("WincredStore writes the credential that aws-vault would", async () => {
  const manager = new FakeCredentialManager();
  await new WincredStore(manager).write(item("oidc:https://x/start", "payload"));
  assert.deepEqual([...manager.credentials.values()], [{
    target: "aws-vault:aws-vault:oidc:https://x/start",
    userName: "",
    persist: 2,
    blob: new TextEncoder().encode("payload"),
  }]);
});

Deno.test("WincredStore refuses what Windows would, before it writes", async () => {
  const manager = new FakeCredentialManager();
  const store = new WincredStore(manager);
  await store.write(item("largest", "x".repeat(2560)));
  assert.equal((await store.read("largest"))?.reveal().length, 2560);
  await assert.rejects(
    () => store.write(item("larger", "x".repeat(2561))),
    failsWith("unavailable", /at most 2560 bytes/),
  );
  await assert.rejects(
    () => store.write(item("n".repeat(40_000), "x")),
    failsWith("unavailable", /name is too long/),
  );
  assert.deepEqual(await store.list(), ["largest"]);
});

Deno.test("WincredStore tells names apart by case although Windows does not", async () => {
  const manager = new FakeCredentialManager();
  const store = new WincredStore(manager);
  await store.write(item("work", "payload"));
  assert.equal(await store.read("Work"), null);
  assert.equal(await store.remove("Work"), false);
  await assert.rejects(() => store.write(item("Work", "x")), failsWith("denied", /does not tell its name/));
  assert.equal((await store.read("work"))?.reveal(), "payload");
});

Deno.test("WincredStore lists its own credentials only", async () => {
  const manager = new FakeCredentialManager();
  const store = new WincredStore(manager);
  await store.write(item("work", "x"));
  const foreign = { userName: "", persist: 2, blob: new Uint8Array(1) };
  manager.credentials.set("git:https://github.com", { ...foreign, target: "git:https://github.com" });
  manager.credentials.set("aws-vault:aws-vault", { ...foreign, target: "aws-vault:aws-vault" });
  assert.deepEqual(await store.list(), ["work"]);
  assert.equal(manager.unfreed.size, 0);
});

Deno.test("WincredStore turns Windows' errors into outcomes", async () => {
  const rows = [[5, "denied"], [1312, "unavailable"], [1783, "unavailable"]] as const;
  for (const [error, outcome] of rows) {
    const manager = new FakeCredentialManager();
    const store = new WincredStore(manager);
    await store.write(item("work", "x"));
    manager.failure = error;
    for (
      const call of [
        () => store.read("work"),
        () => store.write(item("play", "x")),
        () => store.remove("work"),
        () => store.list(),
      ]
    ) {
      await assert.rejects(call, failsWith(outcome, /Windows|Credential Manager/));
    }
  }
});

Deno.test("WincredStore calls a blob that is no text damaged", async () => {
  const manager = new FakeCredentialManager();
  const target = "aws-vault:aws-vault:work";
  manager.credentials.set(target, { target, userName: "", persist: 2, blob: Uint8Array.of(0xff) });
  await assert.rejects(() => new WincredStore(manager).read("work"), failsWith("damaged", /not text$/));
});

Deno.test("WincredStore reads the credentials of another service, and no others", async () => {
  const manager = new FakeCredentialManager();
  const put = (target: string, text: string) => {
    const blob = new TextEncoder().encode(text);
    manager.credentials.set(target, { target, userName: "", persist: 2, blob });
  };
  put("granted-aws-iam-credentials:granted-aws-iam-credentials:work", "granted's");
  put("aws-vault:aws-vault:work", "ours");
  put("aws-vault:aws-vault:play", "ours");
  const store = new WincredStore(manager, "granted-aws-iam-credentials");
  assert.deepEqual(await store.list(), ["work"]);
  assert.equal((await store.read("work"))?.reveal(), "granted's");
  assert.equal(await store.read("play"), null);
  assert.deepEqual(store.readBytes("work"), new TextEncoder().encode("granted's"));
  assert.equal(manager.unfreed.size, 0);
});
