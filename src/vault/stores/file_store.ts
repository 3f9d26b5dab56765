/**
 * The `file` store: one encrypted file per item in one folder, as aws-vault's `file` backend writes them.
 *
 * Listing and removing need no passphrase. It never writes an item under another passphrase than that of the
 * items already there, never replaces a file in place, and never takes a foreign file in the folder for an item.
 */
import { AppError, escapeControls } from "../../errors.ts";
import type { Clock, Files, OperatingSystem, Random } from "../../host/host.ts";
import type { Log } from "../../log.ts";
import type { Secret } from "../../secret.ts";
import { decodeUtf8, openEnvelope, sealEnvelope } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import { type SecretStore, StoreError, type StoreItem } from "../secret_store.ts";
import { byUtf8 } from "../utf8_order.ts";
import { withFileOutcomes } from "./file_outcomes.ts";
import { excessLength, itemFileName, itemOfFileName } from "./item_file_names.ts";
import { openJwe, sealJwe } from "./jwe.ts";

/**
 * Writes `bytes` beside `path` under a temporary name, flushes them, and renames. Afterwards the new content is there,
 * or the old and an error.
 */
export type ReplaceFile = (
  files: Files,
  random: Random,
  path: string,
  bytes: Uint8Array,
  options: { readonly mode: number },
) => void;

export interface FileStoreDeps {
  /** Absolute. */
  readonly directory: string;
  readonly os: OperatingSystem;
  readonly files: Files;
  readonly random: Random;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  readonly replaceFile: ReplaceFile;
  /** The value of `AWS_VAULT_FILE_PASSPHRASE`, an empty one included; `null` when the variable is not set. */
  readonly givenPassphrase: Secret | null;
  /** The variable that gave it, for hints. */
  readonly passphraseVariable: string;
  /** Asks on the terminal; `label` is one line without a colon. Its failures pass through. */
  readonly askPassphrase: (label: string) => Promise<Secret>;
}

/** Items are around a kilobyte, sign-in tokens a few. Larger files are not read. */
const MAX_ITEM_BYTES = 1024 * 1024;
/** How many items a passphrase is tried on before it counts as wrong: some may be damaged or written under another one. */
const MAX_PROOFS = 4;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** What an interrupted {@link ReplaceFile} leaves behind is called so. It may hold a whole item, but never one that counts. */
const TEMPORARY_PREFIX = ".aws-vault-tmp-";
/** Base64 of `{"`, with which every JWE starts. */
const JWE_START = "eyJ";

export class FileStore implements SecretStore {
  readonly backend = "file";
  readonly description: string;
  readonly #deps: FileStoreDeps;
  readonly #folder: string;
  #passphrase: Promise<Secret> | null = null;
  #passphraseProven = false;

  constructor(deps: FileStoreDeps) {
    this.#deps = deps;
    this.#folder = deps.directory.replace(deps.os === "windows" ? /(?<=.)[/\\]+$/ : /(?<=.)\/+$/, "");
    this.description = `file store at ${this.#folder}`;
  }

