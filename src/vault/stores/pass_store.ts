/**
 * The `pass` and `passage` stores: one entry of a password store per item, holding the item's JSON, as aws-vault writes them.
 *
 * Looking for an entry and listing touch only file names. A write never replaces an entry before the new one is complete. Without a
 * prefix the whole password store looks like items, so nothing is replaced or removed there that does not hold one.
 */
import { AppError, escapeControls } from "../../errors.ts";
import type { Clock, Files, Random } from "../../host/host.ts";
import type { Log } from "../../log.ts";
import type { Secret } from "../../secret.ts";
import { toBase64Url } from "../base64.ts";
import { decodeUtf8, type ItemEnvelope, openEnvelope, sealEnvelope } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
import { type SecretStore, StoreError, type StoreItem } from "../secret_store.ts";
import { withFileOutcomes } from "./file_outcomes.ts";
import { itemOfEntry, passPlace } from "./pass_entries.ts";
import { explainPassFailure } from "./pass_failures.ts";
import { runStoreProgram, type StoreProgramDeps } from "./store_program.ts";

export type PassFlavor = "pass" | "passage";

export interface PassStoreDeps extends StoreProgramDeps {
  readonly flavor: PassFlavor;
  /** The program, by name or path. */
  readonly command: string;
  /** The password store, absolute. */
  readonly directory: string;
  /** Cleaned: parts with single slashes between them; empty for none. */
  readonly prefix: string;
  /** The device of the controlling terminal, for GPG_TTY; `null` without one. */
  readonly terminalName: () => Promise<string | null>;
  readonly files: Files;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
}

const EXTENSIONS: Readonly<Record<PassFlavor, string>> = { pass: ".gpg", passage: ".age" };
const INSTALL_HINTS: Readonly<Record<PassFlavor, string>> = {
  pass: "install pass (https://www.passwordstore.org), or name the program with --pass-cmd",
  passage: "install passage (https://github.com/FiloSottile/passage), or name the program with --pass-cmd",
};
/** As long as a person may take to find a passphrase, or a hook of the store's git to push. */
const DEADLINE_MS = 60_000;
/** Entries of writes under way. One that was interrupted leaves its entry, encrypted like all others. */
const TEMPORARY = ".aws-vault-tmp-";
/** Older entries of that name belong to no write any more. */
const LEFTOVER_MS = 10 * 60_000;
/** The longest file name in bytes that ext4, APFS, XFS and Btrfs take. */
const MAX_FILE_NAME_BYTES = 255;
/** What leads elsewhere, and the folders that hold something else than entries. */
const RESERVED_PARTS: ReadonlySet<string> = new Set([".", "..", ".git", ".extensions"]);
/** Folders within folders. */
const MOST_DEPTH = 32;

export class PassStore implements SecretStore {
  readonly backend: PassFlavor;
  readonly description: string;
  readonly #deps: PassStoreDeps;
  readonly #extension: string;
  /** The folder that the prefix names. */
  readonly #root: string;
  /** The end of the call before. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: PassStoreDeps) {
    this.#deps = { ...deps, directory: deps.directory.replace(/(?<=.)\/+$/, "") };
    this.backend = deps.flavor;
    this.#extension = EXTENSIONS[deps.flavor];
    this.#root = deps.prefix === "" ? this.#deps.directory : `${this.#deps.directory}/${deps.prefix}`;
    this.description = `${deps.flavor} store at ${this.#root}`;
  }

  async read(name: string): Promise<Secret | null> {
    return (await this.#open(name))?.payload ?? null;
  }

  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    const { entry } = this.#writablePlace(item.name);
    if (this.#has(entry)) await this.#requireOurs(item.name, entry, "replace");
    const slash = entry.lastIndexOf("/") + 1;
    const folder = entry.slice(0, slash);
    await this.#sweep(folder);
    const temporary = `${folder}${TEMPORARY}${toBase64Url(this.#deps.random.bytes(8))}`;
    const payload = new TextEncoder().encode(sealEnvelope(item).reveal());
    try {
      await this.#run("write", ["insert", "-m", "-f"], [temporary], payload);
      await this.#putInPlace(temporary, entry);
    } catch (failure) {
      await this.#discard(temporary);
      throw failure;
    } finally {
      payload.fill(0);
    }
  }

  async remove(name: string): Promise<boolean> {
    const place = passPlace(name);
    if (place === null || !this.#has(place.entry)) return false;
    if (!place.exact && await this.#open(name) === null) return false;
    await this.#requireOurs(name, place.entry, "remove");
    await this.#run("remove", ["rm", "-f"], [place.entry], null);
    if (!this.#has(place.entry)) return true;
    throw new StoreError("denied", `${this.#program} did not remove "${escapeControls(name)}"`, {
      hints: [`see whether its file may be changed: ${escapeControls(this.#path(place.entry))}`],
    });
  }

  // deno-lint-ignore require-await -- failures have to reject
  async list(): Promise<string[]> {
    return withFileOutcomes(() => {
      const info = this.#deps.files.stat(this.#root);
      if (info === null) return [];
      if (info.kind !== "directory") {
        throw new StoreError("unavailable", `${escapeControls(this.#root)} is not a folder`, {
          hints: ["name the password store with --pass-dir, and a folder in it with --pass-prefix"],
        });
      }
      return this.#entriesBelow("", 0).map(itemOfEntry);
    });
  }

  /** Whether there is an entry for the item, whatever it holds. Runs nothing. */
  has(name: string): boolean {
    const place = passPlace(name);
    return place !== null && place.exact && this.#has(place.entry);
  }

