import assert from "node:assert/strict";
import { migrateBackend } from "../../src/cli/commands/migrate_backend.ts";
import type { StorePlace } from "../../src/cli/deps.ts";
import { Secret } from "../../src/secret.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { FakeSecretStore } from "../fakes/fake_secret_store.ts";
import { fakeCommandDeps } from "./fake_command_deps.ts";

const input = {
  from: "file",
  to: "keyctl",
  profile: null,
  dryRun: false,
  overwrite: false,
  deleteSource: false,
  fromFileDir: null,
  fromPassDir: null,
  fromPassPrefix: null,
  fromKeychain: null,
  fromSecretServiceCollection: null,
  fromOpVaultId: null,
} as const;
type Input = Parameters<typeof migrateBackend>[0];

interface Row {
  readonly name: string;
  readonly here: Record<string, string>;
  readonly there?: Record<string, string>;
  readonly input?: Partial<Input>;
  readonly stdout: readonly string[];
  readonly hereAfter?: readonly string[];
  readonly thereAfter?: readonly string[];
}

const counts = (copied: number, overwritten: number, skipped: number, deleted: number, thereAlready = 0) => [
  "",
  "Migration summary:",
  `  copied: ${copied}`,
  `  overwritten: ${overwritten}`,
  ...thereAlready === 0 ? [] : [`  already there: ${thereAlready}`],
  `  skipped: ${skipped}`,
  `  deleted from source: ${deleted}`,
];

const rows: Row[] = [
  {
    name: "says when there is nothing",
    here: {},
    stdout: ["No credentials to migrate in the store in memory"],
  },
  {
    name: "shows what it would do, and does nothing",
    here: { b: "1", a: "1" },
    there: { b: "2" },
    input: { dryRun: true, deleteSource: true },
    stdout: [
      "Would migrate 2 credentials from file to keyctl:",
      "  a",
      "  b (is there already: skipped, unless it is the same key)",
      "",
      "No changes made.",
    ],
    thereAfter: ["b"],
  },
  {
    name: "copies everything, in byte order",
    here: { b: "1", a: "1", "sts.GetSessionToken,YQ,,1767225600": "1" },
    stdout: [
      "Migrating 2 credentials from file to keyctl",
      "Migrating a... copied, verified",
      "Migrating b... copied, verified",
      ...counts(2, 0, 0, 0),
    ],
    thereAfter: ["a", "b"],
  },
  {
    name: "skips another key, counts the same one as done",
    here: { a: "1", b: "1", c: "1" },
    there: { a: "2", b: "1" },
    input: { deleteSource: true },
    stdout: [
      "Migrating 3 credentials from file to keyctl",
      "Migrating a... skipped, another key is there (--overwrite replaces it)",
      "Migrating b... already there, verified, source deleted",
      "Migrating c... copied, verified, source deleted",
      ...counts(1, 0, 1, 2, 1),
    ],
    hereAfter: ["a"],
    thereAfter: ["a", "b", "c"],
  },
  {
    name: "overwrites with --overwrite, one profile with --profile",
    here: { a: "1", b: "1" },
    there: { a: "2", b: "2" },
    input: { overwrite: true, profile: "b" },
    stdout: [
      "Migrating 1 credential from file to keyctl",
      "Migrating b... overwritten, verified",
      ...counts(0, 1, 0, 0),
    ],
    thereAfter: ["a", "b"],
  },
];

for (const row of rows) {
  Deno.test(`migrate-backend ${row.name}`, async () => {
    const { source, destination, deps } = setUp(row.here, row.there);
    assert.equal(await migrateBackend({ ...input, ...row.input }, deps), 0);
    assert.deepEqual(deps.stdout.text.split("\n"), [...row.stdout, ""]);
    assert.deepEqual([...source.items.keys()], row.hereAfter ?? Object.keys(row.here));
    assert.deepEqual([...destination.items.keys()].sort(), row.thereAfter ?? Object.keys(row.there ?? {}));
  });
}

Deno.test("migrate-backend refuses one place under one name, and under two", async () => {
  for (const [identity, input2] of [["same", {}], ["other", { deleteSource: true }]] as const) {
    const { source, deps, places } = setUp({ a: "1" });
    const openPlace = (place: StorePlace) => {
      places.push(place);
      return Promise.resolve({ store: source, identity: places.length === 1 ? "same" : identity });
    };
    await assert.rejects(migrateBackend({ ...input, ...input2 }, { ...deps, openPlace }), {
      code: "migration-same-place",
    });
    assert.deepEqual([...source.items.keys()], ["a"]);
  }
});

Deno.test("migrate-backend gives the places of --from-… to the source alone", async () => {
  const { deps, places } = setUp({});
  await migrateBackend({ ...input, to: "file", fromFileDir: "old", fromPassPrefix: "p" }, deps);
  assert.deepEqual(places, [
    {
      backend: "file",
      flag: "--from",
      options: { fileDir: "old", passPrefix: "p" },
      passphraseVariables: ["AWS_VAULT_FROM_FILE_PASSPHRASE", "AWS_VAULT_FILE_PASSPHRASE"],
    },
    { backend: "file", flag: "--to", options: {}, passphraseVariables: ["AWS_VAULT_FILE_PASSPHRASE"] },
  ]);
});

Deno.test("migrate-backend stops at the first failure and says how to go on", async () => {
  const { source, destination, deps } = setUp({ a: "1", b: "1", c: "1" });
  const write = destination.write.bind(destination);
  destination.write = (item) => {
    if (item.name === "b") throw new StoreError("denied", "no", { hints: ["why"] });
    return write(item);
  };
  await assert.rejects(migrateBackend({ ...input, deleteSource: true }, deps), {
    code: "migration-stopped",
    kind: "denied",
    message: 'profile "b" was not migrated: no',
    hints: ["why", "the same command goes on where this one stopped"],
  });
  assert.deepEqual([...source.items.keys()], ["b", "c"]);
  assert.deepEqual([...destination.items.keys()], ["a"]);
  assert.match(deps.stdout.text, /Migrating b\.\.\. failed\nMigration stopped, the source was kept\n$/);
});

Deno.test("migrate-backend refuses a profile that is not there, and says what lists the source", async () => {
  const missing = (from: Partial<typeof input>) =>
    assert.rejects(migrateBackend({ ...input, ...from, profile: "x" }, setUp({ a: "1" }).deps), {
      code: "key-missing",
      hints: [
        `aws-vault --backend=file ${
          from.fromFileDir ? "--file-dir=… " : ""
        }list --credentials shows the profiles with a stored key`,
      ],
    });
  await missing({});
  await missing({ fromFileDir: "~/old" } as never);
});

function setUp(here: Record<string, string>, there: Record<string, string> = {}) {
  const source = filled("file", here), destination = filled("keyctl", there);
  const places: StorePlace[] = [];
  const deps = fakeCommandDeps({}, {
    openPlace: (place) => {
      places.push(place);
      const first = places.length === 1;
      return Promise.resolve({ store: first ? source : destination, identity: first ? "a" : "b" });
    },
  });
  return { source, destination, places, deps };
}

function filled(backend: "file" | "keyctl", keys: Record<string, string>): FakeSecretStore {
  const store = new FakeSecretStore(backend);
  for (const [name, secret] of Object.entries(keys)) {
    const payload = new Secret(
      JSON.stringify({ AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: secret }),
    );
    store.items.set(name, { name, payload, label: "", description: "", trusted: false });
  }
  return store;
}