  async read(name: string): Promise<Secret | null> {
    const fileName = this.#findableFileName(name);
    const content = fileName === null ? null : this.#load(fileName);
    if (content === null) {
      this.#requireFolderOrNothing();
      return null;
    }
    const envelope = openEnvelope(await this.#open(name, content));
    if (envelope === null) throw this.#damaged(name, "holds no item");
    // A file system that does not tell upper from lower case finds the file of another item.
    if (envelope.name !== null && envelope.name.normalize() !== name.normalize()) {
      throw this.#damaged(name, `holds the item "${escapeControls(envelope.name)}"`);
    }
    return envelope.payload;
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    const fileName = itemFileName(item.name, this.#deps.os);
    const excess = excessLength(fileName);
    if (excess !== null) {
      throw new AppError(
        "item-name-too-long",
        "usage",
        `the name "${item.name}" makes a file name of ${excess} bytes, more than 255`,
        {
          hints: ["choose a shorter profile name, or another store with --backend"],
        },
      );
    }
    this.#requireFolderOrNothing();
    this.#requireNoTwin(item.name, fileName);
    const passphrase = await this.#passphraseForWriting(fileName);
    const created = goTime(this.#deps.clock.now());
    const plaintext = new TextEncoder().encode(sealEnvelope(item).reveal());
    const { files, random } = this.#deps;
    const jwe = await sealJwe(plaintext, passphrase, created, (length) => random.bytes(length));
    withFileOutcomes(() => {
      files.makeDirectory(this.#folder, FOLDER_MODE);
      this.#deps.replaceFile(files, random, this.#path(fileName), new TextEncoder().encode(jwe), {
        mode: FILE_MODE,
      });
    });
    this.#passphraseProven = true;
  }

  // deno-lint-ignore require-await -- failures have to reject
  async remove(name: string): Promise<boolean> {
    const fileName = this.#findableFileName(name);
    if (fileName === null || !this.#itemFiles().some((other) => sameFileName(other, fileName))) return false;
    return withFileOutcomes(() => this.#deps.files.remove(this.#path(fileName)));
  }

  // deno-lint-ignore require-await -- failures have to reject
  async list(): Promise<string[]> {
    return this.#itemFiles().map((fileName) => itemOfFileName(fileName, this.#deps.os)!);
  }

  /** Whether there is a file for the item. Opens nothing and asks nobody. */
  has(name: string): boolean {
    const fileName = this.#findableFileName(name);
    return fileName !== null && this.#load(fileName) !== null;
  }

  /** Names of the files that are items, in the byte order in which aws-vault lists them. */
  #itemFiles(): string[] {
    const names = withFileOutcomes(() => this.#deps.files.list(this.#folder));
    if (names === null) this.#requireFolderOrNothing();
    return (names ?? []).filter((name) => this.#isItem(name)).sort(byUtf8);
  }

  #isItem(fileName: string): boolean {
    if (fileName.startsWith(TEMPORARY_PREFIX) || itemOfFileName(fileName, this.#deps.os) === null) {
      return false;
    }
    let content: string | null;
    try {
      content = this.#load(fileName);
    } catch {
      return false; // unreadable or far too large: none of ours, or reading it will say what is wrong
    }
    // An item that was cut to nothing still is one, or its profile would look as if it had never had a key.
    return content !== null && (content.startsWith(JWE_START) || content === "" && !fileName.startsWith("."));
  }

  /** The text of a file; `null` when there is no such file, or it is none (a sub-folder). */
  #load(fileName: string): string | null {
    return withFileOutcomes(() => {
      const path = this.#path(fileName);
      const info = this.#deps.files.stat(path);
      if (info === null || info.kind !== "file") return null;
      if (info.size > MAX_ITEM_BYTES) {
        throw this.#damaged(
          itemOfFileName(fileName, this.#deps.os) ?? fileName,
          `is larger than ${MAX_ITEM_BYTES} bytes`,
        );
      }
      const bytes = this.#deps.files.readBytes(path);
      return bytes === null ? null : new TextDecoder().decode(bytes);
    });
  }

  async #open(name: string, content: string): Promise<string> {
    const opened = await openJwe(content, await this.#existingPassphrase());
    if (opened.outcome === "wrong-passphrase") throw this.#wrongPassphrase();
    if (opened.outcome === "damaged") throw this.#damaged(name, opened.reason);
    this.#passphraseProven = true;
    const text = decodeUtf8(opened.plaintext);
    if (text === null) throw this.#damaged(name, "holds no item");
    return text;
  }

  /** Asked for once per process, an empty answer included; a cancelled question is not repeated either. */
  #existingPassphrase(): Promise<Secret> {
    this.#passphrase ??= this.#deps.givenPassphrase === null
      ? this.#deps.askPassphrase(`passphrase of the file store at ${this.#folder}`)
      : Promise.resolve(this.#deps.givenPassphrase);
    return this.#passphrase;
  }

  /** Proves the passphrase on what is there, or has the passphrase of a new store repeated. */
  async #passphraseForWriting(target: string): Promise<Secret> {
    if (this.#passphraseProven) return await this.#existingPassphrase();
    const items = this.#itemFiles();
    if (items.length === 0) {
      this.#passphrase ??= this.#newPassphrase();
      return await this.#passphrase;
    }
    const passphrase = await this.#existingPassphrase();
    items.sort((a, b) => Number(b === target) - Number(a === target));
    let proofs = 0;
    for (const fileName of items) {
      const content = this.#load(fileName);
      const opened = content === null ? null : await openJwe(content, passphrase);
      if (opened?.outcome === "opened") return passphrase;
      if (opened?.outcome === "wrong-passphrase" && ++proofs === MAX_PROOFS) break;
    }
    if (proofs > 0) throw this.#wrongPassphrase();
    return passphrase; // every item there is damaged: none of them says what the passphrase is
  }

  async #newPassphrase(): Promise<Secret> {
    if (this.#deps.givenPassphrase !== null) return this.#deps.givenPassphrase;
    const first = await this.#deps.askPassphrase(`new passphrase for the file store at ${this.#folder}`);
    const second = await this.#deps.askPassphrase("the same passphrase again");
    if (!first.equals(second)) {
      throw new StoreError("denied", "the two passphrases differ, nothing was written");
    }
    return first;
  }

  /** `null` for names that can't have a file. */
  #findableFileName(name: string): string | null {
    if (name === "" || name.includes("\0")) return null;
    const fileName = itemFileName(name, this.#deps.os);
    return excessLength(fileName) === null ? fileName : null;
  }

  #path(fileName: string): string {
    return `${this.#folder === "/" ? "" : this.#folder}/${fileName}`;
  }

  #requireFolderOrNothing(): void {
    const info = withFileOutcomes(() => this.#deps.files.stat(this.#folder));
    if (info === null) return;
    if (info.kind !== "directory") {
      throw new StoreError(
        "unavailable",
        `cannot keep items in ${escapeControls(this.#folder)}: it is not a folder`,
        {
          hints: ["name another folder with --file-dir or AWS_VAULT_FILE_DIR"],
        },
      );
    }
    if (info.mode !== null && (info.mode & 0o022) !== 0) {
      this.#deps.log.debug(() =>
        `other users may change ${this.#folder} (mode ${info.mode!.toString(8)}), chmod 700 prevents that`
      );
    }
  }

  /** On a file system that ignores case, `Work` must not replace `work`. */
  #requireNoTwin(name: string, fileName: string): void {
    const { files } = this.#deps;
    withFileOutcomes(() => {
      if (files.stat(this.#path(fileName)) === null) return;
      if ((files.list(this.#folder) ?? []).some((other) => sameFileName(other, fileName))) return;
      throw new StoreError(
        "denied",
        `cannot store "${name}": this folder does not tell its name from that of another item`,
        {
          hints: ["choose a name that differs in more than upper and lower case"],
        },
      );
    });
  }

  #damaged(name: string, reason: string): StoreError {
    return new StoreError(
      "damaged",
      `the item "${escapeControls(name)}" in the ${escapeControls(this.description)} ${reason}`,
      {
        hints: [`its file is ${escapeControls(this.#path(itemFileName(name, this.#deps.os)))}`],
      },
    );
  }

  #wrongPassphrase(): StoreError {
    const { givenPassphrase, passphraseVariable } = this.#deps;
    return new StoreError("denied", `wrong passphrase for the ${escapeControls(this.description)}`, {
      hints: givenPassphrase === null ? [] : [`it came from ${passphraseVariable}; unset that to be asked`],
    });
  }
}

/** macOS may list a name in another Unicode normal form than it was given. */
function sameFileName(a: string, b: string): boolean {
  return a === b || a.normalize() === b.normalize();
}

/** A time in the form of Go's `time.Time.String`, for example `2026-01-02 03:04:05.123 +0000 UTC`. */
function goTime(epochMs: number): string {
  const [date = "", time = ""] = new Date(epochMs).toISOString().slice(0, -1).split("T");
  return `${date} ${time.replace(/\.?0+$/, "")} +0000 UTC`;
}
