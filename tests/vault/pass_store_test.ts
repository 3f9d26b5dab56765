/** The pass and passage stores beside their own tools: real pass, gpg and gpg-agent, and real age. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { AccessKeys } from "../../src/vault/access_keys.ts";
import { openEnvelope, sealEnvelope } from "../../src/vault/item_envelope.ts";
import { readVectors } from "../config/test_vectors.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { type PasswordStore, realAgeStore, realPassStore, run } from "./password_store_setup.ts";
import { failsWith } from "./store_failures.ts";

function passTest(
  name: string,
  body: (passwordStore: PasswordStore) => Promise<void>,
  open: () => Promise<PasswordStore> = realPassStore,
): void {
  Deno.test(name, async () => {
    const passwordStore = await open();
    try {
      await body(passwordStore);
    } finally {
      await passwordStore.remove();
    }
  });
}

const CREDENTIALS =
  '{"AccessKeyID":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY","SessionToken":"","Source":"","CanExpire":false,"Expires":"0001-01-01T00:00:00Z","AccountID":""}';

function envelope(name: string, payload: string): string {
  return sealEnvelope(item(name, payload)).reveal();
}

for (const [flavor, open] of [["pass", realPassStore], ["passage", realAgeStore]] as const) {
  passTest(
    `PassStore ${flavor} reads what aws-vault wrote, put there by the store's own tool`,
    async (own) => {
      const { items } = readVectors<{ items: readonly { entry: string; content: string }[] }>(
        "vaults/pass.json",
      );
      assert.ok(items.length >= 7);
      for (const { entry, content } of items) await own.tool(["insert", "-m", "-f", entry], content);
      const plain = new AccessKeys(own.store());
      assert.deepEqual((await plain.profiles()).sort(), items.map(({ entry }) => entry).sort());
      const prefixed = new AccessKeys(own.store({ prefix: "aws/keys" }));
      assert.deepEqual(await prefixed.profiles(), ["prefixed"]);
      for (const { entry } of items) {
        const inside = entry.startsWith("aws/keys/");
        const key = await (inside ? prefixed.read(entry.slice("aws/keys/".length)) : plain.read(entry));
        assert.equal(key?.accessKeyId, "AKIAIOSFODNN7EXAMPLE", entry);
        assert.equal(key?.secretAccessKey.reveal(), "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", entry);
      }
      for (const { entry, content } of items) {
        if (entry.startsWith("aws/keys/")) continue;
        await own.store().write(item(entry, openEnvelope(content)!.payload.reveal()));
        assert.equal(await own.tool(["show", entry]), content, "written again, byte for byte");
      }
    },
    open,
  );

  passTest(
    `PassStore ${flavor} and the store's own tool bring 50 generated items to each other`,
    async (own) => {
      const names = fc.sample(
        fc.array(fc.stringMatching(/^[a-zA-Z0-9 ü日:%#+=@,._~-]{1,10}$/), { minLength: 1, maxLength: 3 })
          .map((parts) => parts.join("/")).filter((name) => !/(^|\/)\.|^-|^oidc:/.test(name)),
        { seed: 20261126, numRuns: 90 },
      );
      const items = [...new Map(names.map((name, i) => [name.toLowerCase(), `payload ${i} of ü${name}`]))]
        .slice(0, 50);
      assert.equal(items.length, 50);
      const store = own.store({ prefix: "aws" });
      for (const [i, [name, payload]] of items.entries()) {
        if (i % 2 === 0) await store.write(item(name, payload));
        else await own.tool(["insert", "-m", "-f", `aws/${name}`], envelope(name, payload));
      }
      for (const [i, [name, payload]] of items.entries()) {
        if (i % 2 === 0) assert.equal(await own.tool(["show", `aws/${name}`]), envelope(name, payload));
        else assert.equal((await store.read(name))?.reveal(), payload);
      }
      assert.deepEqual((await store.list()).sort(), items.map(([name]) => name).sort());
    },
    open,
  );
}

passTest("PassStore keeps within its prefix", async (own) => {
  await own.tool(["insert", "-m", "github"], "hunter2");
  await own.tool(["insert", "-m", "aws2/x"], "hunter2");
  const store = own.store({ prefix: "aws" });
  for (const name of ["../github", "../aws2/x", "a/../../github", "/../github", ".."]) {
    assert.equal(await store.read(name), null, name);
    assert.equal(await store.remove(name), false, name);
    await assert.rejects(() => store.write(item(name, "x")), { code: "item-name-invalid" }, name);
  }
  assert.deepEqual(await store.list(), []);
  await store.write(item("github", "ours"));
  assert.equal(await own.tool(["show", "github"]), "hunter2");
  assert.equal(await store.remove("github"), true);
  assert.equal(await own.tool(["show", "github"]), "hunter2");
});

passTest("PassStore finds sign-in tokens where aws-vault puts them, and lists their URLs", async (own) => {
  const store = own.store();
  const url = "oidc:https://example.awsapps.com/start";
  await own.tool(["insert", "-m", "oidc:https:/example.awsapps.com/start"], envelope(url, "token"));
  assert.equal((await store.read(url))?.reveal(), "token");
  assert.deepEqual(await store.list(), [url]);
  const slashed = "oidc:https://example.awsapps.com/start/#/";
  await store.write(item(slashed, "other"));
  assert.equal((await store.read(slashed))?.reveal(), "other");
  assert.equal(
    await own.tool(["show", "oidc:https:/example.awsapps.com/start/#"]),
    envelope(slashed, "other"),
  );
  assert.equal(await store.read("oidc:https://example.awsapps.com//start/#"), null, "another item");
  for (const listed of await store.list()) assert.equal(await store.remove(listed), true, listed);
  assert.deepEqual(await store.list(), []);
});

passTest("PassStore.write refuses names that a path does not keep", async (own) => {
  const store = own.store();
  for (const name of ["/", "/work", "work/", "a//b", "a/../b", "./a", "a/./b", ".git/hooks/post-commit"]) {
    await assert.rejects(() => store.write(item(name, "x")), { code: "item-name-invalid" }, name);
  }
  await assert.rejects(() => store.write(item("x".repeat(252), "x")), { code: "item-name-too-long" });
  assert.deepEqual([...Deno.readDirSync(own.directory)].map(({ name }) => name), [".gpg-id"]);
});

passTest("PassStore without a prefix neither replaces nor removes somebody's password", async (own) => {
  await own.tool(["insert", "-m", "github"], "hunter2\nuser: jon");
  const store = own.store();
  assert.deepEqual(await store.list(), ["github"]);
  await assert.rejects(
    () => store.write(item("github", "x")),
    failsWith("denied", /"github" of the pass store .* is not one of aws-vault's/, /--pass-prefix/),
  );
  await assert.rejects(() => store.remove("github"), failsWith("denied", /not one of/, /pass rm "github"/));
  await assert.rejects(() => store.read("github"), (failure: AppError) => {
    failsWith("damaged", /holds no item/, /pass show "github"/)(failure);
    assert.ok(!`${failure.stack}${failure.hints}`.includes("hunter2"));
    return true;
  });
  assert.equal(await own.tool(["show", "github"]), "hunter2\nuser: jon");
});

passTest("PassStore lists and looks for items without running anything", async (own) => {
  const store = own.store();
  await store.write(item("work/prod", "payload"));
  Deno.mkdirSync(`${own.directory}/.git`);
  Deno.writeTextFileSync(`${own.directory}/.git/x.gpg`, "");
  Deno.writeTextFileSync(`${own.directory}/.aws-vault-tmp-x.gpg`, "");
  Deno.writeTextFileSync(`${own.directory}/notes.txt`, "");
  Deno.symlinkSync(own.directory, `${own.directory}/circle`);
  const idle = own.store({ processes: () => Promise.reject(new Error("ran something")) });
  assert.deepEqual(await idle.list(), ["work/prod"]);
  assert.equal(idle.has("work/prod"), true);
  assert.equal(idle.has("work"), false);
  assert.equal(await idle.read("work"), null);
  assert.equal(await idle.remove("work"), false);
});

passTest("PassStore commits to the store's git as pass does", async (own) => {
  const gitEnv = { ...own.env, GIT_CONFIG_GLOBAL: "/dev/null" };
  const git = (...args: string[]) => run("git", ["-C", own.directory, ...args], gitEnv);
  await own.tool(["git", "init", "-q"]);
  await git("config", "user.name", "Jon");
  await git("config", "user.email", "jon@example.com");
  await own.tool(["insert", "-m", "other"], "x");
  const store = own.store();
  await store.write(item("team/work", "first"));
  await store.write(item("team/work", "second"));
  assert.equal((await store.read("team/work"))?.reveal(), "second");
  assert.equal(await store.remove("team/work"), true);
  assert.equal((await git("status", "--porcelain", "--", "team", "other.gpg")).trim(), "");
  assert.match(
    await git("log", "--format=%s"),
    /^Remove team\/work from store\.\nRename .* to team\/work\.\n/,
  );
  assert.deepEqual(await store.list(), ["other"]);
});

passTest("PassStore takes away what an interrupted write left", async (own) => {
  const store = own.store();
  const left = `${own.directory}/.aws-vault-tmp-left.gpg`;
  const recent = `${own.directory}/.aws-vault-tmp-recent.gpg`;
  Deno.writeTextFileSync(left, "x");
  Deno.writeTextFileSync(recent, "x");
  const longAgo = new Date(Date.now() - 3_600_000);
  Deno.utimeSync(left, longAgo, longAgo);
  await store.write(item("work", "payload"));
  const names = [...Deno.readDirSync(own.directory)].map(({ name }) => name).sort();
  assert.deepEqual(names, [".aws-vault-tmp-recent.gpg", ".gpg-id", "work.gpg"]);
});

passTest(
  "PassStore is locked without the key's passphrase, and lists and writes all the same",
  async (own) => {
    await own.tool(["insert", "-m", "work"], envelope("work", CREDENTIALS));
    const silent = own.store({ mayAsk: false });
    await assert.rejects(() => silent.read("work"), failsWith("locked", /is locked/, /switched off/));
    const asking = own.store({ mayAsk: true });
    await assert.rejects(
      () => asking.read("work"),
      failsWith("locked", /did not get the key's passphrase/, /GPG_TTY=\$\(tty\)/),
    );
    assert.deepEqual(await silent.list(), ["work"]);
    await silent.write(item("new", "payload"));
    await assert.rejects(() => silent.write(item("new", "again")), failsWith("locked", /is locked/));

    const unlocked = { ...own.env, PASSWORD_STORE_GPG_OPTS: "--pinentry-mode=loopback --passphrase=right" };
    assert.equal((await own.store({ env: unlocked, mayAsk: true }).read("work"))?.reveal(), CREDENTIALS);
    assert.equal((await silent.read("new"))?.reveal(), "payload", "the agent remembers");
  },
  () => realPassStore({ passphrase: "right" }),
);

passTest("PassStore tells its failures apart", async (own) => {
  await own.tool(["insert", "-m", "work"], envelope("work", "payload"));
  const whole = Deno.readFileSync(`${own.directory}/work.gpg`);
  const store = own.store();
  for (
    const [name, bytes] of [["empty", whole.slice(0, 0)], ["cut", whole.slice(0, 100)], [
      "text",
      new TextEncoder().encode("text"),
    ]] as const
  ) {
    Deno.writeFileSync(`${own.directory}/${name}.gpg`, bytes);
    await assert.rejects(() => store.read(name), failsWith("damaged", /gpg can't decrypt/, /pass rm/), name);
  }
  const emptyHome = `${own.env.HOME}/other`;
  Deno.mkdirSync(emptyHome, { mode: 0o700 });
  const stranger = own.store({ env: { ...own.env, GNUPGHOME: emptyHome } });
  await assert.rejects(
    () => stranger.read("work"),
    failsWith("denied", /key that gpg does not have/, /GNUPGHOME/),
  );
  await assert.rejects(
    () => stranger.write(item("x", "y")),
    failsWith("unavailable", /can't encrypt to/, /--list-keys/),
  );
  await run("gpgconf", ["--kill", "gpg-agent"], { ...own.env, GNUPGHOME: emptyHome });
  const bare = own.store({ directory: `${own.env.HOME}/none` });
  assert.deepEqual(await bare.list(), []);
  assert.equal(await bare.read("work"), null);
  await assert.rejects(() => bare.write(item("x", "y")), failsWith("unavailable", /not set up/, /pass init/));
  const missing = own.store({ command: "no-such-pass" });
  await assert.rejects(
    () => missing.read("work"),
    failsWith("unavailable", /no-such-pass: no such program/, /install pass/),
  );
  const file = own.store({ directory: `${own.directory}/work.gpg` });
  await assert.rejects(() => file.list(), failsWith("unavailable", /not a folder/, /--pass-dir/));
  assert.equal(await file.read("work"), null);
});

passTest("PassStore gives up on a program that hangs, and says meanwhile that it waits", async (own) => {
  const hung = `${own.env.HOME}/hung`;
  Deno.writeTextFileSync(hung, "#!/bin/sh\nsleep 100 & wait\n", { mode: 0o755 });
  await own.tool(["insert", "-m", "work"], envelope("work", "payload"));
  const timeouts: number[] = [];
  const store = own.store({
    command: hung,
    mayAsk: true,
    clock: { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() },
    processes: () =>
      Promise.resolve({
        find: () => null,
        canReplace: false,
        replace: () => {
          throw new Error("not called");
        },
        runAttached: () => Promise.reject(new Error("not called")),
        run: async (request) => {
          timeouts.push(request.timeoutMs);
          await new Promise((resolve) => setTimeout(resolve, 1));
          throw new AppError("child-timeout", "child", `${request.command} did not finish`);
        },
      }),
  });
  await assert.rejects(
    () => store.read("work"),
    failsWith("unavailable", /did not finish/, /run it by itself/),
  );
  assert.deepEqual(timeouts, [60_000]);
  assert.match(own.notes.join(), /^waiting for .*hung: it may want a passphrase/);
});

passTest(
  "PassStore gives its program the payload by stdin and an environment without secrets",
  async (own) => {
    const spy = `${own.env.HOME}/spy`;
    Deno.writeTextFileSync(
      spy,
      `#!/bin/sh\n{ echo "$@"; env; } >>"$HOME/seen"\nexec pass "$@"\n`,
      { mode: 0o755 },
    );
    const store = own.store({
      command: spy,
      mayAsk: true,
      terminalName: () => Promise.resolve("/dev/pts/7"),
      prefix: "aws",
    });
    await store.write({ ...item("-work", "hunter2"), payload: new Secret("hunter2") });
    assert.equal((await store.read("-work"))?.reveal(), "hunter2");
    const seen = Deno.readTextFileSync(`${own.env.HOME}/seen`);
    assert.match(seen, /^insert -m -f aws\/\.aws-vault-tmp-/m);
    assert.match(seen, /^show aws\/-work$/m);
    assert.match(seen, /^GPG_TTY=\/dev\/pts\/7$/m);
    assert.doesNotMatch(seen, new RegExp(`hunter2|${btoa("hunter2")}`));
  },
);

passTest("PassStore passage tells its failures apart", async (own) => {
  await own.tool(["insert", "-m", "work"], envelope("work", "payload"));
  const store = own.store();
  Deno.writeTextFileSync(`${own.directory}/text.age`, "text");
  await assert.rejects(() => store.read("text"), failsWith("damaged", /age can't decrypt/));
  const other = `${own.env.HOME}/other`;
  await run("age-keygen", ["-o", other], own.env);
  const stranger = own.store({ env: { ...own.env, PASSAGE_IDENTITIES_FILE: other } });
  await assert.rejects(() => stranger.read("work"), failsWith("denied", /identity that is not here/));
  const none = own.store({ env: { ...own.env, PASSAGE_IDENTITIES_FILE: `${own.env.HOME}/nothing` } });
  await assert.rejects(() => none.read("work"), failsWith("unavailable", /no identities/, /age-keygen/));
}, realAgeStore);
