/** File calls under Bun: reading straight through libc, the rest through `node:fs`, which is loaded when first needed. */
import { existsQuickly, readQuickly } from "./bun_libc.ts";
import type { Stats } from "node:fs";
import { bunProcess } from "./bun_process.ts";
import type { FileInfo } from "./host.ts";
import type { FileCalls } from "./files.ts";

const POSIX = bunProcess.platform !== "win32";

const fs = () => bunProcess.getBuiltinModule("node:fs");

export const bunFileCalls: FileCalls = {
  read(path) {
    const quick = readQuickly(path);
    if (quick !== null) return quick;
    const bytes = fs().readFileSync(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },
  stat: (path, noFollow) => toFileInfo(noFollow ? fs().lstatSync(path) : fs().statSync(path)),
  exists: existsQuickly,
  list: (path) => fs().readdirSync(path),
  makeDirectory: (path, mode) => void fs().mkdirSync(path, { recursive: true, mode }),
  createNew(path, mode) {
    const descriptor = fs().openSync(path, "wx", mode);
    return {
      write: (bytes) => fs().writeSync(descriptor, bytes),
      sync: () => fs().fsyncSync(descriptor),
      close: () => fs().closeSync(descriptor),
    };
  },
  rename: (from, to) => fs().renameSync(from, to),
  syncDirectory(path) {
    const descriptor = fs().openSync(path, "r");
    try {
      fs().fsyncSync(descriptor);
    } finally {
      fs().closeSync(descriptor);
    }
  },
  remove: (path) => fs().unlinkSync(path),
  setMode: (path, mode) => fs().chmodSync(path, mode),
  realPath: (path) => fs().realpathSync.native(path),
  readLink: (path) => fs().readlinkSync(path),
};

function toFileInfo(info: Stats): FileInfo {
  return {
    kind: info.isFile()
      ? "file"
      : info.isDirectory()
      ? "directory"
      : info.isSymbolicLink()
      ? "symlink"
      : "other",
    size: info.size,
    mode: POSIX ? info.mode & 0o7777 : null,
    userId: POSIX ? info.uid : null,
    modifiedAt: Math.floor(info.mtimeMs),
    inode: POSIX ? info.ino : null,
  };
}
