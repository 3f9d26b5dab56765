import assert from "node:assert/strict";
import { type AwsFileWriter, editAwsFile } from "../../src/config/edit_aws_file.ts";
import type { IniDocument } from "../../src/config/ini_document.ts";
import type { Files } from "../../src/host/host.ts";
import { AppError } from "../../src/errors.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A disk with one file, and a record of what is done to it. */
class Disk {
  readonly done: string[] = [];
  reads = 0;
  bytes: Uint8Array | null;
  /** Runs after each read, as another program would. */
  afterRead: (disk: Disk) => void = () => {};

  constructor(bytes: Uint8Array | null) {
    this.bytes = bytes;
  }

  writer(): AwsFileWriter {
    const files: Pick<Files, "readBytes" | "makeDirectory"> = {
      readBytes: () => {
        const { bytes } = this;
        this.reads++;
        this.afterRead(this);
        return bytes;
      },
      makeDirectory: (path, mode) => this.done.push(`mkdir ${path} ${mode.toString(8)}`),
    };
    return {
      os: "linux",
      files: files as Files,
      random: { bytes: (length) => new Uint8Array(length) },
      clock: { sleep: () => Promise.resolve() },
      lock: (path) => {
        assert.deepEqual(this.done, [], "read or written before the lock was held");
        assert.equal(this.reads, 0);
        assert.equal(path.startsWith("/"), true);
        return Promise.resolve({ release: () => void this.done.push("unlock") });
      },
      replaceFile: (_files, _random, path, bytes, { mode, keepMode, stillWanted }) => {
        if (!stillWanted()) return false;
        this.done.push(`replace ${path}, ${keepMode ? "its mode or " : ""}${mode.toString(8)}`);
        this.bytes = bytes;
        return true;
      },
    };
  }

  text(): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytes!);
  }
}

/** How adding a profile to `/c` fails. */
async function failureOf(disk: Disk): Promise<string> {
  try {
    await editAwsFile(disk.writer(), "/c", "config", addA);
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const addA = (document: IniDocument) => document.set("profile", "a", { region: "x" });

Deno.test("editAwsFile asks for a missing file 0600, in a folder 0700", async () => {
  const disk = new Disk(null);
  assert.equal(await editAwsFile(disk.writer(), "/h/.aws/config", "config", addA), true);
  assert.deepEqual(disk.done, ["mkdir /h/.aws 700", "replace /h/.aws/config, its mode or 600", "unlock"]);
  assert.equal(disk.text(), "[profile a]\nregion = x\n");
});

Deno.test("editAwsFile keeps the mode of an existing file, and its byte-order mark", async () => {
  const disk = new Disk(encode("\ufeff[default]\n"));
  await editAwsFile(disk.writer(), "/c", "config", addA);
  assert.deepEqual(disk.done, ["replace /c, its mode or 600", "unlock"]);
  assert.equal(disk.text(), "\ufeff[default]\n\n[profile a]\nregion = x\n");
});

Deno.test("editAwsFile writes nothing when nothing changes", async () => {
  const disk = new Disk(encode("[profile a]\nregion = x\n"));
  assert.equal(await editAwsFile(disk.writer(), "/c", "config", addA), false);
  assert.deepEqual(disk.done, ["unlock"]);
});

Deno.test("editAwsFile makes no file for an edit that adds nothing", async () => {
  const disk = new Disk(null);
  assert.equal(
    await editAwsFile(disk.writer(), "/c", "config", (document) => document.remove("profile", "a")),
    false,
  );
  assert.deepEqual(disk.done, ["unlock"]);
});

Deno.test("editAwsFile starts again when the file has changed meanwhile, so that neither change is lost", async () => {
  const disk = new Disk(encode("[default]\n"));
  let reads = 0;
  disk.afterRead = () => {
    if (++reads === 1) disk.bytes = encode("[default]\n[profile other]\n");
  };
  await editAwsFile(disk.writer(), "/c", "config", addA);
  assert.equal(disk.text(), "[default]\n[profile other]\n\n[profile a]\nregion = x\n");
});

Deno.test("editAwsFile gives up on a file that never rests", async () => {
  const disk = new Disk(encode(""));
  disk.afterRead = () => disk.bytes = new Uint8Array([...disk.bytes!, 10]);
  assert.match(await failureOf(disk), /^config-busy: \/c /);
  assert.deepEqual(disk.done, ["unlock"]);
});

Deno.test("editAwsFile refuses a file that is not UTF-8 rather than change its bytes", async () => {
  const disk = new Disk(new Uint8Array([0x23, 0xe9, 10]));
  assert.match(await failureOf(disk), /^config-encoding: \/c /);
  assert.deepEqual(disk.done, ["unlock"]);
});

Deno.test("editAwsFile compares right before it replaces the file where it has no lock", async () => {
  const disk = new Disk(encode("[default]\n"));
  const { replaceFile, ...writer } = disk.writer();
  let replacements = 0;
  const unlocked: AwsFileWriter = {
    ...writer,
    lock: () => Promise.resolve(null),
    replaceFile: (...args) => {
      if (++replacements === 1) disk.bytes = encode("[default]\n[profile other]\n");
      return replaceFile(...args);
    },
  };
  assert.equal(await editAwsFile(unlocked, "/c", "config", addA), true);
  assert.equal(replacements, 2);
  assert.equal(disk.text(), "[default]\n[profile other]\n\n[profile a]\nregion = x\n");
});
