import assert from "node:assert/strict";
import { type AwsFileWriter, editAwsFile } from "../../src/config/edit_aws_file.ts";
import type { IniDocument } from "../../src/config/ini_document.ts";
import type { Files } from "../../src/host/host.ts";
import { failureOf } from "./config_texts.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A disk with one file, and a record of what is done to it. */
class Disk {
  readonly done: string[] = [];
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
        this.afterRead(this);
        return bytes;
      },
      makeDirectory: (path, mode) => this.done.push(`mkdir ${path} ${mode.toString(8)}`),
    };
    return {
      os: "linux",
      files: files as Files,
      random: { bytes: (length) => new Uint8Array(length) },
      replaceFile: (_files, _random, path, bytes, { mode, keepMode }) => {
        this.done.push(`replace ${path}, ${keepMode ? "its mode or " : ""}${mode.toString(8)}`);
        this.bytes = bytes;
      },
    };
  }

  text(): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytes!);
  }
}

const addA = (document: IniDocument) => document.set("profile", "a", { region: "x" });

Deno.test("editAwsFile asks for a missing file 0600, in a folder 0700", () => {
  const disk = new Disk(null);
  assert.equal(editAwsFile(disk.writer(), "/h/.aws/config", "config", addA), true);
  assert.deepEqual(disk.done, ["mkdir /h/.aws 700", "replace /h/.aws/config, its mode or 600"]);
  assert.equal(disk.text(), "[profile a]\nregion = x\n");
});

Deno.test("editAwsFile keeps the mode of an existing file, and its byte-order mark", () => {
  const disk = new Disk(encode("\ufeff[default]\n"));
  editAwsFile(disk.writer(), "/c", "config", addA);
  assert.deepEqual(disk.done, ["replace /c, its mode or 600"]);
  assert.equal(disk.text(), "\ufeff[default]\n\n[profile a]\nregion = x\n");
});

Deno.test("editAwsFile writes nothing when nothing changes", () => {
  const disk = new Disk(encode("[profile a]\nregion = x\n"));
  assert.equal(editAwsFile(disk.writer(), "/c", "config", addA), false);
  assert.deepEqual(disk.done, []);
});

Deno.test("editAwsFile makes no file for an edit that adds nothing", () => {
  const disk = new Disk(null);
  assert.equal(
    editAwsFile(disk.writer(), "/c", "config", (document) => document.remove("profile", "a")),
    false,
  );
  assert.deepEqual(disk.done, []);
});

Deno.test("editAwsFile starts again when the file has changed meanwhile, so that neither change is lost", () => {
  const disk = new Disk(encode("[default]\n"));
  let reads = 0;
  disk.afterRead = () => {
    if (++reads === 1) disk.bytes = encode("[default]\n[profile other]\n");
  };
  editAwsFile(disk.writer(), "/c", "config", addA);
  assert.equal(disk.text(), "[default]\n[profile other]\n\n[profile a]\nregion = x\n");
});

Deno.test("editAwsFile gives up on a file that never rests", () => {
  const disk = new Disk(encode(""));
  disk.afterRead = () => disk.bytes = new Uint8Array([...disk.bytes!, 10]);
  assert.match(failureOf(() => editAwsFile(disk.writer(), "/c", "config", addA)), /^config-busy: \/c /);
  assert.deepEqual(disk.done, []);
});

Deno.test("editAwsFile refuses a file that is not UTF-8 rather than change its bytes", () => {
  const disk = new Disk(new Uint8Array([0x23, 0xe9, 10]));
  assert.match(failureOf(() => editAwsFile(disk.writer(), "/c", "config", addA)), /^config-encoding: \/c /);
  assert.deepEqual(disk.done, []);
});
