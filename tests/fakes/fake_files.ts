/**
 * A disk in memory, at the level of system calls: it is wrapped by the same `createFiles` as the real ones, so absence,
 * errors and clean-up can't differ. Calls can be made to fail, and the process to die, at the n-th change.
 */
import type { FileCalls, WritableFile } from "../../src/host/files.ts";
import type { FileInfo } from "../../src/host/host.ts";

type Node = FileNode | DirectoryNode | LinkNode;
interface Common {
  mode: number;
  userId: number;
  modifiedAt: number;
  readonly inode: number;
}
interface FileNode extends Common {
  readonly kind: "file";
  bytes: Uint8Array;
}
interface DirectoryNode extends Common {
  readonly kind: "directory";
  readonly entries: Map<string, Node>;
}
interface LinkNode extends Common {
  readonly kind: "symlink";
  readonly target: string;
}

/** What changes the disk; the ones that faults are counted by. */
export type Change =
  | "makeDirectory"
  | "create"
  | "write"
  | "sync"
  | "rename"
  | "syncDirectory"
  | "remove"
  | "setMode";

export type FileContent = string | Uint8Array | { readonly text: string; readonly mode?: number } | {
  readonly link: string;
} | { readonly directory: true; readonly mode?: number };

/** What a call of a killed process throws. Nothing on the disk changes after it. */
export class Killed extends Error {
  override readonly name = "Killed";
}

const MOST_LINKS = 40;

export class FakeFiles implements FileCalls {
  /** All changes so far, with the path, in order. */
  readonly changes: { readonly change: Change; readonly path: string }[] = [];
  /** Bytes that one write takes at most; smaller values give partial writes. */
  writeLimit = Number.POSITIVE_INFINITY;
  killed = false;
  readonly #root: DirectoryNode;
  readonly #now: () => number;
  readonly #userId: number;
  readonly #currentDirectory: string;
  readonly #hasModes: boolean;
  readonly #faults: { change: Change | "any"; left: number; failure: string }[] = [];
  #lastInode = 1;

  /** Without `hasModes` it answers as Windows does: no mode, no owner. */
  constructor(now: () => number, userId: number, currentDirectory: string, hasModes = true) {
    this.#hasModes = hasModes;
    this.#now = now;
    this.#userId = userId;
    this.#currentDirectory = currentDirectory;
    this.#root = this.#directory(0o755);
    this.makeDirectory(currentDirectory, 0o755);
    this.changes.length = 0;
  }

  /** Sets up an entry and the directories above it. */
  put(path: string, content: FileContent): void {
    const names = this.#names(path);
    const name = names.pop();
    if (name === undefined) return;
    this.#ensure(names, 0o755).entries.set(name, this.#node(content));
  }

  /** Makes the n-th change of this kind from now on (1 is the next) fail with an errno name, or kill the process. */
  failAt(change: Change | "any", n: number, failure: "ENOSPC" | "EIO" | "EACCES" | "EROFS" | "KILL"): void {
    this.#faults.push({ change, left: n, failure });
  }

