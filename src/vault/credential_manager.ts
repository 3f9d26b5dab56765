/**
 * Generic credentials of the Windows Credential Manager whose targets begin with one prefix, as bytes under names. Every call is
 * answered by the local security authority at once and never asks the user.
 */
import type { NativeFunctions, NativeLoader } from "../host/host.ts";
import { requireWritableItemName } from "./item_names.ts";
import {
  ADVAPI32,
  CREDENTIAL,
  CREDENTIAL_SYMBOLS,
  ERROR,
  ERROR_SYMBOLS,
  GENERIC,
  KERNEL32,
  MAX_BLOB_BYTES,
  MAX_TARGET_UNITS,
  PERSIST_LOCAL_MACHINE,
} from "./native/credential_manager.ts";
import { StoreError } from "./secret_store.ts";
import { wideString } from "./wide_string.ts";

interface Found {
  readonly target: string;
  readonly blob: Uint8Array;
}

export class CredentialManager {
  readonly #native: NativeLoader;
  readonly #prefix: string;
  readonly #calls: NativeFunctions<typeof CREDENTIAL_SYMBOLS>;
  readonly #errors: NativeFunctions<typeof ERROR_SYMBOLS>;

  constructor(native: NativeLoader, prefix: string) {
    this.#native = native;
    this.#prefix = prefix;
    this.#errors = native.open(KERNEL32, ERROR_SYMBOLS);
    this.#calls = native.open(ADVAPI32, CREDENTIAL_SYMBOLS);
  }

  /** A copy, which the caller may wipe; `null` when there is none of exactly this name. */
  read(name: string): Uint8Array | null {
    const found = this.#find(name);
    return found === null || found.target !== this.#prefix + name ? null : found.blob;
  }

  /** Refuses what Windows would refuse, and what would replace another item, before anything is written. Wipes `blob`. */
  write(name: string, blob: Uint8Array): void {
    requireWritableItemName(name);
    if (blob.length > MAX_BLOB_BYTES) {
      throw new StoreError(
        "unavailable",
        `the Credential Manager takes at most ${MAX_BLOB_BYTES} bytes, this item has ${blob.length}`,
        { hints: ["choose another store with --backend=file"] },
      );
    }
    if (this.#prefix.length + name.length > MAX_TARGET_UNITS) {
      throw new StoreError("unavailable", "the name is too long for the Credential Manager");
    }
    const twin = this.#find(name);
    if (twin !== null && twin.target !== this.#prefix + name) {
      throw new StoreError(
        "denied",
        `cannot store "${name}": the Credential Manager does not tell its name from that of another item`,
        { hints: ["choose a name that differs in more than upper and lower case"] },
      );
    }
    const target = wideString(this.#prefix + name);
    const empty = wideString("");
    const credential = new Uint8Array(CREDENTIAL.size);
    const view = new DataView(credential.buffer);
    view.setUint32(CREDENTIAL.type, GENERIC, true);
    view.setBigUint64(CREDENTIAL.targetName, this.#native.addressOf(target), true);
    view.setBigUint64(CREDENTIAL.comment, this.#native.addressOf(empty), true);
    view.setUint32(CREDENTIAL.blobSize, blob.length, true);
    view.setBigUint64(CREDENTIAL.blob, this.#native.addressOf(blob), true);
    view.setUint32(CREDENTIAL.persist, PERSIST_LOCAL_MACHINE, true);
    view.setBigUint64(CREDENTIAL.userName, this.#native.addressOf(empty), true);
    const done = this.#calls.CredWriteW(credential, 0);
    const error = done ? 0 : this.#lastError();
    blob.fill(0); // and keeps the buffers alive that the call knew by address only
    target.fill(0);
    empty.fill(0);
    if (!done) throw failed(error);
  }

  /** Whether there was one. */
  remove(name: string): boolean {
    if (this.#find(name)?.target !== this.#prefix + name) return false;
    if (this.#calls.CredDeleteW(wideString(this.#prefix + name), GENERIC, 0)) return true;
    const error = this.#lastError();
    if (error === ERROR.notFound) return false;
    throw failed(error);
  }

  list(): string[] {
    const count = new Uint8Array(4);
    const array = new Uint8Array(8);
    if (!this.#calls.CredEnumerateW(wideString(`${this.#prefix}*`), 0, count, array)) {
      const error = this.#lastError();
      if (error === ERROR.notFound) return [];
      throw failed(error);
    }
    const address = new DataView(array.buffer).getBigUint64(0, true);
    try {
      const length = new DataView(count.buffer).getUint32(0, true);
      const addresses = dataView(this.#native.copyFrom(address, length * 8));
      const names: string[] = [];
      for (let i = 0; i < length; i++) {
        const credential = dataView(
          this.#native.copyFrom(addresses.getBigUint64(i * 8, true), CREDENTIAL.size),
        );
        const target = this.#text(credential.getBigUint64(CREDENTIAL.targetName, true));
        if (credential.getUint32(CREDENTIAL.type, true) === GENERIC && target.startsWith(this.#prefix)) {
          names.push(target.slice(this.#prefix.length));
        }
      }
      return names;
    } finally {
      this.#calls.CredFree(address);
    }
  }

  /** Windows looks targets up without regard to case: the caller compares. */
  #find(name: string): Found | null {
    if (name === "" || name.includes("\0")) return null;
    const out = new Uint8Array(8);
    if (!this.#calls.CredReadW(wideString(this.#prefix + name), GENERIC, 0, out)) {
      const error = this.#lastError();
      if (error === ERROR.notFound) return null;
      throw failed(error);
    }
    const address = new DataView(out.buffer).getBigUint64(0, true);
    try {
      const credential = dataView(this.#native.copyFrom(address, CREDENTIAL.size));
      const size = Math.min(credential.getUint32(CREDENTIAL.blobSize, true), MAX_BLOB_BYTES);
      return {
        target: this.#text(credential.getBigUint64(CREDENTIAL.targetName, true)),
        blob: this.#native.copyFrom(credential.getBigUint64(CREDENTIAL.blob, true), size),
      };
    } finally {
      this.#calls.CredFree(address);
    }
  }

  /** Zero-terminated UTF-16 at an address, unit by unit so as not to read past its end. */
  #text(address: bigint): string {
    let text = "";
    for (let at = address; address !== 0n && text.length <= MAX_TARGET_UNITS; at += 2n) {
      const unit = dataView(this.#native.copyFrom(at, 2)).getUint16(0, true);
      if (unit === 0) break;
      text += String.fromCharCode(unit);
    }
    return text;
  }

  #lastError(): number {
    return Number(this.#errors.GetLastError());
  }
}

function failed(error: number): StoreError {
  const cause = new Error(`Windows error ${error}`);
  if (error === ERROR.accessDenied) {
    return new StoreError("denied", "Windows refuses access to the Credential Manager", { cause });
  }
  if (error === ERROR.noSuchLogonSession) {
    return new StoreError("unavailable", "the Credential Manager is not there for this logon session", {
      hints: ["log in interactively (network logons such as ssh have no credentials), or use --backend=file"],
      cause,
    });
  }
  return new StoreError("unavailable", `the Credential Manager failed (Windows error ${error})`, { cause });
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