  get #program(): string {
    return escapeControls(this.#deps.command);
  }

  /** `null` when there is no such item. */
  async #open(name: string): Promise<ItemEnvelope | null> {
    const place = passPlace(name);
    if (place === null || !this.#has(place.entry)) return null;
    const envelope = await this.#show(place.entry);
    if (envelope === null) {
      throw new StoreError(
        "damaged",
        `the entry "${escapeControls(name)}" of the ${this.#shownDescription} holds no item of aws-vault`,
        { hints: [this.#lookHint(place.entry)] },
      );
    }
    return place.exact || envelope.name === name ? envelope : null;
  }

  /** `null` when the entry holds something else than an item. */
  async #show(entry: string): Promise<ItemEnvelope | null> {
    const text = decodeUtf8(await this.#run("read", ["show"], [entry], null));
    return text === null ? null : openEnvelope(text);
  }

  /** Where the item goes. Throws `item-name-invalid` or `item-name-too-long`. */
  #writablePlace(name: string) {
    const place = passPlace(name);
    const reserved = name.split("/").some((part) => RESERVED_PARTS.has(part));
    // Sign-in tokens keep the names aws-vault gives them, although their URLs often have slashes that a path does not keep.
    if (place === null || reserved || !(place.exact || name.startsWith("oidc:"))) {
      throw new AppError(
        "item-name-invalid",
        "usage",
        `cannot keep "${name}" in a password store: its name as a path would be another one`,
        { hints: ["leave out . and .. between slashes, double slashes, and those at the beginning or end"] },
      );
    }
    const bytes = new TextEncoder();
    const longest = Math.max(...place.entry.split("/").map((part) => bytes.encode(part).length)) +
      this.#extension.length;
    if (longest > MAX_FILE_NAME_BYTES) {
      throw new AppError(
        "item-name-too-long",
        "usage",
        `the name "${name}" makes a file name of ${longest} bytes, more than ${MAX_FILE_NAME_BYTES}`,
        { hints: ["choose a shorter profile name, or another store with --backend"] },
      );
    }
    return place;
  }

  /** Without a prefix, an entry of that name may be somebody's password. */
  async #requireOurs(name: string, entry: string, action: "replace" | "remove"): Promise<void> {
    if (this.#deps.prefix !== "" || await this.#show(entry) !== null) return;
    const own = ["keep aws-vault's items apart from other passwords: --pass-prefix=aws"];
    throw new StoreError(
      "denied",
      `the entry "${escapeControls(name)}" of the ${this.#shownDescription} is not one of aws-vault's`,
      {
        hints: action === "replace"
          ? [...own, "or choose another profile name"]
          : [`to remove it all the same: ${this.#program} rm ${escapeControls(JSON.stringify(entry))}`],
      },
    );
  }

  /** A rename is atomic. Where git watches the store, the program does it, so that its history is right. */
  async #putInPlace(temporary: string, entry: string): Promise<void> {
    const { files } = this.#deps;
    const written = withFileOutcomes(() => files.stat(this.#path(temporary)));
    if (written === null || written.size === 0) {
      throw new StoreError("unavailable", `${this.#program} reported success and wrote nothing`, {
        hints: [`see where it keeps its entries; --pass-dir says ${escapeControls(this.#deps.directory)}`],
      });
    }
    // fsync(2), which the program does not call. It works on any descriptor.
    withFileOutcomes(() => files.syncDirectory(this.#path(temporary)));
    if (this.#isInGit(entry)) {
      await this.#run("write", ["mv", "-f"], [temporary, entry], null);
    } else {
      withFileOutcomes(() => files.rename(this.#path(temporary), this.#path(entry)));
    }
    withFileOutcomes(() => files.syncDirectory(folderOf(this.#path(entry))));
  }

  /** Whether a folder of the store that holds the entry has a git repository: there the programs commit each change. */
  #isInGit(entry: string): boolean {
    const { files, directory } = this.#deps;
    for (let folder = folderOf(this.#path(entry));; folder = folderOf(folder)) {
      if (files.exists(`${folder}/.git`)) return true;
      if (folder.length <= directory.length) return false;
    }
  }

  /** Best effort: what is left is swept by a later write. */
  async #discard(temporary: string): Promise<void> {
    try {
      if (!this.#has(temporary)) return;
      if (this.#isInGit(temporary)) await this.#run("remove", ["rm", "-f"], [temporary], null);
      else this.#deps.files.remove(this.#path(temporary));
    } catch (failure) {
      if (!(failure instanceof AppError)) throw failure;
      this.#deps.log.debug(() => `could not remove ${temporary}: ${failure.message}`);
    }
  }

  async #sweep(folder: string): Promise<void> {
    const names = withFileOutcomes(() => this.#deps.files.list(`${this.#root}/${folder}`)) ?? [];
    for (const name of names) {
      if (!name.startsWith(TEMPORARY) || !name.endsWith(this.#extension)) continue;
      const info = this.#deps.files.stat(`${this.#root}/${folder}${name}`);
      if (info === null || this.#deps.clock.now() - info.modifiedAt < LEFTOVER_MS) continue;
      await this.#discard(`${folder}${name.slice(0, -this.#extension.length)}`);
    }
  }

  /** Entries below a folder of the prefix, in byte order. Linked folders are not followed, so that no circle is. */
  #entriesBelow(folder: string, depth: number): string[] {
    const { files } = this.#deps;
    const found: string[] = [];
    const names = (files.list(`${this.#root}/${folder}`) ?? []).sort();
    for (const name of names) {
      if (RESERVED_PARTS.has(name) || name.startsWith(TEMPORARY)) continue;
      const path = `${this.#root}/${folder}${name}`;
      if (name.endsWith(this.#extension) && name !== this.#extension && files.stat(path)?.kind === "file") {
        found.push(`${folder}${name.slice(0, -this.#extension.length)}`);
      } else if (depth < MOST_DEPTH && files.stat(path, { noFollow: true })?.kind === "directory") {
        found.push(...this.#entriesBelow(`${folder}${name}/`, depth + 1));
      }
    }
    return found;
  }

  #has(entry: string): boolean {
    return withFileOutcomes(() => {
      const path = this.#path(entry);
      if (entry.split("/").some((part) => part.length > MAX_FILE_NAME_BYTES)) return false;
      return this.#deps.files.stat(path)?.kind === "file";
    });
  }

  #path(entry: string): string {
    return `${this.#root}/${entry}${this.#extension}`;
  }

  /**
   * What the program prints. Entries are below the prefix. One call after the other: gpg's runs wait for each other by files and
   * growing pauses, so that many at once take minutes.
   */
  #run(
    action: "read" | "write" | "remove",
    command: readonly string[],
    entries: readonly string[],
    stdin: Uint8Array | null,
  ): Promise<Uint8Array> {
    const result = this.#last.then(() => this.#runNow(action, command, entries, stdin));
    this.#last = result.catch(() => {});
    return result;
  }

  async #runNow(
    action: "read" | "write" | "remove",
    command: readonly string[],
    entries: readonly string[],
    stdin: Uint8Array | null,
  ): Promise<Uint8Array> {
    const { prefix } = this.#deps;
    const names = entries.map((entry) => prefix === "" ? entry : `${prefix}/${entry}`);
    const result = await runStoreProgram({
      command: this.#deps.command,
      // Only where it is needed: aws-vault's own calls have no `--`, and a program named by --pass-cmd may not know it.
      args: [...command, ...names.some((name) => name.startsWith("-")) ? ["--"] : [], ...names],
      env: await this.#environment(),
      stdin,
      timeoutMs: DEADLINE_MS,
      installHint: INSTALL_HINTS[this.backend],
    }, this.#deps);
    if (result.exitCode === 0) return result.stdout;
    const stderr = new TextDecoder().decode(result.stderr);
    throw explainPassFailure({
      action,
      flavor: this.backend,
      program: this.#deps.command,
      store: this.description,
      stderr,
      status: result.exitCode === null ? `was ended by ${result.signal}` : `failed (${result.exitCode})`,
      mayAsk: this.#deps.mayAsk,
    });
  }

  async #environment(): Promise<Record<string, string>> {
    const { directory, env, mayAsk, terminalName } = this.#deps;
    if (this.backend === "passage") return { PASSAGE_DIR: directory };
    const terminal = env.GPG_TTY || !mayAsk ? null : await terminalName();
    return {
      PASSWORD_STORE_DIR: directory,
      // Status lines are the same in every language.
      PASSWORD_STORE_GPG_OPTS: [
        env.PASSWORD_STORE_GPG_OPTS ?? "",
        "--status-fd=2",
        ...mayAsk ? [] : ["--pinentry-mode=error"],
      ].join(" ").trim(),
      ...terminal === null ? {} : { GPG_TTY: terminal },
    };
  }

  get #shownDescription(): string {
    return escapeControls(this.description);
  }

  #lookHint(entry: string): string {
    const { prefix } = this.#deps;
    const name = prefix === "" ? entry : `${prefix}/${entry}`;
    return `look at it with: ${this.#program} show ${escapeControls(JSON.stringify(name))}`;
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}
