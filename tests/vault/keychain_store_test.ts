import assert from "node:assert/strict";
import { StoreError, type StoreOutcome } from "../../src/vault/secret_store.ts";
import { KeychainStore } from "../../src/vault/stores/keychain_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { FakeKeychain, FakeKeychains, THIS_PROGRAM } from "../fakes/fake_keychains.ts";

const OWN = "aws-vault.keychain";
/** Time stands still. */
const forever = { sleep: () => new Promise<void>(() => {}) };

function open(native: FakeKeychains, keychain = "aws-vault"): KeychainStore {
  return new KeychainStore({ native, clock: forever, keychain });
}

/** With aws-vault's own keychain in it, and the items of these names. */
function withOwn(...names: readonly string[]): { native: FakeKeychains; own: FakeKeychain } {
  const native = new FakeKeychains();
  const own = new FakeKeychain();
  native.files.set(OWN, own);
  for (const name of names) own.items.push(stored(name, "theirs"));
  return { native, own };
}

/** As aws-vault leaves access keys: no program may read them unasked. */
function stored(account: string, secret: string, service = "aws-vault") {
  const bytes = new TextEncoder().encode(secret);
  return {
    service,
    account,
    label: `aws-vault (${account})`,
    description: "",
    secret: bytes,
    trusted: new Set<string>(),
  };
}

function failsWith(outcome: StoreOutcome, message: RegExp): (failure: unknown) => boolean {
  return (failure) => {
    assert.ok(failure instanceof StoreError, String(failure));
    assert.equal(failure.outcome, outcome);
    assert.match(failure.message, message);
    assert.ok(failure.hints.length > 0);
    return true;
  };
}

Deno.test("KeychainStore reads aws-vault's own keychain first, then the login keychain", async () => {
  const { native } = withOwn("work");
  native.login!.items.push(stored("work", "of the login keychain"), stored("play", "there only"));
  const store = open(native);
  assert.equal((await store.read("work"))?.reveal(), "theirs");
  assert.equal((await store.read("play"))?.reveal(), "there only");
  assert.equal(await store.read("none"), null);
  assert.equal((await open(native, "").read("work"))?.reveal(), "of the login keychain");
  assert.deepEqual(native.leaked, []);
});

Deno.test("KeychainStore writes the item that aws-vault would", async () => {
  const { native, own } = withOwn();
  const store = open(native);
  await store.write(item("team a", "payload"));
  await store.write({ ...item("session", "x"), description: "aws-vault session", trusted: true });
  const [keys, session] = own.items;
  assert.deepEqual(keys, {
    service: "aws-vault",
    account: "team a",
    label: "aws-vault (team a)",
    description: "",
    secret: new TextEncoder().encode("payload"),
    trusted: new Set(),
  });
  assert.deepEqual(session!.trusted, new Set([THIS_PROGRAM]));
  assert.equal(session!.description, "aws-vault session");
  assert.deepEqual(native.leaked, []);
});

Deno.test("KeychainStore puts new items into the login keychain where aws-vault has none of its own", async () => {
  const native = new FakeKeychains();
  await open(native).write(item("work", "payload"));
  assert.deepEqual(native.login!.items.map(({ account }) => account), ["work"]);
  assert.deepEqual([native.files.size, native.dialogs], [0, []]);
});

Deno.test("KeychainStore makes a keychain that was asked for by name, by the system's dialog", async () => {
  const native = new FakeKeychains();
  assert.equal(await open(native, "secret-keys").read("work"), null);
  assert.equal(native.files.size, 0);
  await open(native, "secret-keys").write(item("work", "payload"));
  assert.deepEqual(native.files.get("secret-keys.keychain")!.items.map(({ account }) => account), ["work"]);
  assert.deepEqual(native.dialogs, ["choose a password"]);
  native.person = "cancels";
  await assert.rejects(
    () => open(native, "others").write(item("work", "x")),
    failsWith("denied", /^the keychain others was not opened: the dialog was cancelled/),
  );
});

Deno.test("KeychainStore changes an item where it is, and leaves its access control alone", async () => {
  const { native, own } = withOwn("work");
  native.person = "always allows";
  const store = open(native);
  await store.read("work");
  await store.write(item("work", "second"));
  assert.equal((await store.read("work"))?.reveal(), "second");
  assert.deepEqual(native.dialogs, ["allow access to work"]);
  native.login!.items.push(stored("play", "first"));
  await store.write(item("play", "second"));
  assert.deepEqual(own.items.map(({ account }) => account), ["work"]);
  assert.equal(native.calls.filter((call) => call === "SecKeychainItemCreateFromContent").length, 0);
});

Deno.test("KeychainStore lists both keychains without a dialog, also locked ones, and decrypts nothing", async () => {
  const { native, own } = withOwn("work", "team a");
  own.items.push(stored("someone else's", "x", "another service"));
  own.locked = true;
  native.login!.items.push(stored("play", "x"), stored("work", "x"));
  native.login!.locked = true;
  assert.deepEqual((await open(native).list()).sort(), ["play", "team a", "work"]);
  assert.deepEqual(native.dialogs, []);
  assert(!native.calls.includes("SecKeychainFindGenericPassword"));
  assert.deepEqual(
    native.calls.filter((call) => call === "SecKeychainSetUserInteractionAllowed").length,
    2,
    "asking is switched off and on again",
  );
  assert.deepEqual(native.leaked, []);
});

Deno.test("KeychainStore never lists to read, write or remove one item", async () => {
  const { native } = withOwn("work");
  const store = open(native);
  await store.read("work");
  await store.write(item("work", "x"));
  await store.write(item("play", "x"));
  await store.remove("work");
  assert.deepEqual(native.calls.filter((call) => call.startsWith("SecKeychainSearch")), []);
});

