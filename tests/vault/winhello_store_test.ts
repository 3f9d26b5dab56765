import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  constants,
  createCipheriv,
  createDecipheriv,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { secureRandom } from "../../src/host/system_clock.ts";
import { StoreError, type StoreOutcome } from "../../src/vault/secret_store.ts";
import { WinhelloStore } from "../../src/vault/stores/winhello_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { type FakeHelloKey, FakeWindowsHello, SID } from "../fakes/fake_windows_hello.ts";

const KEY_NAME = `${SID}//ByteNess/keyring-winhello/keyring-winhello-v1`;
const TARGET = "keyring-winhello:aws-vault:";
/** Time stands still. */
const forever = { sleep: () => new Promise<void>(() => {}) };

/** One machine for all tests that need no fresh one: making an RSA key takes a while. */
const shared = new FakeWindowsHello();
await open(shared).write(item("first", "makes the key"));
await open(shared).remove("first");

function open(native: FakeWindowsHello): WinhelloStore {
  return new WinhelloStore({ native, clock: forever, random: secureRandom });
}

/** An envelope as the format's description has it, made by node:crypto. */
function envelope(
  name: string,
  payload: string,
  { pair }: FakeHelloKey,
  changes: Record<string, unknown> = {},
): string {
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  const aad = `{"backend":"winhello","version":1,"service_name":"aws-vault","item_key":${
    JSON.stringify(name)
  }}`;
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(aad));
  const sealed = Buffer.concat([cipher.update(payload, "utf8"), cipher.final(), cipher.getAuthTag()]);
  const wrapped = publicEncrypt({ key: pair.publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
  return JSON.stringify({
    version: 1,
    provider: "Microsoft Passport Key Storage Provider",
    key_name: KEY_NAME,
    content_alg: "AES-256-GCM",
    wrap_alg: "RSAES-PKCS1-v1_5",
    nonce: nonce.toString("base64"),
    wrapped_cek: wrapped.toString("base64"),
    ciphertext: sealed.toString("base64"),
    aad: Buffer.from(aad).toString("base64"),
    ...changes,
  });
}

function opened(text: string, { pair }: FakeHelloKey): string {
  const fields = JSON.parse(text) as Record<string, string>;
  const bytes = (field: string) => Buffer.from(fields[field]!, "base64");
  const wrapped = bytes("wrapped_cek");
  const key = privateDecrypt({ key: pair.privateKey, padding: constants.RSA_PKCS1_PADDING }, wrapped);
  const sealed = bytes("ciphertext");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes("nonce")).setAAD(bytes("aad"));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString("utf8");
}

function put(native: FakeWindowsHello, name: string, text: string): void {
  const target = TARGET + name;
  const blob = new TextEncoder().encode(text);
  native.manager.credentials.set(target.toLowerCase(), { target, userName: "", persist: 2, blob });
}

function failsWith(outcome: StoreOutcome, message: RegExp): (failure: unknown) => boolean {
  return (failure) => {
    assert.ok(failure instanceof StoreError, String(failure));
    assert.equal(failure.outcome, outcome);
    assert.match(failure.message, message);
    return true;
  };
}

const sharedKey = () => shared.keys.get(KEY_NAME)!;

Deno.test("WinhelloStore makes aws-vault's key with the first item, and the envelope that aws-vault reads", async () => {
  assert.deepEqual([...shared.keys.keys()], [KEY_NAME]);
  const { "Use Context": context, ...properties } = sharedKey().properties;
  assert.deepEqual(properties, { Length: "00080000", "Key Usage": "01000000", NgcCacheType: "01000000" });
  assert.match(Buffer.from(context!, "hex").toString("utf16le"), /aws-vault/);
  await open(shared).write(item("team a", "payload"));
  const [credential] = shared.manager.credentials.values();
  assert.equal(credential!.target, `${TARGET}team a`);
  assert.deepEqual([credential!.userName, credential!.persist], ["", 2]);
  const text = new TextDecoder().decode(credential!.blob);
  const { nonce, wrapped_cek, ciphertext, aad, ...rest } = JSON.parse(text);
  assert.deepEqual(Object.keys(JSON.parse(text)), Object.keys(JSON.parse(envelope("x", "y", sharedKey()))));
  assert.deepEqual(rest, {
    version: 1,
    provider: "Microsoft Passport Key Storage Provider",
    key_name: KEY_NAME,
    content_alg: "AES-256-GCM",
    wrap_alg: "RSAES-PKCS1-v1_5",
  });
  assert.equal(
    Buffer.from(aad, "base64").toString(),
    '{"backend":"winhello","version":1,"service_name":"aws-vault","item_key":"team a"}',
  );
  assert.deepEqual([nonce, wrapped_cek, ciphertext].map((one) => Buffer.from(one, "base64").length), [
    12,
    256,
    23,
  ]);
  assert.equal(opened(text, sharedKey()), "payload");
  await open(shared).remove("team a");
  assert.equal(shared.handles.size, 0);
});

