/**
 * Whole processes of the program move keys through real stores: kernel keyring, gnome-keyring and KWallet on private buses, pass with gpg-agent, files. Needs
 * Debian's packages dbus, gnome-keyring, libkf5wallet-bin, libsecret-tools, pass, gnupg and strace.
 */
import assert from "node:assert/strict";
import { startPrivateBus } from "../contracts/private_bus.ts";
import { startPrivateKwallet } from "../contracts/private_kwallet.ts";
import { FIRST_KEYS, raceTest, type Stage } from "../races/stage.ts";
import { realPassStore } from "../vault/password_store_setup.ts";

raceTest(
  "migrate-backend takes a key through every store of this machine and back, and leaves nothing behind",
  async (stage) => {
    // The kernel keyring is the user's own.
    const profile = `moving-${crypto.randomUUID()}`;
    await stage.add(profile, FIRST_KEYS);
    const bus = await startPrivateBus();
    const passwords = await realPassStore();
    try {
      await bus.startKeyring();
      const env = {
        ...passwords.env,
        HOME: stage.folder,
        DBUS_SESSION_BUS_ADDRESS: bus.address,
        XDG_RUNTIME_DIR: bus.env.XDG_RUNTIME_DIR!,
      };
      const route = ["file", "keyctl", "secret-service", "pass", "file"];
      for (const [i, from] of route.slice(0, -1).entries()) {
        const to = route[i + 1]!;
        const move = ["migrate-backend", `--from=${from}`, `--to=${to}`, `--profile=${profile}`];
        const copied = await stage.run(move, env);
        assert.equal(copied.code, 0, copied.stderr);
        assert.match(copied.stdout, /\.\.\. copied, verified\n/);
        const deleted = await stage.run([...move, "--delete-source"], env);
        assert.equal(deleted.code, 0, deleted.stderr);
        assert.match(deleted.stdout, /\.\.\. already there, verified, source deleted\n/);
        assert.ok(!(await listed(stage, from, env)).includes(profile), `${from} still has it`);
        assert.ok((await listed(stage, to, env)).includes(profile), `${to} does not have it`);
      }
      const { stdout } = await stage.run(["export", "--no-session", "--format=json", profile], env);
      assert.deepEqual(JSON.parse(stdout), {
        Version: 1,
        AccessKeyId: FIRST_KEYS.id,
        SecretAccessKey: FIRST_KEYS.secret,
      });
      assert.deepEqual(await bus.run("secret-tool", ["search", "--all", "profile", profile]), "");
    } finally {
      await stage.run(["--backend=keyctl", "remove", "--force", profile]);
      await passwords.remove();
      await bus.stop();
    }
  },
);

raceTest("migrate-backend never deletes between two names of one collection", async (stage) => {
  const bus = await startPrivateBus();
  try {
    await bus.startKeyring();
    const env = { DBUS_SESSION_BUS_ADDRESS: bus.address, XDG_RUNTIME_DIR: bus.env.XDG_RUNTIME_DIR! };
    const there = await stage.run(["migrate-backend", "--from=file", "--to=secret-service"], env);
    assert.equal(there.code, 0, there.stderr);
    const pair = ["migrate-backend", "--from=secret-service", "--to=secret-service", "--delete-source"];
    // New items went to the default collection, called login, where both look.
    for (
      const ends of [["--from-secret-service-collection=login"], [
        "--from-secret-service-collection=awsvault",
        "--secret-service-collection=login",
      ]]
    ) {
      const refused = await stage.run([...pair, ...ends], env);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /source and destination are the same place/);
    }
    assert.deepEqual(await listed(stage, "secret-service", env), ["base", "plain"]);
  } finally {
    await bus.stop();
  }
});

raceTest("import reads what granted keeps in a Secret Service and in files", async (stage) => {
  const bus = await startPrivateBus();
  try {
    await bus.startKeyring();
    const collection = await bus.makeCollection("granted-aws-iam-credentials");
    const payload = JSON.stringify({
      AccessKeyID: FIRST_KEYS.id,
      SecretAccessKey: FIRST_KEYS.secret,
      SessionToken: "",
    });
    const item = JSON.stringify({ Key: "prod", Data: btoa(payload), Label: "", Description: "" });
    await bus.run(
      "secret-tool",
      ["store", "--label=prod", `--collection=${collection}`, "profile", "prod"],
      item,
    );
    const env = { DBUS_SESSION_BUS_ADDRESS: bus.address, XDG_RUNTIME_DIR: bus.env.XDG_RUNTIME_DIR! };
    const imported = await stage.run(
      ["import", "--from=granted", "--from-backend=secret-service", "--yes"],
      env,
    );
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(imported.stdout, /\nImported "prod"\n$/);
  } finally {
    await bus.stop();
  }
  // granted's files are those of our own store, under its own passphrase.
  const grantedFolder = `${stage.folder}/.granted/secure-storage-aws-iam-credentials`;
  const filled = await stage.run([
    "migrate-backend",
    "--from=file",
    "--to=file",
    `--from-file-dir=${stage.folder}/keys`,
    `--file-dir=${grantedFolder}`,
    "--profile=prod",
  ], {
    AWS_VAULT_FROM_FILE_PASSPHRASE: stage.env.AWS_VAULT_FILE_PASSPHRASE!,
    AWS_VAULT_FILE_PASSPHRASE: "granted's own",
  });
  assert.equal(filled.code, 0, filled.stderr);
  const again = await stage.run(["import", "--from=granted", "--yes"], {
    AWS_VAULT_FROM_FILE_PASSPHRASE: "granted's own",
  });
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /is stored already/);
});

