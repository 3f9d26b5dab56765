import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { StoreError, type StoreOutcome } from "../../src/vault/secret_store.ts";
import { hasSecretService, type KeyringBackend, KeyringStore } from "../../src/vault/stores/keyring_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { FakeKeyringAddon } from "../fakes/fake_keyring_addon.ts";

/** Time stands still. */
const forever = { sleep: () => new Promise<void>(() => {}) };

function open(addon: FakeKeyringAddon, backend: KeyringBackend = "secret-service"): KeyringStore {
  return new KeyringStore({ backend, addon: () => addon, clock: forever });
}

function failsWith(outcome: StoreOutcome, message: RegExp): (failure: unknown) => boolean {
  return (failure) => {
    assert.ok(failure instanceof StoreError, String(failure));
    assert.equal(failure.outcome, outcome);
    assert.match(failure.message, message);
    return true;
  };
}

Deno.test("KeyringStore turns what the addon says into outcomes", async () => {
  const rows: readonly (readonly [string, StoreOutcome])[] = [
    ["Couldn't access platform storage: Secret Service: unlock prompt was dismissed", "locked"],
    ["SS error: prompt dismissed", "locked"],
    ["Secret Service: object locked", "locked"],
    ["zbus error: org.freedesktop.Secret.Error.IsLocked: Cannot get secret of a locked object", "locked"],
    ["Platform failure: User interaction is not allowed.", "locked"],
    ["D-Bus error: org.freedesktop.DBus.Error.AccessDenied: no", "denied"],
    ["Platform failure: User canceled the operation.", "denied"],
    ["Platform failure: The user name or passphrase you entered is not correct.", "denied"],
    ["Secret data is malformed: x", "damaged"],
    ["Entry is matched by multiple credentials: ambiguous", "damaged"],
    ["Couldn't access platform storage: Secret Service: no result found", "unavailable"],
    [
      "Platform failure: DBus error: Failed to connect to socket /run/user/1/bus: No such file",
      "unavailable",
    ],
    [
      "Platform failure: DBus error: The name org.freedesktop.secrets was not provided by any .service files",
      "unavailable",
    ],
    ["something that no version has said yet", "unavailable"],
  ];
  for (const [said, outcome] of rows) {
    const addon = new FakeKeyringAddon();
    addon.failure = said;
    for (const backend of ["secret-service", "keychain"] as const) {
      const store = open(addon, backend);
      const calls = [
        () => store.read("work"),
        () => store.write(item("work", "x")),
        () => store.remove("work"),
        () => store.list(),
      ];
      for (const call of calls) {
        await assert.rejects(call, (failure) => {
          failsWith(outcome, backend === "keychain" ? /^the login keychain / : /^the Secret Service /)(
            failure,
          );
          assert.equal(((failure as StoreError).cause as Error).message, said);
          assert.ok((failure as StoreError).hints.length > 0);
          return true;
        });
      }
    }
  }
});

Deno.test("KeyringStore ends every call by a deadline", async () => {
  const addon = new FakeKeyringAddon();
  addon.hangs = true;
  const waits: number[] = [];
  const clock = {
    sleep(ms: number): Promise<void> {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  const store = new KeyringStore({ backend: "secret-service", addon: () => addon, clock });
  for (
    const call of [
      () => store.read("work"),
      () => store.write(item("work", "x")),
      () => store.remove("work"),
      () => store.list(),
    ]
  ) {
    await assert.rejects(call, failsWith("unavailable", /^the Secret Service gave no answer within 60 s$/));
  }
  assert.deepEqual(waits, [60_000, 60_000, 60_000, 60_000]);
});

Deno.test("KeyringStore pins the Secret Service, so that the addon never falls back to a store that forgets", async () => {
  const addon = new FakeKeyringAddon();
  const store = open(addon);
  await store.write(item("work", "x"));
  await store.read("work");
  await store.remove("work");
  hasSecretService(addon);
  assert.deepEqual(addon.options, Array(4).fill({ linux: { store: "secret-service" } }));
});

Deno.test("KeyringStore stores the raw payload under the service and the item's name", async () => {
  const addon = new FakeKeyringAddon();
  await open(addon, "keychain").write(item("team a", "payload"));
  assert.deepEqual([...addon.secrets], [["aws-vault/team a", [...new TextEncoder().encode("payload")]]]);
});

Deno.test("KeyringStore loads the addon when first needed, and says when it can't be loaded", async () => {
  let loads = 0;
  const missing = new AppError("native-unavailable", "unavailable", "cannot load the keyring addon");
  const store = new KeyringStore({
    backend: "keychain",
    clock: forever,
    addon() {
      loads++;
      throw missing;
    },
  });
  assert.equal(loads, 0);
  await assert.rejects(() => store.list(), failsWith("unavailable", /^cannot load the keyring addon$/));
});

Deno.test("KeyringStore calls a secret that is no text damaged", async () => {
  const addon = new FakeKeyringAddon();
  addon.secrets.set("aws-vault/work", [0xff, 0xfe]);
  await assert.rejects(() => open(addon).read("work"), failsWith("damaged", /not text$/));
});