  /** Every file's text by path: what a test compares the whole disk with. Links show as `-> target`. */
  snapshot(): Record<string, string> {
    const found: Record<string, string> = {};
    const visit = (node: Node, path: string) => {
      if (node.kind === "file") found[path] = new TextDecoder().decode(node.bytes);
      else if (node.kind === "symlink") found[path] = `-> ${node.target}`;
      else for (const [name, entry] of node.entries) visit(entry, `${path}/${name}`);
    };
    visit(this.#root, "");
    return found;
  }

  read(path: string): Uint8Array {
    const node = this.#find(path, true);
    if (node.kind === "directory") throw failure("EISDIR", path);
    if (node.kind === "symlink") throw failure("ELOOP", path);
    this.#mayUse(node, 0o400, path);
    return node.bytes.slice();
  }

  stat(path: string, noFollow: boolean): FileInfo {
    const node = this.#find(path, !noFollow);
    const size = node.kind === "file" ? node.bytes.length : 0;
    return {
      kind: node.kind,
      size,
      mode: this.#hasModes ? node.mode : null,
      userId: this.#hasModes ? node.userId : null,
      modifiedAt: node.modifiedAt,
      inode: node.inode,
    };
  }

  list(path: string): string[] {
    const node = this.#find(path, true);
    if (node.kind !== "directory") throw failure("ENOTDIR", path);
    this.#mayUse(node, 0o400, path);
    return [...node.entries.keys()];
  }

  makeDirectory(path: string, mode: number): void {
    this.#change("makeDirectory", path);
    this.#ensure(this.#names(path), mode);
  }

  createNew(path: string, mode: number): WritableFile {
    this.#change("create", path);
    const { parent, name } = this.#place(path);
    if (parent.entries.has(name)) throw failure("EEXIST", path);
    this.#mayUse(parent, 0o200, path);
    const file: FileNode = { ...this.#common(mode), kind: "file", bytes: new Uint8Array() };
    parent.entries.set(name, file);
    return {
      write: (bytes) => {
        this.#change("write", path);
        const taken = bytes.subarray(0, this.writeLimit);
        const grown = new Uint8Array(file.bytes.length + taken.length);
        grown.set(file.bytes);
        grown.set(taken, file.bytes.length);
        file.bytes = grown;
        file.modifiedAt = this.#now();
        return taken.length;
      },
      sync: () => this.#change("sync", path),
      close: () => {},
    };
  }

  rename(from: string, to: string): void {
    this.#change("rename", to);
    const source = this.#place(from);
    const node = source.parent.entries.get(source.name);
    if (node === undefined) throw failure("ENOENT", from);
    const target = this.#place(to);
    if (target.parent.entries.get(target.name)?.kind === "directory") throw failure("EISDIR", to);
    this.#mayUse(target.parent, 0o200, to);
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, node);
  }

  syncDirectory(path: string): void {
    this.#change("syncDirectory", path);
    if (this.#find(path, true).kind !== "directory") throw failure("ENOTDIR", path);
  }

  remove(path: string): void {
    this.#change("remove", path);
    const { parent, name } = this.#place(path);
    const node = parent.entries.get(name);
    if (node === undefined) throw failure("ENOENT", path);
    if (node.kind === "directory") throw failure("EISDIR", path);
    this.#mayUse(parent, 0o200, path);
    parent.entries.delete(name);
  }

  setMode(path: string, mode: number): void {
    this.#change("setMode", path);
    this.#find(path, true).mode = mode;
  }

  realPath(path: string): string {
    return "/" + this.#walk(this.#names(path), true).names.join("/");
  }

  readLink(path: string): string {
    const node = this.#find(path, false);
    if (node.kind !== "symlink") throw failure("EINVAL", path);
    return node.target;
  }

  #common(mode: number): Common {
    return { mode, userId: this.#userId, modifiedAt: this.#now(), inode: this.#lastInode++ };
  }

  #directory(mode: number): DirectoryNode {
    return { ...this.#common(mode), kind: "directory", entries: new Map() };
  }

  #node(content: FileContent): Node {
    if (typeof content === "string") return this.#node({ text: content });
    if (content instanceof Uint8Array) return { ...this.#common(0o600), kind: "file", bytes: content };
    if ("link" in content) return { ...this.#common(0o777), kind: "symlink", target: content.link };
    if ("directory" in content) return this.#directory(content.mode ?? 0o755);
    return {
      ...this.#common(content.mode ?? 0o600),
      kind: "file",
      bytes: new TextEncoder().encode(content.text),
    };
  }

  /** `C:\a\b` is the same as `/C:/a/b`. */
  #names(path: string): string[] {
    const slashed = path.replaceAll("\\", "/");
    const absolute = /^(\/|[A-Za-z]:)/.test(slashed) ? slashed : `${this.#currentDirectory}/${slashed}`;
    return absolute.split("/").filter((name) => name !== "" && name !== ".");
  }

  #ensure(names: readonly string[], mode: number): DirectoryNode {
    let directory = this.#root;
    for (const [i, name] of names.entries()) {
      let next = directory.entries.get(name);
      if (next?.kind === "symlink") next = this.#walk(names.slice(0, i + 1), true).node;
      if (next === undefined) {
        this.#mayUse(directory, 0o200, name);
        directory.entries.set(name, next = this.#directory(mode));
      }
      if (next.kind !== "directory") throw failure(i === names.length - 1 ? "EEXIST" : "ENOTDIR", name);
      directory = next;
    }
    return directory;
  }

  #find(path: string, follow: boolean): Node {
    return this.#walk(this.#names(path), follow).node;
  }

  #place(path: string): { parent: DirectoryNode; name: string } {
    const names = this.#names(path);
    const name = names.pop();
    if (name === undefined) throw failure("EISDIR", path);
    const parent = this.#walk(names, true).node;
    if (parent.kind !== "directory") throw failure("ENOTDIR", path);
    return { parent, name };
  }

  #walk(start: readonly string[], follow: boolean): { node: Node; names: string[] } {
    const todo = [...start];
    let names: string[] = [];
    let above: DirectoryNode[] = [];
    let node: Node = this.#root;
    for (let links = 0; todo.length > 0;) {
      const name = todo.shift()!;
      if (node.kind !== "directory") throw failure("ENOTDIR", name);
      if (name === "..") {
        names.pop();
        node = above.pop() ?? this.#root;
        continue;
      }
      const next: Node | undefined = node.entries.get(name);
      if (next === undefined) throw failure("ENOENT", name);
      if (next.kind === "symlink" && (follow || todo.length > 0)) {
        if (++links > MOST_LINKS) throw failure("ELOOP", name);
        todo.unshift(...next.target.split("/").filter((part) => part !== "" && part !== "."));
        if (next.target.startsWith("/")) {
          names = [];
          above = [];
          node = this.#root;
        }
        continue;
      }
      above.push(node);
      names.push(name);
      node = next;
    }
    return { node, names };
  }

  /** The owner's bits, as for a user who is not root. */
  #mayUse(node: Node, bit: number, path: string): void {
    if ((node.mode & bit) === 0 && this.#userId !== 0) throw failure("EACCES", path);
  }

  #change(change: Change, path: string): void {
    if (this.killed) throw new Killed();
    for (const fault of this.#faults) {
      if (fault.change !== "any" && fault.change !== change) continue;
      if (--fault.left !== 0) continue;
      if (fault.failure !== "KILL") throw failure(fault.failure, path);
      this.killed = true;
      throw new Killed();
    }
    this.changes.push({ change, path });
  }
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