raceTest(
  "import reads the static credentials of aws-sso-cli in a Secret Service and in its JSON store",
  async (stage) => {
    const key = {
      Profile: "sso-static",
      userName: "u",
      accountId: 123456789012,
      accessKeyId: FIRST_KEYS.id,
      secretAccessKey: FIRST_KEYS.secret,
    };
    const records = JSON.stringify({
      RoleCredentials: {},
      StaticCredentials: { "arn:aws:iam::123456789012:user/u": key },
    });
    const bus = await startPrivateBus();
    try {
      await bus.startKeyring();
      const collection = await bus.makeCollection("awsssocli");
      const item = JSON.stringify({
        Key: "aws-sso-cli-records",
        Data: btoa(records),
        Label: "aws-sso-cli",
        Description: "",
      });
      await bus.run("secret-tool", [
        "store",
        "--label=aws-sso-cli-records",
        `--collection=${collection}`,
        "profile",
        "aws-sso-cli-records",
      ], item);
      const env = { DBUS_SESSION_BUS_ADDRESS: bus.address, XDG_RUNTIME_DIR: bus.env.XDG_RUNTIME_DIR! };
      const imported = await stage.run(
        ["import", "--from=aws-sso", "--from-backend=secret-service", "--yes"],
        env,
      );
      assert.equal(imported.code, 0, imported.stderr);
      assert.match(imported.stdout, /\nImported "sso-static"\n$/);
    } finally {
      await bus.stop();
    }
    await Deno.writeTextFile(`${stage.folder}/store.json`, records);
    const again = await stage.run([
      "import",
      "--from=aws-sso",
      `--file=${stage.folder}/store.json`,
      "--dry-run",
    ]);
    assert.match(again.stdout, /is stored already/);
  },
);

raceTest("import reads what granted and aws-sso-cli keep in KWallet", async (stage) => {
  const kwallet = await startPrivateKwallet();
  try {
    const put = async (service: string, name: string, payload: unknown) => {
      await kwallet.openWallet(service);
      const handle = await kwallet.call("open", "sxs", [service, 0n, service]) as number;
      const item = { Key: name, Data: btoa(JSON.stringify(payload)), Label: "", Description: "" };
      const value = new TextEncoder().encode(JSON.stringify(item));
      assert.equal(await kwallet.call("writeEntry", "issays", [handle, service, name, value, service]), 0);
    };
    const { id, secret } = FIRST_KEYS;
    await put("granted-aws-iam-credentials", "prod", { AccessKeyID: id, SecretAccessKey: secret });
    const key = { Profile: "sso-static", accessKeyId: id, secretAccessKey: secret };
    await put("aws-sso-cli", "aws-sso-cli-records", { StaticCredentials: { "arn:a": key } });
    const env = { DBUS_SESSION_BUS_ADDRESS: kwallet.bus.address };
    for (const [tool, profile] of [["granted", "prod"], ["aws-sso", "sso-static"]] as const) {
      const args = ["import", `--from=${tool}`, "--from-backend=kwallet", "--yes"];
      const imported = await stage.run(args, env);
      assert.equal(imported.code, 0, imported.stderr);
      assert.ok(imported.stdout.endsWith(`\nImported "${profile}"\n`), imported.stdout);
    }
  } finally {
    await kwallet.stop();
  }
});

raceTest("add --file=- takes Leapp's two items as secret-tool prints them", async (stage) => {
  const bus = await startPrivateBus();
  try {
    await bus.startKeyring();
    const accounts = ["access-key-id", "secret-access-key"].map((part) => `s1-iam-user-aws-session-${part}`);
    for (const [i, account] of accounts.entries()) {
      const value = i === 0 ? FIRST_KEYS.id : FIRST_KEYS.secret;
      await bus.run("secret-tool", ["store", "--label=Leapp", "service", "Leapp", "account", account], value);
    }
    const lookUps = accounts.map((account) => `secret-tool lookup service Leapp account ${account}; echo`)
      .join("; ");
    const script = `{ ${lookUps}; } | ${stage.argv.map((word) => `'${word}'`).join(" ")} add --file=- leapp`;
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", script],
      env: { ...stage.env, DBUS_SESSION_BUS_ADDRESS: bus.address },
      clearEnv: true,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const { stdout } = await stage.run(["export", "--no-session", "--format=json", "leapp"]);
    assert.equal(JSON.parse(stdout).SecretAccessKey, FIRST_KEYS.secret);
  } finally {
    await bus.stop();
  }
});

raceTest("import from another aws-vault runs that one, and asks no role and no MFA of it", async (stage) => {
  const old = `${stage.folder}/bin/old-aws-vault`;
  const program = stage.argv.map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(old, `#!/bin/sh\nAWS_VAULT_FILE_DIR=${stage.folder}/keys exec ${program} "$@"\n`, {
    mode: 0o755,
  });
  const imported = await stage.run([
    "--file-dir",
    `${stage.folder}/new`,
    "import",
    "--from=aws-vault",
    `--program=${old}`,
    "--yes",
  ], {
    AWS_VAULT: "outer",
    AWS_MFA_SERIAL: "arn:aws:iam::123456789012:mfa/u",
  });
  assert.equal(imported.code, 0, imported.stderr);
  assert.match(imported.stdout, /\nImported "base"\nImported "plain"\n$/);
  assert.equal(stage.prompts, 0);
  assert.equal(stage.aws.calls.length, 0);
  const self = await stage.run(["import", "--from=aws-vault", `--program=${stage.argv[0]}`, "--yes"]);
  assert.match(self.stderr, /is this program/);
});

async function listed(stage: Stage, backend: string, env: Record<string, string>): Promise<string[]> {
  const { stdout, stderr, code } = await stage.run([`--backend=${backend}`, "list", "--credentials"], env);
  assert.equal(code, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "").sort();
}
