/**
 * Windows Credential Manager as symbols and numbers, from wincred.h and winerror.h.
 * https://learn.microsoft.com/windows/win32/api/wincred/
 */
import type { NativeSymbol } from "../../host/host.ts";

export const ADVAPI32 = ["advapi32.dll"] as const;
export const KERNEL32 = ["kernel32.dll"] as const;

/** Each answers 0 on failure. Text is UTF-16LE with a terminating zero. */
export const CREDENTIAL_SYMBOLS = {
  /** Target name, type, flags (0), where the address of the credential goes. */
  CredReadW: { parameters: ["buffer", "u32", "u32", "buffer"], result: "i32" },
  /** The credential, flags (0). */
  CredWriteW: { parameters: ["buffer", "u32"], result: "i32" },
  /** Target name, type, flags (0). */
  CredDeleteW: { parameters: ["buffer", "u32", "u32"], result: "i32" },
  /** Filter ending in `*`, flags (0), where the count goes, where the address of an array of addresses goes. */
  CredEnumerateW: { parameters: ["buffer", "u32", "buffer", "buffer"], result: "i32" },
  CredFree: { parameters: ["pointer"], result: "void" },
} as const satisfies Record<string, NativeSymbol>;

export const ERROR_SYMBOLS = {
  GetLastError: { parameters: [], result: "u32" },
} as const satisfies Record<string, NativeSymbol>;

/** Offsets within CREDENTIALW on 64-bit Windows. */
export const CREDENTIAL = {
  type: 4,
  targetName: 8,
  comment: 16,
  blobSize: 32,
  blob: 40,
  persist: 48,
  userName: 72,
  size: 80,
} as const;

export const GENERIC = 1;
export const PERSIST_LOCAL_MACHINE = 2;

/** CRED_MAX_CREDENTIAL_BLOB_SIZE: 5 * 512 bytes. */
export const MAX_BLOB_BYTES = 2560;
/** CRED_MAX_GENERIC_TARGET_NAME_LENGTH, in UTF-16 units. */
export const MAX_TARGET_UNITS = 32_767;

export const ERROR = {
  accessDenied: 5,
  notFound: 1168,
  noSuchLogonSession: 1312,
} as const;
