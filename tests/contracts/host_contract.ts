/**
 * What every {@link Host} does, in assertions that run on the fake, on Deno and on Bun alike. The suite is a list, so that
 * a plain script can run it under a runtime that has no `Deno.test`.
 */
import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { isTemporaryFile, replaceFile, sweepLeftovers } from "../../src/host/atomic_file.ts";
import type { Host } from "../../src/host/host.ts";

export interface HostUnderTest {
  readonly host: Host;
  /** An empty directory, absolute, without symlinks in it. */
  readonly folder: string;
  /** The contract has no way to make a symlink: the program never does. */
  readonly makeSymlink: (target: string, path: string) => void;
}

export interface ContractCase {
  readonly name: string;
  /** Speaks of modes, links or signals that Windows does not have. */
  readonly posixOnly?: true;
  readonly run: (world: HostUnderTest) => void | Promise<void>;
}

/** The variables that the suite's process is started with. */
export const CONTRACT_ENV = {
  AWS_VAULT_CONTRACT: "a value = with an equals sign",
  AWS_VAULT_CONTRACT_EMPTY: "",
};

/** What `stat` says of a file with these permission bits: Windows has none. */
const bits = ({ os }: Host, mode: number) => os === "windows" ? null : mode;

const text = (value: string) => new TextEncoder().encode(value);

