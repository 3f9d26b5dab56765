import assert from "node:assert/strict";
import { replaceFile } from "../../src/host/atomic_file.ts";
import { createDenoHost } from "../../src/host/deno.ts";
import type { NativeLoader } from "../../src/host/host.ts";
import { silentLog } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import { findElsewhere, lookUpFacts, openStore, type OpenStoreDeps } from "../../src/vault/open_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { FakeWindowsHello } from "../fakes/fake_windows_hello.ts";
import { FakeKeychains } from "../fakes/fake_keychains.ts";
import { FakeCredentialManager } from "../fakes/fake_credential_manager.ts";
import { temporaryFolder } from "./file_store_setup.ts";

const host = createDenoHost();

function depsFor(fileDirectory: string, native: NativeLoader | null): OpenStoreDeps {
  const { arch, files, random, clock } = host;
  return {
    os: "linux",
    arch,
    files,
    random,
    clock,
    log: silentLog,
    native: () =>
      native === null ? Promise.reject(new Error("no native calls here")) : Promise.resolve(native),
    bus: host,
    keychain: "aws-vault",
    secretServiceCollection: "awsvault",
    fileDirectory,
    fileStore: {
      replaceFile,
      passphraseVariable: "AWS_VAULT_FILE_PASSPHRASE",
      givenPassphrase: null,
      askPassphrase: () => Promise.reject(new Error("asked for a passphrase")),
    },
    program: () => ({
      processes: () => Promise.reject(new Error("ran a program")),
      env: {},
      mayAsk: false,
      note: (message) => assert.fail(message),
    }),
    passStore: (flavor) => ({
      command: flavor,
      directory: `${fileDirectory}-${flavor}`,
      prefix: "aws",
      terminalName: () => Promise.resolve(null),
    }),
    onePassword: {
      vault: "v",
      connectHost: "http://localhost:8080",
      account: null,
      shape: { titlePrefix: "aws-vault", tag: "aws-vault" },
      timeoutMs: 15_000,
      token: () => Promise.reject(new Error("asked for a token")),
      transport: () => Promise.reject(new Error("called a server")),
      proxyFor: () => null,
    },
  };
}

Deno.test("openStore opens each store without asking or writing anything", async () => {
  const folder = temporaryFolder();
  try {
    const real = depsFor(`${folder.path}/keys`, await host.native());
    for (
      const backend of [
        "file",
        "keyctl",
        "secret-service",
        "kwallet",
        "pass",
        "passage",
        "op",
        "op-desktop",
        "op-connect",
      ] as const
    ) {
      assert.equal((await openStore(backend, real)).backend, backend);
    }
    const hello = depsFor(folder.path, new FakeWindowsHello());
    assert.equal((await openStore("winhello", hello)).backend, "winhello");
    const windows = depsFor(folder.path, new FakeCredentialManager());
    assert.equal((await openStore("wincred", windows)).backend, "wincred");
    const mac = depsFor(folder.path, new FakeKeychains());
    assert.equal((await openStore("keychain", mac)).backend, "keychain");
    await assert.rejects(() => openStore("keychain", real), /cannot load .*Security/);
    assert.deepEqual([...Deno.readDirSync(folder.path)], []);
  } finally {
    folder.remove();
  }
});

