import assert from "node:assert/strict";
import type { FileInfo } from "../../src/host/host.ts";
import { type KeyFileHost, readKeyFile } from "../../src/imports/key_file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function host(content: Uint8Array | null, info: Partial<FileInfo> = {}, terminal = false): KeyFileHost {
  return {
    files: {
      readBytes: () => {
        assert.equal(info.kind ?? "file", "file", "a pipe or device was read");
        return content;
      },
      stat: () =>
        content === null ? null : {
          kind: "file",
          size: content.length,
          mode: 0o600,
          userId: 1000,
          modifiedAt: 0,
          inode: 1,
          ...info,
        },
    },
    readStdin: () => Promise.resolve("from stdin"),
    stdinIsTerminal: () => terminal,
  };
}

Deno.test("readKeyFile reads a file, byte-order mark included, and stdin", async () => {
  assert.equal(await readKeyFile("f", host(bytes("\ufeffa\r\nb"))), "\ufeffa\r\nb");
  assert.equal(await readKeyFile("-", host(null)), "from stdin");
});

const refused: [name: string, path: string, KeyFileHost, code: string, message: RegExp][] = [
  ["a missing file", "a\x1b", host(null), "key-file-missing", /^there is no file a\\x1b$/],
  ["an empty name", "", host(null), "key-file-missing", /^--file names no file$/],
  ["a folder", "d", host(bytes(""), { kind: "directory" }), "key-file-unreadable", /not a file/],
  [
    "a pipe, which may never end",
    "p",
    host(bytes(""), { kind: "other" }),
    "key-file-unreadable",
    /not a file/,
  ],
  [
    "what is far too long for a key",
    "f",
    host(bytes(""), { size: 65537 }),
    "key-file-unreadable",
    /longer than 65536/,
  ],
  [
    "a file that grew meanwhile",
    "f",
    host(new Uint8Array(65537), { size: 1 }),
    "key-file-unreadable",
    /longer than 65536/,
  ],
  ["UTF-16", "f", host(new Uint8Array([0xff, 0xfe, 0x41, 0])), "key-file-unreadable", /not UTF-8/],
  ["the terminal", "-", host(null, {}, true), "key-file-unreadable", /is the terminal/],
];

for (const [name, path, from, code, message] of refused) {
  Deno.test(`readKeyFile refuses ${name}`, async () => {
    await assert.rejects(readKeyFile(path, from), (failure: { code: string; message: string }) => {
      assert.equal(failure.code, code);
      assert.match(failure.message, message);
      return true;
    });
  });
}
