import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { replaceFile } from "../../src/host/atomic_file.ts";
import { createFiles } from "../../src/host/files.ts";
import type { Log } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import { sealEnvelope } from "../../src/vault/item_envelope.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { FileStore, type FileStoreDeps } from "../../src/vault/stores/file_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { FakeFiles } from "../fakes/fake_files.ts";
import { fileStore } from "./file_store_setup.ts";
import { openReference, sealReference } from "./reference_jwe.ts";
import { failsWith } from "./store_failures.ts";

const FOLDER = "/home/jon/.awsvault/keys";
const PASSPHRASE = "correct horse";
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 120);

/** A disk, and stores on it. */
function disk(): { fake: FakeFiles; store: (deps?: Partial<FileStoreDeps>) => FileStore } {
  const fake = new FakeFiles(() => NOW, 1000, "/home/jon");
  const files = createFiles(fake, "linux", 1000);
  return {
    fake,
    store: (deps) =>
      fileStore({
        directory: FOLDER,
        files,
        clock: { now: () => NOW },
        givenPassphrase: new Secret(PASSPHRASE),
        ...deps,
      }),
  };
}

/** A file as aws-vault would write it, but quick to open. */
function sealed(name: string, payload: string, passphrase = PASSPHRASE): Promise<string> {
  const envelope = sealEnvelope(item(name, payload)).reveal();
  return sealReference(envelope, passphrase, "PBES2-HS256+A128KW", "A256GCM", 10);
}

/** Answers questions from a list and keeps the labels. */
function answers(
  ...texts: string[]
): Pick<FileStoreDeps, "givenPassphrase" | "askPassphrase"> & { labels: string[] } {
  const labels: string[] = [];
  return {
    labels,
    givenPassphrase: null,
    askPassphrase(label) {
      labels.push(label);
      const text = texts.shift();
      return text === undefined
        ? Promise.reject(new Error("one question too many"))
        : Promise.resolve(new Secret(text));
    },
  };
}

Deno.test("FileStore.write makes the folder for the user alone, and a file that an independent reader opens", async () => {
  const { fake, store } = disk();
  await store().write({ ...item("prod/admin", '{"a":"<&>"}'), description: "what", trusted: true });
  assert.equal(fake.stat(FOLDER, false).mode, 0o700);
  const path = `${FOLDER}/prod%2Fadmin`;
  assert.deepEqual(Object.keys(fake.snapshot()), [path]);
  assert.equal(fake.stat(path, false).mode, 0o600);
  const { header, plaintext } = await openReference(fake.snapshot()[path]!, PASSPHRASE);
  assert.equal(header.created, "2026-01-02 03:04:05.12 +0000 UTC");
  assert.equal(
    plaintext,
    '{"Key":"prod/admin","Data":"eyJhIjoiPCY+In0=","Label":"aws-vault (prod/admin)","Description":"what",' +
      '"KeychainNotTrustApplication":false,"KeychainNotSynchronizable":false}',
  );
});

Deno.test("FileStore makes and asks nothing to find that nothing is there", async () => {
  const { fake, store } = disk();
  const empty = store(answers());
  assert.equal(await empty.read("work"), null);
  assert.equal(await empty.remove("work"), false);
  assert.deepEqual(await empty.list(), []);
  assert.equal(empty.has("work"), false);
  fake.put(`${FOLDER}/work`, await sealed("work", "payload"));
  const other = store(answers());
  assert.equal(await other.read("play"), null);
  assert.deepEqual(await other.list(), ["work"]);
  assert.equal(other.has("work"), true);
  assert.equal(await other.remove("work"), true);
  assert.deepEqual(fake.changes.map(({ change }) => change), ["remove"]);
});

