/** File calls under Deno. */
import type { FileInfo } from "./host.ts";
import type { FileCalls } from "./files.ts";

const POSIX = Deno.build.os !== "windows";

export const denoFileCalls: FileCalls = {
  read: (path) => Deno.readFileSync(path),
  stat: (path, noFollow) => toFileInfo(noFollow ? Deno.lstatSync(path) : Deno.statSync(path)),
  list: (path) => Array.from(Deno.readDirSync(path), (entry) => entry.name),
  makeDirectory: (path, mode) => Deno.mkdirSync(path, { recursive: true, mode }),
  createNew(path, mode) {
    const file = Deno.openSync(path, { write: true, createNew: true, mode });
    return {
      write: (bytes) => file.writeSync(bytes),
      sync: () => file.syncSync(),
      close: () => file.close(),
    };
  },
  rename: (from, to) => Deno.renameSync(from, to),
  syncDirectory(path) {
    const directory = Deno.openSync(path, { read: true });
    try {
      directory.syncSync();
    } finally {
      directory.close();
    }
  },
  remove(path) {
    // Deno.removeSync takes empty directories too; unlink(2) does not.
    if (Deno.lstatSync(path).isDirectory) throw new Deno.errors.IsADirectory("is a directory");
    Deno.removeSync(path);
  },
  setMode: (path, mode) => Deno.chmodSync(path, mode),
  realPath: (path) => Deno.realPathSync(path),
  readLink: (path) => Deno.readLinkSync(path),
};

function toFileInfo(info: Deno.FileInfo): FileInfo {
  return {
    kind: info.isFile ? "file" : info.isDirectory ? "directory" : info.isSymlink ? "symlink" : "other",
    size: info.size,
    mode: POSIX && info.mode !== null ? info.mode & 0o7777 : null,
    userId: POSIX ? info.uid : null,
    modifiedAt: info.mtime?.getTime() ?? 0,
    inode: info.ino,
  };
}