function hasCode(code: string, path: string) {
  return (error: unknown) => {
    assert(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    assert(error.message.includes(path), error.message);
    assert(!error.message.includes("\n"));
    return true;
  };
}

export const HOST_CONTRACT: readonly ContractCase[] = [
  {
    name: "files answer null or false where nothing is, below a file too",
    run({ host: { files }, folder }) {
      files.createExclusive(`${folder}/file`, text("x"), 0o600);
      for (const path of [`${folder}/none`, `${folder}/none/below`, `${folder}/file/below`]) {
        assert.equal(files.readText(path), null);
        assert.equal(files.readBytes(path), null);
        assert.equal(files.stat(path), null);
        assert.equal(files.stat(path, { noFollow: true }), null);
        assert.equal(files.list(path), null);
        assert.equal(files.realPath(path), null);
        assert.equal(files.readLink(path), null);
        assert.equal(files.isExecutable(path), false);
        assert.equal(files.remove(path), false);
      }
    },
  },
  {
    name: "files read back the bytes and the text that were written, byte order mark included",
    run({ host, folder }) {
      const { files } = host;
      const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x68, 0xc3, 0xa9, 0x0a]);
      files.createExclusive(`${folder}/text`, bytes, 0o640);
      const info = files.stat(`${folder}/text`)!;
      assert.deepEqual(files.readBytes(`${folder}/text`), bytes);
      assert.equal(files.readText(`${folder}/text`), "\ufeffhé\n");
      assert.equal(info.kind, "file");
      assert.equal(info.size, bytes.length);
      assert.equal(info.mode, bits(host, 0o640));
    },
  },
  {
    name: "files write what is longer than one write takes",
    run({ host: { files }, folder }) {
      const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
      files.createExclusive(`${folder}/long`, bytes, 0o600);
      assert.deepEqual(files.readBytes(`${folder}/long`), bytes);
    },
  },
  {
    name: "createExclusive refuses what exists, a dangling symlink too",
    posixOnly: true,
    run({ host: { files }, folder, makeSymlink }) {
      files.createExclusive(`${folder}/here`, text("old"), 0o600);
      makeSymlink(`${folder}/nowhere`, `${folder}/link`);
      for (const name of ["here", "link"]) {
        assert.throws(
          () => files.createExclusive(`${folder}/${name}`, text("new"), 0o600),
          hasCode("file-exists", `${folder}/${name}`),
        );
      }
      assert.equal(files.readText(`${folder}/here`), "old");
      assert.equal(files.stat(`${folder}/nowhere`), null);
    },
  },
  {
    name: "createExclusive in a missing directory throws and names the path",
    run({ host: { files }, folder }) {
      assert.throws(
        () => files.createExclusive(`${folder}/none/file`, text("x"), 0o600),
        hasCode("file-failed", `${folder}/none/file`),
      );
    },
  },
  {
    name: "makeDirectory makes parents, leaves an existing one alone and refuses a file",
    run({ host, folder }) {
      const { files } = host;
      files.makeDirectory(`${folder}/a/b`, 0o700);
      assert.equal(files.stat(`${folder}/a/b`)!.kind, "directory");
      assert.equal(files.stat(`${folder}/a/b`)!.mode, bits(host, 0o700));
      files.makeDirectory(`${folder}/a/b`, 0o755);
      assert.equal(files.stat(`${folder}/a/b`)!.mode, bits(host, 0o700));
      files.createExclusive(`${folder}/file`, text(""), 0o600);
      assert.throws(
        () => files.makeDirectory(`${folder}/file`, 0o700),
        hasCode("file-exists", `${folder}/file`),
      );
    },
  },
  {
    name: "list names the entries of a directory and refuses to read one as a file",
    run({ host: { files }, folder }) {
      files.makeDirectory(`${folder}/sub`, 0o700);
      files.createExclusive(`${folder}/one`, text(""), 0o600);
      assert.deepEqual(files.list(folder)!.sort(), ["one", "sub"]);
      assert.throws(() => files.readText(`${folder}/sub`), hasCode("file-failed", `${folder}/sub`));
    },
  },
  {
    name: "rename replaces the target, and throws when there is nothing to rename",
    run({ host: { files }, folder }) {
      files.createExclusive(`${folder}/new`, text("new"), 0o600);
      files.createExclusive(`${folder}/old`, text("old"), 0o600);
      files.rename(`${folder}/new`, `${folder}/old`);
      assert.equal(files.readText(`${folder}/old`), "new");
      assert.equal(files.stat(`${folder}/new`), null);
      assert.throws(() => files.rename(`${folder}/none`, `${folder}/old`), hasCode("file-failed", "old"));
    },
  },
  {
    name: "remove takes files and links, never directories",
    posixOnly: true,
    run({ host: { files }, folder, makeSymlink }) {
      files.createExclusive(`${folder}/file`, text(""), 0o600);
      makeSymlink(`${folder}/file`, `${folder}/link`);
      assert.equal(files.remove(`${folder}/link`), true);
      assert.equal(files.remove(`${folder}/file`), true);
      files.makeDirectory(`${folder}/directory`, 0o700);
      assert.throws(() => files.remove(`${folder}/directory`), AppError);
      assert.equal(files.stat(`${folder}/directory`)!.kind, "directory");
    },
  },
  {
    name: "stat, realPath and readLink tell a link from what it leads to",
    posixOnly: true,
    run({ host: { files }, folder, makeSymlink }) {
      files.createExclusive(`${folder}/file`, text("x"), 0o600);
      makeSymlink("file", `${folder}/link`);
      assert.equal(files.stat(`${folder}/link`)!.kind, "file");
      assert.equal(files.stat(`${folder}/link`, { noFollow: true })!.kind, "symlink");
      assert.equal(files.realPath(`${folder}/link`), `${folder}/file`);
      assert.equal(files.readLink(`${folder}/link`), "file");
      assert.equal(files.readLink(`${folder}/file`), null);
    },
  },
  {
    name: "a circle of links is a failure, not an absence",
    posixOnly: true,
    run({ host: { files }, folder, makeSymlink }) {
      makeSymlink("b", `${folder}/a`);
      makeSymlink("a", `${folder}/b`);
      assert.throws(() => files.readText(`${folder}/a`), hasCode("file-failed", `${folder}/a`));
    },
  },
  {
    name: "setMode shows in stat and decides isExecutable",
    posixOnly: true,
    run({ host: { files }, folder }) {
      files.createExclusive(`${folder}/tool`, text("#!/bin/sh\n"), 0o600);
      assert.equal(files.isExecutable(`${folder}/tool`), false);
      files.setMode(`${folder}/tool`, 0o755);
      assert.equal(files.stat(`${folder}/tool`)!.mode, 0o755);
      assert.equal(files.isExecutable(`${folder}/tool`), true);
      assert.equal(files.isExecutable(folder), false);
    },
  },
  {
    name: "replaceFile makes and replaces, with the mode asked for, and leaves nothing beside it",
    run({ host, folder }) {
      const { files, random } = host;
      replaceFile(files, random, `${folder}/file`, text("one"), { mode: 0o600 });
      const before = files.stat(`${folder}/file`)!;
      replaceFile(files, random, `${folder}/file`, text("two"), { mode: 0o644 });
      const after = files.stat(`${folder}/file`)!;
      assert.equal(files.readText(`${folder}/file`), "two");
      assert.deepEqual([before.mode, after.mode], [bits(host, 0o600), bits(host, 0o644)]);
      if (host.os !== "windows") assert.notEqual(before.inode, after.inode);
      assert.deepEqual(files.list(folder), ["file"]);
    },
  },
  {
    name: "replaceFile keeps the mode of an existing file when told to",
    posixOnly: true,
    run({ host: { files, random }, folder }) {
      files.createExclusive(`${folder}/file`, text("one"), 0o640);
      replaceFile(files, random, `${folder}/file`, text("two"), { mode: 0o600, keepMode: true });
      assert.equal(files.stat(`${folder}/file`)!.mode, 0o640);
      replaceFile(files, random, `${folder}/new`, text("new"), { mode: 0o600, keepMode: true });
      assert.equal(files.stat(`${folder}/new`)!.mode, 0o600);
    },
  },
  {
    name: "replaceFile writes through symlinks, dangling and relative ones too",
    posixOnly: true,
    run({ host: { files, random }, folder, makeSymlink }) {
      files.makeDirectory(`${folder}/real`, 0o700);
      files.createExclusive(`${folder}/real/file`, text("old"), 0o600);
      makeSymlink("real/file", `${folder}/to-file`);
      makeSymlink("to-file", `${folder}/to-link`);
      makeSymlink("real/new", `${folder}/dangling`);
      replaceFile(files, random, `${folder}/to-link`, text("through"), { mode: 0o600 });
      replaceFile(files, random, `${folder}/dangling`, text("made"), { mode: 0o600 });
      assert.equal(files.readText(`${folder}/real/file`), "through");
      assert.equal(files.readText(`${folder}/real/new`), "made");
      for (const link of ["to-file", "to-link", "dangling"]) {
        assert.equal(files.stat(`${folder}/${link}`, { noFollow: true })!.kind, "symlink");
      }
      assert.deepEqual(files.list(`${folder}/real`)!.sort(), ["file", "new"]);
    },
  },
  {
    name: "replaceFile asks last whether the bytes are still wanted, and leaves nothing when they are not",
    run({ host: { files, random }, folder }) {
      files.createExclusive(`${folder}/file`, text("old"), 0o600);
      const replace = (wanted: boolean) =>
        replaceFile(files, random, `${folder}/file`, text("new"), {
          mode: 0o600,
          stillWanted: () => {
            assert.equal(files.list(folder)!.length, 2, "asked before the bytes were on the disk");
            return wanted;
          },
        });
      assert.equal(replace(false), false);
      assert.equal(files.readText(`${folder}/file`), "old");
      assert.deepEqual(files.list(folder), ["file"]);
      assert.equal(replace(true), true);
      assert.equal(files.readText(`${folder}/file`), "new");
    },
  },
  {
    name: "replaceFile that can't take the name removes its temporary file",
    run({ host: { files, random }, folder }) {
      files.makeDirectory(`${folder}/taken`, 0o700);
      assert.throws(
        () => replaceFile(files, random, `${folder}/taken`, text("x"), { mode: 0o600 }),
        AppError,
      );
      assert.deepEqual(files.list(folder), ["taken"]);
    },
  },
  {
    name: "sweepLeftovers removes old temporary files only",
    run({ host: { files, clock }, folder }) {
      const temporary = `${folder}/.aws-vault-tmp-0123456789abcdef`;
      assert(isTemporaryFile(".aws-vault-tmp-0123456789abcdef"));
      files.createExclusive(temporary, text("half"), 0o600);
      files.createExclusive(`${folder}/config`, text("whole"), 0o600);
      sweepLeftovers(files, clock, folder);
      assert.equal(files.stat(temporary)!.kind, "file");
      sweepLeftovers(files, { now: () => clock.now() + 2 * 60 * 60 * 1000 }, folder);
      assert.deepEqual(files.list(folder), ["config"]);
      sweepLeftovers(files, clock, `${folder}/none`);
    },
  },
  {
    name: "a lock has one holder until it is released",
    async run({ host, folder }) {
      const locks = await host.locks();
      const path = `${folder}/lock`;
      const first = await locks.acquire(path, 0);
      assert(first !== null);
      assert.equal(await locks.acquire(path, 0), null);
      assert.equal(await locks.acquire(path, 20), null);
      const other = await locks.acquire(`${folder}/other`, 0);
      assert(other !== null);
      other.release();
      first.release();
      const second = await locks.acquire(path, 0);
      assert(second !== null);
      first.release(); // a second release of the first must not free the second
      assert.equal(await locks.acquire(path, 0), null);
      second.release();
      assert.equal(host.files.stat(path)!.mode, bits(host, 0o600));
    },
  },
  {
    name: "a lock that is waited for comes when its holder releases it",
    async run({ host, folder }) {
      const locks = await host.locks();
      const first = await locks.acquire(`${folder}/lock`, 0);
      const waiting = locks.acquire(`${folder}/lock`, 10_000);
      await host.clock.sleep(5);
      first!.release();
      const second = await waiting;
      assert(second !== null);
      second.release();
    },
  },
  {
    name: "a lock file in a missing directory is a failure",
    async run({ host, folder }) {
      const locks = await host.locks();
      await assert.rejects(locks.acquire(`${folder}/none/lock`, 0), AppError);
    },
  },
  {
    name: "env tells set, empty and unset apart and survives impossible names",
    run({ host: { env } }) {
      for (const [name, value] of Object.entries(CONTRACT_ENV)) {
        assert.equal(env.get(name), value);
        assert.equal(env.all()[name], value);
      }
      for (const name of ["AWS_VAULT_CONTRACT_UNSET", "", "A=B", "A\0B"]) {
        assert.equal(env.get(name), undefined);
      }
      const copy = env.all();
      copy.AWS_VAULT_CONTRACT = "changed";
      assert.equal(env.get("AWS_VAULT_CONTRACT"), CONTRACT_ENV.AWS_VAULT_CONTRACT);
    },
  },
  {
    name: "clock moves forward over a sleep, and an aborted sleep ends at once",
    async run({ host: { clock } }) {
      const [wall, steady] = [clock.now(), clock.monotonic()];
      await clock.sleep(2);
      assert(clock.now() >= wall);
      assert(clock.monotonic() >= steady);
      const stop = new AbortController();
      const sleeping = clock.sleep(3_600_000, stop.signal);
      stop.abort();
      await sleeping;
      await clock.sleep(3_600_000, stop.signal);
    },
  },
  {
    name: "random gives as many bytes as asked for, others each time",
    run({ host: { random } }) {
      assert.equal(random.bytes(0).length, 0);
      const many = random.bytes(70_000);
      assert.equal(many.length, 70_000);
      assert(new Set(many.subarray(65_536)).size > 100, "the part past one call's quota is filled too");
      assert.notDeepEqual(random.bytes(16), random.bytes(16));
    },
  },
  {
    name: "find takes only absolute entries of PATH, and names with a separator as they are",
    posixOnly: true,
    async run({ host, folder }) {
      const processes = await host.processes();
      const { files } = host;
      for (const [directory, mode] of [["first", 0o600], ["second", 0o755]] as const) {
        files.makeDirectory(`${folder}/${directory}/folder`, 0o755);
        files.createExclusive(`${folder}/${directory}/tool`, text("#!/bin/sh\n"), 0o600);
        files.setMode(`${folder}/${directory}/tool`, mode);
      }
      const path = `${folder}/first:${folder}/second`;
      assert.equal(processes.find("tool", path), `${folder}/second/tool`);
      assert.equal(processes.find("folder", path), null);
      assert.equal(processes.find("none", path), null);
      assert.equal(processes.find("", path), null);
      assert.equal(processes.find(`${folder}/second/tool`, ""), `${folder}/second/tool`);
      assert.equal(processes.find(`${folder}/first/tool`, path), null);
      assert.equal(processes.find("tool", "second::."), null);
    },
  },
  {
    name: "connectLocal says where nothing listens",
    async run({ host, folder }) {
      await assert.rejects(host.connectLocal(`${folder}/none`), hasCode("socket-failed", `${folder}/none`));
    },
  },
  {
    name: "the process knows where it is",
    run({ host }) {
      assert.match(host.currentDirectory(), /^(\/|[A-Z]:)/);
      assert.match(host.executablePath, /^(\/|[A-Z]:)/);
      assert(host.pid > 0);
      assert.equal(host.programName, "aws-vault");
      assert(host.userId() === null || host.userId()! >= 0);
    },
  },
  {
    name: "onSignal hears the first signal only until it is told to stop",
    run({ host }) {
      const heard: string[] = [];
      const stop = host.onSignal(["SIGUSR2"], (signal) => heard.push(signal));
      stop();
      stop();
      assert.deepEqual(heard, []);
    },
  },
];
