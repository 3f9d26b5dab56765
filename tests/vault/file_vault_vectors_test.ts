/** Vaults that aws-vault itself wrote, and its documented example, read through the store. */
import assert from "node:assert/strict";
import { Secret } from "../../src/secret.ts";
import { AccessKeys } from "../../src/vault/access_keys.ts";
import { classifyItemName } from "../../src/vault/item_names.ts";
import { openEnvelope, sealEnvelope } from "../../src/vault/item_envelope.ts";
import { readVectors } from "../config/test_vectors.ts";
import { fileStore, temporaryFolder } from "./file_store_setup.ts";

interface StoredFile {
  readonly fileName: string;
  readonly content: string;
}
interface Credential extends StoredFile {
  readonly profile?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
interface Vault {
  readonly program: string;
  readonly passphrase: string;
  readonly credentials: readonly Credential[];
  readonly sessions?: readonly StoredFile[];
}

Deno.test("FileStore reads and lists whole vaults of aws-vault, and adds to them", async () => {
  const { vaults } = readVectors<{ vaults: readonly Vault[] }>("vaults/file.json");
  assert.ok(vaults.length > 0);
  for (const { program, passphrase, credentials, sessions = [] } of vaults) {
    const folder = temporaryFolder();
    try {
      for (const { fileName, content } of [...credentials, ...sessions]) {
        Deno.writeTextFileSync(`${folder.path}/${fileName}`, content, { mode: 0o600 });
      }
      const store = fileStore({ directory: folder.path, givenPassphrase: new Secret(passphrase) });
      const keys = new AccessKeys(store);
      const profileOf = ({ profile, fileName }: Credential) => profile ?? fileName.replaceAll("%2F", "/");
      assert.deepEqual((await keys.profiles()).sort(), credentials.map(profileOf).sort(), program);
      for (const credential of credentials) {
        const key = (await keys.read(profileOf(credential)))!;
        assert.equal(key.accessKeyId, credential.accessKeyId);
        assert.equal(key.secretAccessKey.reveal(), credential.secretAccessKey);
        assert.equal(key.sessionToken, null);
      }
      const names = await store.list();
      assert.deepEqual(names.filter((name) => classifyItemName(name) === "session").length, sessions.length);
      for (const { fileName } of sessions) {
        assert.match((await store.read(fileName))!.reveal(), /"SessionToken":"/);
      }

      await keys.write("added here", { accessKeyId: "AKIAADDED", secretAccessKey: new Secret("added") });
      assert.equal((await keys.read("added here"))?.accessKeyId, "AKIAADDED");
      const wrong = new AccessKeys(
        fileStore({ directory: folder.path, givenPassphrase: new Secret("wrong") }),
      );
      await assert.rejects(() => wrong.read(profileOf(credentials[0]!)), /wrong passphrase/);
    } finally {
      folder.remove();
    }
  }
});

Deno.test("FileStore opens the documented example", async () => {
  const folder = temporaryFolder();
  try {
    Deno.writeTextFileSync(`${folder.path}/jonsmith`, DOCUMENTED);
    const store = fileStore({ directory: folder.path, givenPassphrase: new Secret("correct horse") });
    assert.equal(
      (await store.read("jonsmith"))?.reveal(),
      '{"AccessKeyID":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",' +
        '"SessionToken":"","Source":"","CanExpire":false,"Expires":"0001-01-01T00:00:00Z","AccountID":""}',
    );
  } finally {
    folder.remove();
  }
});

Deno.test("openEnvelope and sealEnvelope agree with aws-vault's Secret Service items byte for byte", () => {
  const { items } = readVectors<{ items: readonly { label: string; secret: string }[] }>(
    "vaults/secret-service.json",
  );
  assert.ok(items.length > 0);
  for (const { label, secret } of items) {
    const { name, payload } = openEnvelope(secret)!;
    assert.equal(name, label);
    const { Label, Description, KeychainNotTrustApplication } = JSON.parse(secret);
    const again = {
      name,
      payload,
      label: Label,
      description: Description,
      trusted: !KeychainNotTrustApplication,
    };
    assert.equal(sealEnvelope(again).reveal(), secret);
  }
});

const DOCUMENTED =
  "eyJhbGciOiJQQkVTMi1IUzI1NitBMTI4S1ciLCJjcmVhdGVkIjoiMjAyNi0wMS0wMiAwMzowNDowNS4xMjM0NTY3ODkgKzA" +
  "wMDAgVVRDIG09KzAuMDEyMzQ1Njc4IiwiZW5jIjoiQTI1NkdDTSIsInAyYyI6ODE5MiwicDJzIjoia1pkem5HQ1lQSm00VU" +
  "RzTyJ9.bTodNBeCo7IL-VaIcXsvjFbyUJP3ldyHulcROaMlYS3q-PMiSV-AUA.83fbAUZBrWUtXNOG.c-nG1k7uX3diOC37" +
  "KkGcre8jKyZpQESQ_A72cw9yyXWwB6ceAxNuh9yoXoiOUJf6vaf1eAti19cZ44MrXrMVNNI5eT6man50_DgCR6EaXRKBjUT" +
  "2SS9-vEBOpYjSRccXzlLSHhLt-kQaGda0Iqjav4eaxR_PgElvJtBFUvIYxipFwUyjmAGEUimcSk1gNoecv51oO4lWKOJC_n" +
  "FAvT3nL45Z90keotS8wJzXxppZh4pOo-qhf-TFgQBTDH8QW-6LSQ90gizqzGmgmYb5vdBOavaVKZUjKLlppHxwqux74hulN" +
  "wAzVwConDa8C-iJq48bO7kiMpC9Tuxh3mstCCgGTQdQYZ1PY3bJpdQ1nlYzvF-cx6NsoAioTgnMNrxVN0oLRWt0tXh8uLmR" +
  "7qgyVtVOxvNLVf7mKUPBj4BpXIusUz15F3mks8QrZUjMICa_slqA6ElC5WtPZTp2DWErrje08Fi29u_7QjoslnF0JGpezDM" +
  "IZI3BSvKMX-Svy-cXEWctVCU39Q7HVDd1iIqBBIFpgN-MBh3E.Vcei-u9CCRARyfEUBdjWrQ";
