import { strict as assert } from "node:assert";
import { inspect, tryStore } from "../src/inspection.ts";
import { Secret } from "../src/secret.ts";
import { StoreError } from "../src/vault/secret_store.ts";
import { noOptions } from "./cli/fake_command_deps.ts";
import { createFakeHost } from "./fakes/fake_host.ts";
import { FakeSecretStore } from "./fakes/fake_secret_store.ts";

const random = (length: number) => new Uint8Array(length).fill(7);

Deno.test("tryStore stores, reads and removes an item of its own, and touches no other", async () => {
  const store = new FakeSecretStore();
  await tryStore(store, random);
  const name = "aws-vault-doctor-0707070707070707";
  assert.deepEqual(store.calls, [`write ${name}`, `read ${name}`, `remove ${name}`]);
  assert.equal(store.items.size, 0);
});

Deno.test("tryStore removes its item too when it comes back changed", async () => {
  class Forgetful extends FakeSecretStore {
    override async read(name: string) {
      await super.read(name);
      return new Secret("{}");
    }
  }
  const store = new Forgetful();
  await assert.rejects(tryStore(store, random), { code: "store-damaged" });
  assert.equal(store.items.size, 0);
});

Deno.test("tryStore says what the store says", async () => {
  const store = new FakeSecretStore();
  store.failure = new StoreError("locked", "it is locked");
  await assert.rejects(tryStore(store, random), { code: "store-locked" });
});

Deno.test("inspect finds the lines that nobody can read, and where the cache would have to be made", async () => {
  const host = createFakeHost({
    env: { HOME: "/home/jon" },
    files: {
      "/home/jon/.aws/config": "[profile a]\n[profile work\n",
      "/home/jon/.aws/credentials": "[bad\naws_access_key_id = x\n[c]\nnonsense\n",
    },
  });
  const { config, plainKeys, cache } = await inspect(host, noOptions);
  assert.ok("mistakes" in config && "mistakes" in plainKeys && "above" in cache);
  assert.deepEqual(config.mistakes, ["/home/jon/.aws/config:2: a section header must end with ]"]);
  assert.deepEqual(plainKeys.mistakes, [
    "/home/jon/.aws/credentials:1: a section header must end with ]",
    "/home/jon/.aws/credentials:4: a property must have an = between name and value",
  ]);
  assert.equal(cache.above?.path, "/home/jon");
});

Deno.test("inspect calls pass usable for prompts only where it has a store", async () => {
  const usable = async (files: Record<string, string>) => {
    const host = createFakeHost({
      env: { HOME: "/home/jon", PATH: "/bin" },
      files: { ...files, "/bin/pass": { text: "", mode: 0o755 } },
    });
    const { prompts } = await inspect(host, noOptions);
    assert.ok("usable" in prompts);
    return prompts.usable;
  };
  assert.deepEqual(await usable({ "/home/jon/x": "" }), []);
  assert.deepEqual(await usable({ "/home/jon/.password-store/.gpg-id": "key" }), ["pass"]);
});