Deno.test("KeychainStore removes an item from wherever it is", async () => {
  const { native, own } = withOwn("work");
  native.login!.items.push(stored("work", "x"));
  assert.equal(await open(native).remove("work"), true);
  assert.deepEqual([own.items.length, native.login!.items.length], [0, 0]);
  assert.equal(await open(native).remove("work"), false);
  assert.deepEqual(native.leaked, []);
});

Deno.test("KeychainStore unlocks by the system's dialog, and says locked where there is none", async () => {
  const { native, own } = withOwn("work");
  own.locked = true;
  native.person = "always allows";
  assert.equal((await open(native).read("work"))?.reveal(), "theirs");
  assert.deepEqual(native.dialogs, ["unlock", "allow access to work"]);
  own.locked = true;
  native.person = "absent";
  for (const call of [() => open(native).read("work"), () => open(native).write(item("play", "x"))]) {
    await assert.rejects(call, (failure) => {
      failsWith("locked", /^the keychain aws-vault is locked/)(failure);
      assert.match((failure as StoreError).hints[0]!, /security unlock-keychain aws-vault\.keychain-db$/);
      return true;
    });
  }
});

Deno.test("KeychainStore turns a person's refusals into outcomes", async () => {
  const { native } = withOwn("work");
  native.person = "denies";
  await assert.rejects(
    () => open(native).read("work"),
    failsWith("denied", /refused access \(macOS error -25293\)$/),
  );
  native.person = "cancels";
  await assert.rejects(() => open(native).read("work"), failsWith("denied", /the dialog was cancelled/));
});

Deno.test("KeychainStore turns statuses into outcomes", async () => {
  const rows: readonly (readonly [number, StoreOutcome, RegExp])[] = [
    [-34, "unavailable", /the disk is full/],
    [-61, "denied", /can't be written to/],
    [-25292, "denied", /can't be written to/],
    [-25295, "damaged", /makes no sense/],
    [-25315, "locked", /is locked/],
    [-25291, "unavailable", /can't be used \(macOS error -25291\)/],
    [-4, "unavailable", /can't be used \(macOS error -4\)/],
  ];
  for (const [status, outcome, message] of rows) {
    const { native } = withOwn();
    native.failure = { call: "SecKeychainItemCreateFromContent", status };
    await assert.rejects(() => open(native).write(item("work", "x")), failsWith(outcome, message));
    native.failure = { call: "SecKeychainFindGenericPassword", status };
    await assert.rejects(() => open(native).read("work"), failsWith(outcome, message));
    await assert.rejects(() => open(native).remove("work"), failsWith(outcome, message));
    native.failure = { call: "SecKeychainSearchCreateFromAttributes", status };
    await assert.rejects(() => open(native).list(), failsWith(outcome, message));
  }
  const native = new FakeKeychains();
  native.login = null;
  assert.deepEqual(await open(native).list(), []);
  await assert.rejects(
    () => open(native).write(item("work", "x")),
    failsWith("unavailable", /login keychain is not there/),
  );
});

Deno.test("KeychainStore changes an item that another process has made meanwhile", async () => {
  const { native, own } = withOwn();
  native.before = (call) => {
    if (call === "SecKeychainItemCreateFromContent") own.items.push(stored("work", "theirs"));
  };
  await open(native).write(item("work", "ours"));
  assert.deepEqual(own.items.map(({ secret }) => new TextDecoder().decode(secret)), ["ours"]);
});

Deno.test("KeychainStore calls a secret that is no text damaged", async () => {
  const { native, own } = withOwn("work");
  own.items[0]!.secret = Uint8Array.of(0xff);
  await assert.rejects(() => open(native).read("work"), (failure) => {
    assert.ok(failure instanceof StoreError && failure.outcome === "damaged");
    return true;
  });
});

Deno.test("KeychainStore ends every call by a deadline", async () => {
  const { native } = withOwn();
  native.hangs = true;
  const waits: number[] = [];
  const clock = {
    sleep(ms: number): Promise<void> {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  const store = new KeychainStore({ native, clock, keychain: "aws-vault" });
  const calls = [
    () => store.read("work"),
    () => store.write(item("work", "x")),
    () => store.remove("work"),
    () => store.list(),
  ];
  for (const call of calls) {
    await assert.rejects(call, failsWith("unavailable", /gave no answer within 60 s$/));
  }
  assert.deepEqual(waits, [60_000, 60_000, 60_000, 60_000]);
});

Deno.test("KeychainStore reads the items of another service, and no others", async () => {
  const { native } = withOwn("work");
  const service = "granted-aws-iam-credentials";
  native.login!.items.push(stored("work", "ours"), stored("work", "granted's", service));
  const login = new FakeKeychain();
  login.items.push(stored("prod", "granted's too", service), stored("play", "ours"));
  native.files.set("login.keychain", login);
  const store = new KeychainStore({ native, clock: forever, keychain: "login", service });
  assert.deepEqual(await store.list(), ["prod", "work"]);
  assert.equal((await store.read("work"))?.reveal(), "granted's");
  assert.equal((await store.read("prod"))?.reveal(), "granted's too");
  assert.equal(await store.read("play"), null);
  native.person = "denies";
  await assert.rejects(store.read("work"), (failure: StoreError) => {
    assert.equal(failure.outcome, "denied");
    return /service granted-aws-iam-credentials$/.test(failure.hints[0]!);
  });
  assert.deepEqual(native.leaked, []);
});
