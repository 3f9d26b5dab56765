/**
 * The `wincred` store: one generic credential of the Windows Credential Manager per item, target
 * `aws-vault:aws-vault:<name>`, the raw payload as its blob, as aws-vault writes them.
 */
import type { NativeFunctions, NativeLoader } from "../../host/host.ts";
import { Secret } from "../../secret.ts";
import { decodeUtf8 } from "../item_envelope.ts";
import { requireWritableItemName } from "../item_names.ts";
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
} from "../native/credential_manager.ts";
import { type SecretStore, StoreError, type StoreItem } from "../secret_store.ts";

const PREFIX = "aws-vault:aws-vault:";

interface Found {
  readonly target: string;
  readonly blob: Uint8Array;
}

/** Every call is answered by the local security authority at once and never asks the user. */
export class WincredStore implements SecretStore {
  readonly backend = "wincred";
  readonly description = "Windows Credential Manager";
  readonly #native: NativeLoader;
  readonly #calls: NativeFunctions<typeof CREDENTIAL_SYMBOLS>;
  readonly #errors: NativeFunctions<typeof ERROR_SYMBOLS>;

  constructor(native: NativeLoader) {
    this.#native = native;
    this.#errors = native.open(KERNEL32, ERROR_SYMBOLS);
    this.#calls = native.open(ADVAPI32, CREDENTIAL_SYMBOLS);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async read(name: string): Promise<Secret | null> {
    const found = this.#find(name);
    if (found === null || found.target !== PREFIX + name) return null;
    const payload = decodeUtf8(found.blob);
    if (payload === null) throw new StoreError("damaged", "the item in the Credential Manager is not text");
    return new Secret(payload);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async write(item: StoreItem): Promise<void> {
    requireWritableItemName(item.name);
    const blob = new TextEncoder().encode(item.payload.reveal());
    if (blob.length > MAX_BLOB_BYTES) {
      throw new StoreError(
        "unavailable",
        `the Credential Manager takes at most ${MAX_BLOB_BYTES} bytes, this item has ${blob.length}`,
        {
          hints: ["choose another store with --backend=file"],
        },
      );
    }
    if (PREFIX.length + item.name.length > MAX_TARGET_UNITS) {
      throw new StoreError("unavailable", "the name is too long for the Credential Manager");
    }
    const twin = this.#find(item.name);
    if (twin !== null && twin.target !== PREFIX + item.name) {
      throw new StoreError(
        "denied",
        `cannot store "${item.name}": the Credential Manager does not tell its name from that of another item`,
        {
          hints: ["choose a name that differs in more than upper and lower case"],
        },
      );
    }
    const target = utf16(PREFIX + item.name);
    const empty = utf16("");
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

  // deno-lint-ignore require-await -- failures have to reject
  async remove(name: string): Promise<boolean> {
    if (this.#find(name)?.target !== PREFIX + name) return false;
    if (this.#calls.CredDeleteW(utf16(PREFIX + name), GENERIC, 0)) return true;
    const error = this.#lastError();
    if (error === ERROR.notFound) return false;
    throw failed(error);
  }

  // deno-lint-ignore require-await -- failures have to reject
  async list(): Promise<string[]> {
    const count = new Uint8Array(4);
    const array = new Uint8Array(8);
    if (!this.#calls.CredEnumerateW(utf16(`${PREFIX}*`), 0, count, array)) {
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
        if (credential.getUint32(CREDENTIAL.type, true) === GENERIC && target.startsWith(PREFIX)) {
          names.push(target.slice(PREFIX.length));
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
    if (!this.#calls.CredReadW(utf16(PREFIX + name), GENERIC, 0, out)) {
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

function utf16(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((text.length + 1) * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return bytes;
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