Deno.test("FileStore asks for the passphrase once, an empty one and many readers at a time included", async () => {
  for (const passphrase of [PASSPHRASE, ""]) {
    const { fake, store } = disk();
    for (const name of ["a", "b"]) {
      fake.put(`${FOLDER}/${name}`, await sealed(name, `payload ${name}`, passphrase));
    }
    const asked = answers(passphrase);
    const opened = store(asked);
    const payloads = await Promise.all([opened.read("a"), opened.read("b"), opened.read("a")]);
    assert.deepEqual(payloads.map((payload) => payload?.reveal()), ["payload a", "payload b", "payload a"]);
    await opened.write(item("c", "new"));
    assert.deepEqual(asked.labels, [`passphrase of the file store at ${FOLDER}`]);
  }
});

Deno.test("FileStore does not ask again after a question was cancelled", async () => {
  const { fake, store } = disk();
  fake.put(`${FOLDER}/work`, await sealed("work", "payload"));
  let questions = 0;
  const opened = store({
    givenPassphrase: null,
    askPassphrase() {
      questions++;
      return Promise.reject(new AppError("prompt-cancelled", "cancelled", "cancelled"));
    },
  });
  for (let i = 0; i < 2; i++) {
    await assert.rejects(() => opened.read("work"), (failure) => (failure as AppError).kind === "cancelled");
  }
  assert.equal(questions, 1);
});

Deno.test("FileStore has the passphrase of a new store repeated, and writes nothing when the two differ", async () => {
  const { fake, store } = disk();
  await assert.rejects(
    () => store(answers("one", "two")).write(item("work", "x")),
    failsWith("denied", /passphrases differ/),
  );
  assert.deepEqual(fake.changes, []);
  const asked = answers("one", "one");
  const opened = store(asked);
  await opened.write(item("work", "payload"));
  assert.deepEqual(asked.labels, [
    `new passphrase for the file store at ${FOLDER}`,
    "the same passphrase again",
  ]);
  assert.equal((await opened.read("work"))?.reveal(), "payload");
  assert.equal(asked.labels.length, 2);
});

Deno.test("FileStore.write refuses a passphrase that opens nothing of what is there", async () => {
  const { fake, store } = disk();
  for (let i = 0; i < 6; i++) fake.put(`${FOLDER}/item ${i}`, await sealed(`item ${i}`, "old"));
  const before = fake.snapshot();
  for (const name of ["item 0", "new"]) {
    await assert.rejects(
      () => store({ givenPassphrase: new Secret("wrong") }).write(item(name, "payload")),
      failsWith("denied", /^wrong passphrase for the file store at \/home\/jon\/\.awsvault\/keys$/),
    );
  }
  assert.deepEqual(fake.snapshot(), before);
  assert.deepEqual(fake.changes, []);
});

Deno.test("FileStore.write goes by the items that open when others are damaged or under another passphrase", async () => {
  const { fake, store } = disk();
  fake.put(`${FOLDER}/a damaged`, "eyJ");
  fake.put(`${FOLDER}/b other`, await sealed("b other", "x", "another passphrase"));
  fake.put(`${FOLDER}/c empty`, "");
  fake.put(`${FOLDER}/d good`, await sealed("d good", "x"));
  await store().write(item("new", "payload"));
  assert.equal((await store().read("new"))?.reveal(), "payload");

  const { fake: ruined, store: ruinedStore } = disk();
  ruined.put(`${FOLDER}/work`, "");
  await ruinedStore().write(item("work", "mended"));
  assert.equal((await ruinedStore().read("work"))?.reveal(), "mended");
});

