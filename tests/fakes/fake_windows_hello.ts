/**
 * Windows with Windows Hello behind a {@link NativeLoader}: the Credential Manager's double, and of ncrypt.dll and the access token what the
 * store calls. The key is a real RSA key of node:crypto, so that envelopes are made and opened in earnest.
 */
import { Buffer } from "node:buffer";
import { constants, generateKeyPairSync, type KeyObject, privateDecrypt, publicEncrypt } from "node:crypto";
import type {
  BlockingFunctions,
  NativeFunctions,
  NativeLoader,
  NativeSymbol,
  NativeValue,
} from "../../src/host/host.ts";
import { FakeCredentialManager } from "./fake_credential_manager.ts";
import { dataView, wideBytes, wideText } from "./fake_memory.ts";

const BAD_KEYSET = 0x80090016;
const BAD_DATA = 0x80090005;
const PROVIDER = "Microsoft Passport Key Storage Provider";
export const SID = "S-1-5-21-1004336348-1177238915-682003330-512";

export interface FakeHelloKey {
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  /** As hex of the bytes that were set. */
  readonly properties: Record<string, string>;
}

type Call = (...args: NativeValue[]) => number | bigint;

export class FakeWindowsHello implements NativeLoader {
  readonly manager = new FakeCredentialManager();
  /** By their whole name. */
  readonly keys = new Map<string, FakeHelloKey>();
  /** What the dialogs said. */
  readonly dialogs: string[] = [];
  /** When set, calls of this name answer this status. */
  failure: { readonly call: string; readonly status: number } | null = null;
  hangs = false;
  /** Handles that are open. */
  readonly handles = new Map<
    bigint,
    { provider: true } | { name: string; properties: Record<string, string> }
  >();
  #nextHandle = 0x10n;

  open<T extends Record<string, NativeSymbol>>(libraries: readonly string[], symbols: T): NativeFunctions<T> {
    const own = Object.keys(symbols).every((name) => name in this.#system);
    return own ? this.#system as NativeFunctions<T> : this.manager.open(libraries, symbols);
  }

  openBlocking<T extends Record<string, NativeSymbol>>(
    _libraries: readonly string[],
    symbols: T,
  ): BlockingFunctions<T> {
    return Object.fromEntries(
      Object.entries(symbols).map(([name, { parameters }]) => [name, async (...args: NativeValue[]) => {
        if (args.length !== parameters.length) {
          throw new Error(`${name} takes ${parameters.length} arguments`);
        }
        if (this.hangs) await new Promise(() => {});
        return this.failure?.call === name ? this.failure.status : this.#hello[name]!(...args);
      }]),
    ) as BlockingFunctions<T>;
  }

  addressOf(buffer: Uint8Array): bigint {
    return this.manager.addressOf(buffer);
  }

  copyFrom(address: bigint, length: number): Uint8Array {
    return this.manager.copyFrom(address, length);
  }

  errno(): never {
    throw new Error("Windows calls set no errno");
  }

  readonly #system: Record<string, Call> = {
    OpenProcessToken: (process, access, out) => {
      if (process !== 0xffffffffffffffffn || access !== 8) throw new Error("another process or access");
      return this.#answer(out, 0x77n);
    },
    GetTokenInformation: (token, kind, out) => {
      if (token !== 0x77n || kind !== 1) throw new Error("another token or kind");
      return this.#answer(out, 0x99n);
    },
    ConvertSidToStringSidW: (sid, out) => {
      if (sid !== 0x99n) throw new Error("another SID");
      return this.#answer(out, this.addressOf(wideBytes(SID)));
    },
    CloseHandle: () => 1,
    LocalFree: () => 0n,
  };

  readonly #hello: Record<string, Call> = {
    NCryptOpenStorageProvider: (out, name) => {
      if (wideText(name as Uint8Array) !== PROVIDER) throw new Error("another provider");
      this.#answer(out, this.#handle({ provider: true }));
      return 0;
    },
    NCryptOpenKey: (_provider, out, name) => {
      const text = wideText(name as Uint8Array);
      if (!this.keys.has(text)) return BAD_KEYSET;
      this.#answer(out, this.#handle({ name: text, properties: {} }));
      return 0;
    },
    NCryptCreatePersistedKey: (_provider, out, algorithm, name) => {
      if (wideText(algorithm as Uint8Array) !== "RSA") throw new Error("another algorithm");
      this.#answer(out, this.#handle({ name: wideText(name as Uint8Array), properties: {} }));
      return 0;
    },
    NCryptSetProperty: (handle, name, value, length) => {
      if ((value as Uint8Array).length !== length) throw new Error("a length that is wrong");
      this.#key(handle).properties[wideText(name as Uint8Array)] = Buffer.from(value as Uint8Array).toString(
        "hex",
      );
      return 0;
    },
    NCryptFinalizeKey: (handle) => {
      const { name, properties } = this.#key(handle);
      this.keys.set(name, { pair: generateKeyPairSync("rsa", { modulusLength: 2048 }), properties });
      return 0;
    },
    NCryptEncrypt: (handle, input, length, _padding, out, _room, outLength, flags) => {
      const { publicKey } = this.keys.get(this.#key(handle).name)!.pair;
      const bytes = (input as Uint8Array).subarray(0, Number(length));
      return this.#output(publicEncrypt({ key: publicKey, padding: padding(flags) }, bytes), out, outLength);
    },
    NCryptDecrypt: (handle, input, length, _padding, out, _room, outLength, flags) => {
      const { name, properties } = this.#key(handle);
      if (properties.PinCacheIsGestureRequired !== "01000000") throw new Error("no gesture was asked for");
      this.dialogs.push(wideText(Buffer.from(properties["Use Context"]!, "hex")));
      const { privateKey } = this.keys.get(name)!.pair;
      const bytes = (input as Uint8Array).subarray(0, Number(length));
      if (bytes.length !== 256) return BAD_DATA;
      return this.#output(
        privateDecrypt({ key: privateKey, padding: padding(flags) }, bytes),
        out,
        outLength,
      );
    },
    NCryptFreeObject: (handle) => {
      if (!this.handles.delete(handle as bigint)) throw new Error("freed what is not open");
      return 0;
    },
  };

  #handle(value: { provider: true } | { name: string; properties: Record<string, string> }): bigint {
    const handle = this.#nextHandle += 8n;
    this.handles.set(handle, value);
    return handle;
  }

  #key(handle: NativeValue | undefined): { name: string; properties: Record<string, string> } {
    const found = this.handles.get(handle as bigint);
    if (found === undefined || "provider" in found) throw new Error("not the handle of a key");
    return found;
  }

  #answer(out: NativeValue | undefined, value: bigint): 1 {
    dataView(out as Uint8Array).setBigUint64(0, value, true);
    return 1;
  }

  #output(bytes: Uint8Array, out: NativeValue | undefined, length: NativeValue | undefined): 0 {
    (out as Uint8Array).set(bytes);
    dataView(length as Uint8Array).setUint32(0, bytes.length, true);
    return 0;
  }
}

function padding(flags: NativeValue | undefined): number {
  if (flags !== 2) throw new Error("another padding");
  return constants.RSA_PKCS1_PADDING;
}