Deno.test("findElsewhere looks into the other stores without a prompt, and takes no harm from one that fails", async () => {
  const folder = temporaryFolder();
  try {
    const given = {
      replaceFile,
      passphraseVariable: "AWS_VAULT_FILE_PASSPHRASE",
      givenPassphrase: new Secret("x"),
      askPassphrase: () => Promise.reject(new Error("asked")),
    };
    await (await openStore("file", { ...depsFor(folder.path, null), fileStore: given })).write(
      item("work", "payload"),
    );
    const linux = depsFor(folder.path, null);
    assert.deepEqual(await findElsewhere("work", "secret-service", linux), ["file"]);
    assert.deepEqual(await findElsewhere("work", "file", linux), []);
    assert.deepEqual(await findElsewhere("play", "secret-service", linux), []);
    Deno.mkdirSync(`${folder.path}-pass/aws`, { recursive: true });
    Deno.writeTextFileSync(`${folder.path}-pass/aws/work.gpg`, "");
    assert.deepEqual(await findElsewhere("work", "secret-service", linux), ["file", "pass"]);
    assert.deepEqual(await findElsewhere("work", "pass", linux), ["file"]);

    const windows: OpenStoreDeps = { ...depsFor(folder.path, new FakeWindowsHello()), os: "windows" };
    await (await openStore("wincred", windows)).write(item("play", "payload"));
    assert.deepEqual(await findElsewhere("play", "file", windows), ["wincred"]);
    assert.deepEqual(await findElsewhere("work", "wincred", windows), ["file"]);
    await (await openStore("winhello", windows)).write(item("hello", "payload"));
    assert.deepEqual(await findElsewhere("hello", "wincred", windows), ["winhello"]);
  } finally {
    Deno.removeSync(`${folder.path}-pass`, { recursive: true });
    folder.remove();
  }
});

Deno.test("findElsewhere finds an item in the kernel keyring", async () => {
  const folder = temporaryFolder();
  const name = `aws-vault test ${host.pid}`;
  const deps = depsFor(folder.path, await host.native());
  const store = await openStore("keyctl", deps);
  try {
    assert.deepEqual(await findElsewhere(name, "file", deps), []);
    await store.write(item(name, "payload"));
    assert.deepEqual(await findElsewhere(name, "file", deps), ["keyctl"]);
    assert.deepEqual(await findElsewhere(name, "keyctl", deps), []);
  } finally {
    await store.remove(name);
    folder.remove();
  }
});

Deno.test("lookUpFacts asks the bus only where it could not start a Secret Service", async () => {
  const folder = temporaryFolder();
  try {
    Deno.writeTextFileSync(`${folder.path}/bus`, "");
    const asked: string[] = [];
    const facts = (env: Record<string, string>) =>
      lookUpFacts({
        os: "linux",
        env: { get: (name) => env[name], all: () => env },
        files: { ...host.files, exists: (path) => !path.startsWith("/usr/") && host.files.exists(path) },
        userId: () => 1000,
        clock: host.clock,
        connectLocal(path) {
          asked.push(path);
          return host.connectLocal(path);
        },
      });
    const none = { os: "linux", sessionBus: false, secretService: false, kwallet: false };
    assert.deepEqual(await facts({ DBUS_SESSION_BUS_ADDRESS: "disabled:" }), { ...none, busIsNamed: true });
    assert.deepEqual(asked, []);
    // A file where nobody listens.
    const dead = await facts({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder.path}/bus` });
    assert.deepEqual(dead, { ...none, sessionBus: true, kwallet: true });
    assert.deepEqual(asked, [`${folder.path}/bus`]);
  } finally {
    folder.remove();
  }
});

Deno.test("openStore refuses a prefix that leads out of the password store", async () => {
  const deps = depsFor("/nowhere", null);
  const outside: OpenStoreDeps = {
    ...deps,
    passStore: (flavor) => ({ ...deps.passStore(flavor), prefix: "../elsewhere" }),
  };
  await assert.rejects(() => openStore("pass", outside), { code: "flag-value-invalid" });
});

Deno.test("openStore refuses a 1Password store that nobody has named a vault or server for", async () => {
  const deps = depsFor("/nowhere", null);
  const without = (changes: Partial<OpenStoreDeps["onePassword"]>): OpenStoreDeps => ({
    ...deps,
    onePassword: { ...deps.onePassword, ...changes },
  });
  for (const backend of ["op", "op-desktop", "op-connect"] as const) {
    await assert.rejects(
      () => openStore(backend, without({ vault: null })),
      { code: "store-unavailable" },
      backend,
    );
  }
  await assert.rejects(() => openStore("op-connect", without({ connectHost: null })), {
    code: "store-unavailable",
  });
  for (
    const connectHost of ["localhost", "ftp://localhost", "http://user:x@localhost", "http://localhost?x"]
  ) {
    await assert.rejects(() => openStore("op-connect", without({ connectHost })), {
      code: "flag-value-invalid",
    });
  }
});