Deno.test("FileStore.list names items only, in aws-vault's order", async () => {
  const { fake, store } = disk();
  const jwe = await sealed("x", "x");
  const items = [".hidden", "B", "a", "a%2Fb", "c:d", "\u{ff5e}", "\u{1f511}"];
  for (const fileName of items) fake.put(`${FOLDER}/${fileName}`, jwe);
  fake.put(`${FOLDER}/cut to nothing`, "");
  for (const foreign of ["notes.txt", ".DS_Store", ".a.swp", "#a#"]) {
    fake.put(`${FOLDER}/${foreign}`, "\0\0foreign");
  }
  fake.put(`${FOLDER}/.keep`, "");
  fake.put(`${FOLDER}/a%2fb`, jwe);
  fake.put(`${FOLDER}/.aws-vault-tmp-0011223344556677`, jwe);
  fake.put(`${FOLDER}/folder/a`, jwe);
  fake.put(`${FOLDER}/huge`, jwe + "A".repeat(1024 * 1024));
  fake.put(`${FOLDER}/link`, { link: `${FOLDER}/a` });
  fake.put(`${FOLDER}/dangling`, { link: "/nowhere" });
  assert.deepEqual(await store(answers()).list(), [
    ".hidden",
    "B",
    "a",
    "a/b",
    "c:d",
    "cut to nothing",
    "link",
    "\u{ff5e}",
    "\u{1f511}",
  ]);
  for (const foreign of ["notes.txt", "folder", ".keep", ".aws-vault-tmp-0011223344556677"]) {
    assert.equal(await store(answers()).remove(foreign), false, foreign);
  }
  assert.equal(await store(answers()).read("folder"), null);
});

Deno.test("FileStore.read tells damaged items apart from missing ones, without quoting them", async () => {
  const { fake, store } = disk();
  const jwe = await sealed("work", "hunter2");
  const bare = (text: string) => sealReference(text, PASSPHRASE, "PBES2-HS256+A128KW", "A256GCM", 10);
  const rows: readonly (readonly [string, RegExp])[] = [
    ["", /is not in JWE format$/],
    ["hunter2", /is not in JWE format$/],
    [jwe.slice(0, -4), /fails its integrity check$/],
    [jwe + "A".repeat(1024 * 1024), /is larger than 1048576 bytes$/],
    [await bare("hunter2"), /holds no item$/],
    [await bare('{"Key":"work"}'), /holds no item$/],
    [await bare('{"Key":"work","Data":"!hunter2"}'), /holds no item$/],
    [await bare('{"Key":"work","Data":"/w=="}'), /holds no item$/],
    [await sealed("Work", "hunter2"), /holds the item "Work"$/],
  ];
  for (const [content, message] of rows) {
    fake.put(`${FOLDER}/work`, content);
    await assert.rejects(() => store().read("work"), (failure) => {
      failsWith("damaged", message)(failure);
      const { stack, hints, cause } = failure as StoreError;
      assert.ok(![stack, ...hints, String(cause)].join("\n").includes("hunter2"));
      return true;
    });
  }
});

Deno.test("FileStore takes an item without a name in it, and one in another Unicode form", async () => {
  const { fake, store } = disk();
  const nameless = await sealReference('{"data":"eA=="}', PASSPHRASE, "PBES2-HS256+A128KW", "A256GCM", 10);
  fake.put(`${FOLDER}/work`, nameless);
  assert.equal((await store().read("work"))?.reveal(), "x");
  fake.put(`${FOLDER}/cafe\u0301`, await sealed("caf\u00e9", "x"));
  assert.equal((await store().read("cafe\u0301"))?.reveal(), "x");
});

Deno.test("FileStore names a wrong passphrase, and the variable it came from", async () => {
  const { fake, store } = disk();
  fake.put(`${FOLDER}/work`, await sealed("work", "payload"));
  await assert.rejects(() => store({ givenPassphrase: new Secret("hunter2") }).read("work"), (failure) => {
    failsWith("denied", /^wrong passphrase for the file store/)(failure);
    assert.match((failure as StoreError).hints[0]!, /AWS_VAULT_FILE_PASSPHRASE/);
    assert.ok(!String((failure as StoreError).stack).includes("hunter2"));
    return true;
  });
  await assert.rejects(
    () => store(answers("hunter2")).read("work"),
    failsWith("denied", /^wrong passphrase/),
  );
});

Deno.test("FileStore.write refuses a name too long for a file before it asks or writes anything", async () => {
  const { fake, store } = disk();
  for (const name of ["x".repeat(256), "ü".repeat(128), "%".repeat(86)]) {
    const opened = store(answers());
    await assert.rejects(() => opened.write(item(name, "payload")), (failure) => {
      assert.equal((failure as AppError).code, "item-name-too-long");
      return true;
    });
    assert.equal(await opened.read(name), null);
    assert.equal(await opened.remove(name), false);
  }
  assert.deepEqual(fake.changes, []);
});