Deno.test("WinhelloStore reads what another program sealed, and says what for when it asks", async () => {
  for (
    const [name, payload] of [["work", '{"AccessKeyID":"AKIA"}'], ['q"ü/日本', "ünï 🔑"], [
      "empty",
      "",
    ]] as const
  ) {
    put(shared, name, envelope(name, payload, sharedKey()));
    shared.dialogs.length = 0;
    assert.equal((await open(shared).read(name))?.reveal(), payload);
    assert.deepEqual(shared.dialogs, [`Read "${name}" of aws-vault`]);
    await open(shared).remove(name);
  }
});

Deno.test("WinhelloStore asks for each read, and for nothing else", async () => {
  const store = open(shared);
  shared.dialogs.length = 0;
  await store.write(item("work", "x"));
  await store.write(item("work", "y"));
  await store.write(item("a", "z"));
  assert.deepEqual(await store.list(), ["a", "work"]);
  assert.equal(await store.read("none"), null);
  assert.deepEqual(shared.dialogs, []);
  await store.read("work");
  await store.read("work");
  assert.equal(shared.dialogs.length, 2);
  await store.remove("a");
  await store.remove("work");
  assert.equal(shared.dialogs.length, 2);
});

Deno.test("WinhelloStore refuses envelopes that are not this item's or this user's, before it asks", async () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ["not json", /it is not JSON/],
    ["null", /no JSON object/],
    [envelope("other", "x", sharedKey()), /another item's/],
    [envelope("work", "x", sharedKey(), { version: 2 }), /its version/],
    [envelope("work", "x", sharedKey(), { key_name: "S-1//x" }), /its key_name/],
    [envelope("work", "x", sharedKey(), { wrap_alg: "RSAES-OAEP" }), /its wrap_alg/],
    [envelope("work", "x", sharedKey(), { nonce: "!" }), /its nonce is not base64/],
    [envelope("work", "x", sharedKey(), { nonce: "AAAA" }), /its nonce has the wrong length/],
  ];
  shared.dialogs.length = 0;
  for (const [text, message] of rows) {
    put(shared, "work", text);
    await assert.rejects(() => open(shared).read("work"), failsWith("damaged", message));
  }
  assert.deepEqual(shared.dialogs, []);
  for (const changes of [{ ciphertext: "AAAAAAAAAAAAAAAAAAAAAAAA" }, { wrapped_cek: "AAAA" }]) {
    put(shared, "work", envelope("work", "x", sharedKey(), changes));
    await assert.rejects(
      () => open(shared).read("work"),
      failsWith("damaged", /makes no sense|Windows Hello key/),
    );
  }
  await open(shared).remove("work");
});

Deno.test("WinhelloStore turns statuses into outcomes", async () => {
  put(shared, "work", envelope("work", "x", sharedKey()));
  const rows: readonly (readonly [string, number, StoreOutcome, RegExp])[] = [
    ["NCryptOpenStorageProvider", 0x80090030, "unavailable", /can't be used \(0x80090030\)/],
    ["NCryptDecrypt", 0x80090036, "denied", /cancelled/],
    ["NCryptDecrypt", 0x8010006e, "denied", /cancelled/],
    ["NCryptDecrypt", 0x80090022, "locked", /can't ask in this session/],
    ["NCryptDecrypt", 0x80090005, "damaged", /not made with this user's/],
    ["NCryptDecrypt", 0x80090029, "unavailable", /can't be used/],
    ["NCryptOpenKey", 0x80090016, "damaged", /is not there any more/],
  ];
  for (const [call, status, outcome, message] of rows) {
    shared.failure = { call, status };
    await assert.rejects(() => open(shared).read("work"), failsWith(outcome, message));
    assert.equal(shared.handles.size, 0);
  }
  shared.failure = null;
  await open(shared).remove("work");
});

Deno.test("WinhelloStore makes no item where Windows Hello is not set up", async () => {
  const native = new FakeWindowsHello();
  native.failure = { call: "NCryptFinalizeKey", status: 0x80090030 };
  await assert.rejects(() => open(native).write(item("work", "x")), (failure) => {
    failsWith("unavailable", /can't be used/)(failure);
    assert.match((failure as StoreError).hints.join(), /Sign-in options.*--backend=wincred/);
    return true;
  });
  assert.deepEqual([native.manager.credentials.size, native.handles.size], [0, 0]);
});

Deno.test("WinhelloStore refuses an item whose envelope is too long, and keeps the old one", async () => {
  const store = open(shared);
  await store.write(item("work", "old"));
  await assert.rejects(
    () => store.write(item("work", "x".repeat(1500))),
    failsWith("unavailable", /at most 2560/),
  );
  assert.equal((await store.read("work"))?.reveal(), "old");
  await store.remove("work");
});

Deno.test("WinhelloStore ends reads and writes by a deadline", async () => {
  const native = new FakeWindowsHello();
  put(native, "work", envelope("work", "x", sharedKey()));
  native.hangs = true;
  const store = new WinhelloStore({
    native,
    random: secureRandom,
    clock: { sleep: () => Promise.resolve() },
  });
  for (const call of [() => store.read("work"), () => store.write(item("play", "x"))]) {
    await assert.rejects(call, failsWith("unavailable", /gave no answer within 60 s$/));
  }
});
