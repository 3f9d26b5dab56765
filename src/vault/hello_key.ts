/**
 * The key that Windows Hello keeps for this user and aws-vault: wrapping needs nobody, unwrapping a gesture each time. Its name and
 * kind are those of aws-vault's own, so that both programs use one.
 */
import type { BlockingFunctions, NativeLoader } from "../host/host.ts";
import {
  ADVAPI32,
  ALGORITHM,
  ALLOW_DECRYPT,
  AUTH_MANDATORY,
  KERNEL32,
  KEY_BITS,
  MAX_SID_UNITS,
  NCRYPT,
  NCRYPT_SYMBOLS,
  NTE,
  PAD_PKCS1,
  PROCESS_SYMBOLS,
  PROPERTY,
  PROVIDER,
  THIS_PROCESS,
  TOKEN_QUERY,
  TOKEN_SYMBOLS,
  TOKEN_USER,
  TOKEN_USER_BYTES,
} from "./native/hello_key.ts";
import { StoreError, type StoreOutcome } from "./secret_store.ts";
import { wideString } from "./wide_string.ts";

/** Behind the user's SID. */
const KEY_PATH = "//ByteNess/keyring-winhello/keyring-winhello-v1";

export class HelloKey {
  readonly #native: NativeLoader;
  readonly #calls: BlockingFunctions<typeof NCRYPT_SYMBOLS>;
  #name: string | null = null;

  constructor(native: NativeLoader) {
    this.#native = native;
    this.#calls = native.openBlocking(NCRYPT, NCRYPT_SYMBOLS);
  }

  /** As envelopes say it. */
  get name(): string {
    return this.#name ??= userSid(this.#native) + KEY_PATH;
  }

  /** RSAES-PKCS1-v1_5 of the bytes. Makes the key when there is none; Windows may then ask for a gesture. */
  async wrap(bytes: Uint8Array): Promise<Uint8Array> {
    return await this.#withProvider(async (provider) => {
      const key = await this.#open(provider) ?? await this.#create(provider);
      return await this.#withHandle(key, () => this.#crypt("NCryptEncrypt", key, bytes));
    });
  }

  /** `purpose` is shown by the dialog. Throws `denied` when it was cancelled, `damaged` when there is no such key or it does not fit. */
  async unwrap(wrapped: Uint8Array, purpose: string): Promise<Uint8Array> {
    return await this.#withProvider(async (provider) => {
      const key = await this.#open(provider);
      if (key === null) {
        throw new StoreError("damaged", "the Windows Hello key of the item is not there any more", {
          hints: ["Windows Hello was reset since the item was stored: add the access key again"],
        });
      }
      return await this.#withHandle(key, async () => {
        await this.#set(key, PROPERTY.useContext, wideString(purpose));
        await this.#set(key, PROPERTY.gestureRequired, number(1));
        return await this.#crypt("NCryptDecrypt", key, wrapped);
      });
    });
  }

  /** `null` when there is none yet. */
  async #open(provider: bigint): Promise<bigint | null> {
    const out = new Uint8Array(8);
    const status = await this.#calls.NCryptOpenKey(provider, out, wideString(this.name), 0, 0);
    if (status === NTE.badKeyset || status === NTE.noKey || status === NTE.notFound) return null;
    check(status);
    return handleIn(out);
  }

  async #create(provider: bigint): Promise<bigint> {
    const out = new Uint8Array(8);
    const name = wideString(this.name);
    const status = await this.#calls.NCryptCreatePersistedKey(
      provider,
      out,
      wideString(ALGORITHM),
      name,
      0,
      0,
    );
    const other = status === NTE.exists ? await this.#open(provider) : null; // another process was quicker
    if (other !== null) return other;
    check(status);
    const key = handleIn(out);
    try {
      await this.#set(key, PROPERTY.length, number(KEY_BITS));
      await this.#set(key, PROPERTY.keyUsage, number(ALLOW_DECRYPT));
      await this.#set(key, PROPERTY.cacheType, number(AUTH_MANDATORY));
      await this.#set(
        key,
        PROPERTY.useContext,
        wideString("aws-vault keeps your AWS access keys behind Windows Hello"),
      );
      check(await this.#calls.NCryptFinalizeKey(key, 0));
      return key;
    } catch (failure) {
      await this.#calls.NCryptFreeObject(key);
      throw failure;
    }
  }

  async #crypt(call: "NCryptEncrypt" | "NCryptDecrypt", key: bigint, input: Uint8Array): Promise<Uint8Array> {
    const output = new Uint8Array(KEY_BITS / 8);
    const length = new Uint8Array(4);
    check(await this.#calls[call](key, input, input.length, 0n, output, output.length, length, PAD_PKCS1));
    const result = output.slice(0, new DataView(length.buffer).getUint32(0, true));
    output.fill(0);
    return result;
  }

  async #set(key: bigint, property: string, value: Uint8Array): Promise<void> {
    check(await this.#calls.NCryptSetProperty(key, wideString(property), value, value.length, 0));
  }

  async #withProvider<T>(work: (provider: bigint) => Promise<T>): Promise<T> {
    const out = new Uint8Array(8);
    const status = await this.#calls.NCryptOpenStorageProvider(out, wideString(PROVIDER), 0);
    if (status !== NTE.success) throw unavailable(status);
    const provider = handleIn(out);
    return await this.#withHandle(provider, () => work(provider));
  }

  async #withHandle<T>(handle: bigint, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.#calls.NCryptFreeObject(handle);
    }
  }
}