Deno.test("FileStore.write does not replace the item of another name where the file system ignores case", async () => {
  const { fake, store } = disk();
  fake.put(`${FOLDER}/work`, await sealed("work", "payload"));
  const files = createFiles(fake, "darwin", 1000);
  const ignoringCase = {
    files: { ...files, stat: (path: string) => files.stat(path.replace("/Work", "/work")) },
    os: "darwin",
  } as const;
  await assert.rejects(
    () => store(ignoringCase).write(item("Work", "x")),
    failsWith("denied", /does not tell its name/),
  );
  assert.equal(await store(ignoringCase).remove("Work"), false);
  assert.equal((await store().read("work"))?.reveal(), "payload");
});

Deno.test("FileStore says what is wrong with its folder", async () => {
  const { fake, store } = disk();
  fake.put(FOLDER, "a file");
  for (
    const call of [() => store().read("work"), () => store().list(), () => store().write(item("work", "x"))]
  ) {
    await assert.rejects(call, failsWith("unavailable", /keys: it is not a folder$/));
  }
  const { fake: open, store: openStore } = disk();
  open.put(FOLDER, { directory: true, mode: 0o777 });
  const lines: string[] = [];
  const log: Log = { enabled: true, debug: (line) => void lines.push(line()) };
  await openStore({ log }).write(item("work", "x"));
  assert.match(lines.join("\n"), /other users may change .*mode 777/);
  assert.equal(open.stat(FOLDER, false).mode, 0o777);
});

Deno.test("FileStore turns failures of the disk into outcomes", async () => {
  const rows = [["EACCES", "denied"], ["ENOSPC", "unavailable"], ["EROFS", "unavailable"], [
    "EIO",
    "unavailable",
  ]] as const;
  for (const [errno, outcome] of rows) {
    const { fake, store } = disk();
    fake.failAt("create", 1, errno);
    await assert.rejects(() => store().write(item("work", "x")), failsWith(outcome, /^cannot create /));
    fake.put(`${FOLDER}/work`, await sealed("work", "x"));
    fake.failAt("remove", 1, errno);
    await assert.rejects(() => store().remove("work"), failsWith(outcome, /^cannot remove /));
  }
  const { fake, store } = disk();
  fake.put(`${FOLDER}/work`, { text: await sealed("work", "x"), mode: 0 });
  await assert.rejects(() => store().read("work"), failsWith("denied", /^cannot read .*permission denied$/));
});

Deno.test("FileStore.write leaves the old value or the new one wherever it fails or is killed", async () => {
  const old = await sealed("work", "old");
  for (const failure of ["ENOSPC", "EIO", "KILL"] as const) {
    for (let at = 1;; at++) {
      const { fake, store } = disk();
      fake.put(`${FOLDER}/work`, old);
      fake.writeLimit = 400;
      fake.failAt("any", at, failure);
      let failed: unknown = null;
      await store().write(item("work", "new")).catch((thrown) => failed = thrown);
      fake.killed = false;

      const where = `${failure} at change ${at}`;
      const found = (await store().read("work"))?.reveal();
      assert.ok(found === "old" || found === "new", `${where}: ${found}`);
      assert.deepEqual(await store().list(), ["work"], where);
      if (failure !== "KILL") {
        assert.ok(failed === null || failed instanceof StoreError, where);
        assert.deepEqual(Object.keys(fake.snapshot()), [`${FOLDER}/work`], where);
      }
      if (failed === null) {
        assert.equal(found, "new");
        assert.ok(at > 6, "the fault never came");
        break;
      }
    }
  }
});

Deno.test("FileStore writes through the function it is given, with the user's permissions alone", async () => {
  const { store } = disk();
  const modes: number[] = [];
  const opened = store({
    replaceFile(files, random, path, bytes, options) {
      modes.push(options.mode);
      replaceFile(files, random, path, bytes, options);
    },
  });
  await opened.write(item("work", "x"));
  assert.deepEqual(modes, [0o600]);
});
