import assert from "node:assert/strict";
import { createFiles } from "../../src/host/files.ts";
import { isUsable } from "../../src/imports/found_key.ts";
import { type KeySourceHost, openKeySource } from "../../src/imports/open_key_source.ts";
import { openStore, type OpenStoreDeps } from "../../src/vault/open_store.ts";
import { FakeFiles } from "../fakes/fake_files.ts";
import { FakeKeychains } from "../fakes/fake_keychains.ts";

const csv = (secret: string) => `Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,${secret}\n`;
const own = csv("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
const other = csv("je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY");

const rows: {
  name: string;
  /** Before the source is opened. */
  disk: (files: FakeFiles) => void;
  /** While the user is asked. */
  meanwhile?: (files: FakeFiles) => void;
  left: Record<string, string>;
  notice: string | null;
}[] = [
  { name: "removes the file it read", disk: (files) => files.put("/k.csv", own), left: {}, notice: null },
  {
    name: "keeps a file that has taken its place",
    disk: (files) => files.put("/k.csv", own),
    meanwhile: (files) => files.put("/k.csv", other),
    left: { "/k.csv": other },
    notice: "/k.csv stays: it was changed since it was read",
  },
  {
    name: "keeps a link, which would leave the key where it is",
    disk: (files) => {
      files.put("/real.csv", own);
      files.put("/k.csv", { link: "/real.csv" });
    },
    left: { "/real.csv": own, "/k.csv": "-> /real.csv" },
    notice: "/k.csv stays: it is a link; remove the file it leads to by hand",
  },
];

for (const { name, disk, meanwhile, left, notice } of rows) {
  Deno.test(`a CSV as a source ${name}`, async () => {
    const files = new FakeFiles(() => 0, 1000, "/home");
    disk(files);
    const calls = createFiles(files, "linux", 1000);
    const host = { files: calls, stdinIsTerminal: () => false } as unknown as KeySourceHost;
    const source = await openKeySource(
      { from: "csv", file: "/k.csv", program: null, backend: null, wanted: ["work"] },
      host,
    );
    meanwhile?.(files);
    const removal = await source.remove!(source.findings.filter(isUsable));
    assert.deepEqual(removal, {
      removed: notice === null ? ["work"] : [],
      notices: notice === null ? [] : [notice],
    });
    assert.deepEqual(files.snapshot(), left);
  });
}

for (const from of ["credentials-file", "aws-sso"] as const) {
  for (
    const [file, code] of [
      ["", "key-file-missing"],
      ["/none", "key-file-missing"],
      ["/home", "key-file-unreadable"],
    ] as const
  ) {
    Deno.test(`import --from=${from} reads no ${JSON.stringify(file)}: ${code}`, async () => {
      const files = new FakeFiles(() => 0, 1000, "/home");
      files.put("/home/x", "");
      const host = {
        files: createFiles(files, "linux", 1000),
        env: { get: () => undefined },
        home: () => "/home",
      } as unknown as KeySourceHost;
      const request = { from, file, program: null, backend: null, wanted: [] };
      await assert.rejects(openKeySource(request, host), { code });
    });
  }
}

const payloads = {
  granted: { AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "s3cret/s3cret" },
  "aws-sso": {
    StaticCredentials: {
      "arn:a": { Profile: "prod", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "s3cret/s3cret" },
    },
  },
};

for (
  const [from, service, account] of [
    ["granted", "granted-aws-iam-credentials", "prod"],
    ["aws-sso", "aws-sso-cli", "aws-sso-cli-records"],
  ] as const
) {
  Deno.test(`a keychain of ${from} as a source is read under its own service, and stays as it is`, async () => {
    const native = new FakeKeychains();
    for (const [of, payload] of [[service, payloads[from]], ["aws-vault", {}]] as const) {
      native.login!.items.push({
        service: of,
        account,
        label: "",
        description: "",
        secret: new TextEncoder().encode(JSON.stringify(payload)),
        trusted: new Set(),
      });
    }
    const before = structuredClone(native.login!.items);
    const clock = { sleep: () => new Promise<void>(() => {}) };
    const parts = { native: () => Promise.resolve(native), clock };
    const open: KeySourceHost["openStore"] = (backend, place) =>
      openStore(backend, { ...parts, ...place } as unknown as OpenStoreDeps);
    const host = {
      env: { get: () => undefined },
      files: { exists: () => false },
      home: () => "/home",
      openStore: open,
    } as unknown as KeySourceHost;
    const request = { from, file: null, program: null, backend: "keychain", wanted: [] };
    const source = await openKeySource(request, host);
    assert.deepEqual(
      source.findings.filter(isUsable).map((key) => [key.profile, key.secretAccessKey.reveal()]),
      [
        ["prod", "s3cret/s3cret"],
      ],
    );
    assert.equal(source.findings.length, 1);
    assert.equal(source.remove, null);
    assert.deepEqual(native.login!.items, before);
    assert.deepEqual(native.leaked, []);
  });
}

Deno.test("a store that has no place of granted's is refused, with those that have", async () => {
  const host = { files: { exists: () => false }, home: () => "/home" } as unknown as KeySourceHost;
  const request = { from: "granted", file: null, program: null, backend: "keyctl", wanted: [] } as const;
  await assert.rejects(openKeySource(request, host), {
    code: "import-store-unknown",
    hints: [
      "stores that can: file, keychain, kwallet, pass, secret-service, wincred",
      "granted credentials export-plaintext PROFILE, then aws-vault import --remove-source",
    ],
  });
});