/** `S-1-5-21-…`, of the user whose process this is. */
export function userSid(native: NativeLoader): string {
  const token = native.open(ADVAPI32, TOKEN_SYMBOLS);
  const process = native.open(KERNEL32, PROCESS_SYMBOLS);
  const handle = new Uint8Array(8);
  if (!token.OpenProcessToken(THIS_PROCESS, TOKEN_QUERY, handle)) throw noSid();
  try {
    const user = new Uint8Array(TOKEN_USER_BYTES);
    const text = new Uint8Array(8);
    if (!token.GetTokenInformation(handleIn(handle), TOKEN_USER, user, user.length, new Uint8Array(4))) {
      throw noSid();
    }
    if (!token.ConvertSidToStringSidW(handleIn(user), text)) throw noSid();
    const sid = readWide(native, handleIn(text));
    process.LocalFree(handleIn(text));
    user.fill(0); // kept alive until here: the SID is in it
    return sid;
  } finally {
    process.CloseHandle(handleIn(handle));
  }
}

function noSid(): StoreError {
  return new StoreError("unavailable", "Windows does not say which user this is");
}

/** Unit by unit, so as not to read past its end. */
function readWide(native: NativeLoader, address: bigint): string {
  let text = "";
  for (let at = address; text.length < MAX_SID_UNITS; at += 2n) {
    const [low, high] = native.copyFrom(at, 2);
    if (low === 0 && high === 0) break;
    text += String.fromCharCode(low! | high! << 8);
  }
  return text;
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function handleIn(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}

const OUTCOMES: Readonly<Record<number, readonly [StoreOutcome, string, readonly string[]]>> = {
  [NTE.userCancelled]: ["denied", "the Windows Hello dialog was cancelled", [
    "run the command again and confirm it",
  ]],
  [NTE.cancelled]: ["denied", "the Windows Hello dialog was cancelled", [
    "run the command again and confirm it",
  ]],
  [NTE.cardCancelled]: ["denied", "the Windows Hello dialog was cancelled", [
    "run the command again and confirm it",
  ]],
  [NTE.permission]: ["denied", "Windows Hello refuses access to its key", []],
  [NTE.silentContext]: ["locked", "Windows Hello can't ask in this session", [
    "log in at the screen (ssh and services have none), or use --backend=wincred",
  ]],
  [NTE.badData]: ["damaged", "the item was not made with this user's Windows Hello key", []],
  [NTE.invalidParameter]: ["damaged", "the item was not made with this user's Windows Hello key", []],
  [NTE.decryptionFailure]: ["damaged", "the item was not made with this user's Windows Hello key", []],
};

function check(status: number | bigint): void {
  const code = Number(status) >>> 0;
  if (code === NTE.success) return;
  const known = OUTCOMES[code];
  if (known === undefined) throw unavailable(code);
  const [outcome, message, hints] = known;
  throw new StoreError(outcome, message, { hints, cause: new Error(hex(code)) });
}

function unavailable(status: number | bigint): StoreError {
  return new StoreError("unavailable", `Windows Hello can't be used (${hex(Number(status) >>> 0)})`, {
    hints: [
      "set up a PIN, face or fingerprint in Settings, Accounts, Sign-in options",
      "or use the Credential Manager without it: --backend=wincred",
    ],
  });
}

function hex(code: number): string {
  return `0x${code.toString(16)}`;
}
