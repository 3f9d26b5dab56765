import assert from "node:assert/strict";
import { createFiles } from "../../src/host/files.ts";
import { isUsable } from "../../src/imports/found_key.ts";
import { type KeySourceHost, openKeySource } from "../../src/imports/open_key_source.ts";
import { FakeFiles } from "../fakes/fake_files.ts";

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
