/**
 * Windows Hello's keys as symbols and numbers, from ncrypt.h, winerror.h, winnt.h and sddl.h: CNG with the provider that keeps its keys
 * behind a gesture (face, finger, PIN), and the user's SID, which their names begin with.
 * https://learn.microsoft.com/windows/win32/api/ncrypt/
 */
import type { NativeSymbol } from "../../host/host.ts";

export const NCRYPT = ["ncrypt.dll"] as const;

/** Each answers a SECURITY_STATUS, 0 when it went well. Handles are addresses; text is UTF-16LE with a terminating zero. */
export const NCRYPT_SYMBOLS = {
  /** Where the provider goes, its name, flags (0). */
  NCryptOpenStorageProvider: { parameters: ["buffer", "buffer", "u32"], result: "u32" },
  /** Provider, where the key goes, its name, key spec (0), flags (0). */
  NCryptOpenKey: { parameters: ["pointer", "buffer", "buffer", "u32", "u32"], result: "u32" },
  /** Provider, where the key goes, algorithm, name, key spec (0), flags (0). */
  NCryptCreatePersistedKey: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "u32", "u32"],
    result: "u32",
  },
  /** Key, property, value, its length in bytes, flags (0). */
  NCryptSetProperty: { parameters: ["pointer", "buffer", "buffer", "u32", "u32"], result: "u32" },
  /** Key, flags (0). The user may be asked to confirm. */
  NCryptFinalizeKey: { parameters: ["pointer", "u32"], result: "u32" },
  /** Key, input, its length, padding details (0), where the output goes, its room, where its length goes, padding. */
  NCryptEncrypt: {
    parameters: ["pointer", "buffer", "u32", "pointer", "buffer", "u32", "buffer", "u32"],
    result: "u32",
  },
  /** As NCryptEncrypt. Asks for a gesture. */
  NCryptDecrypt: {
    parameters: ["pointer", "buffer", "u32", "pointer", "buffer", "u32", "buffer", "u32"],
    result: "u32",
  },
  NCryptFreeObject: { parameters: ["pointer"], result: "u32" },
} as const satisfies Record<string, NativeSymbol>;

/** MS_NGC_KEY_STORAGE_PROVIDER. */
export const PROVIDER = "Microsoft Passport Key Storage Provider";
export const ALGORITHM = "RSA";
export const KEY_BITS = 2048;
export const PAD_PKCS1 = 2;

/** Names of properties, and their values. */
export const PROPERTY = {
  length: "Length",
  keyUsage: "Key Usage",
  cacheType: "NgcCacheType",
  /** What the dialog says the key is wanted for. */
  useContext: "Use Context",
  gestureRequired: "PinCacheIsGestureRequired",
} as const;
export const ALLOW_DECRYPT = 1;
/** NCRYPT_NGC_CACHE_TYPE_PROPERTY_AUTH_MANDATORY_FLAG */
export const AUTH_MANDATORY = 1;

/** SECURITY_STATUS. */
export const NTE = {
  success: 0,
  badData: 0x80090005,
  noKey: 0x8009000d,
  exists: 0x8009000f,
  permission: 0x80090010,
  notFound: 0x80090011,
  badKeyset: 0x80090016,
  silentContext: 0x80090022,
  invalidParameter: 0x80090027,
  decryptionFailure: 0x8009002c,
  userCancelled: 0x80090036,
  /** HRESULT_FROM_WIN32(ERROR_CANCELLED) */
  cancelled: 0x800704c7,
  /** SCARD_W_CANCELLED_BY_USER, what a closed PIN dialog answers. */
  cardCancelled: 0x8010006e,
} as const;

export const ADVAPI32 = ["advapi32.dll"] as const;
export const KERNEL32 = ["kernel32.dll"] as const;

/** Each answers 0 on failure. */
export const TOKEN_SYMBOLS = {
  /** Process, access wanted, where the token goes. */
  OpenProcessToken: { parameters: ["pointer", "u32", "buffer"], result: "i32" },
  /** Token, kind of information, where it goes, room, where the length goes. */
  GetTokenInformation: { parameters: ["pointer", "u32", "buffer", "u32", "buffer"], result: "i32" },
  /** SID, where the address of the text goes. */
  ConvertSidToStringSidW: { parameters: ["pointer", "buffer"], result: "i32" },
} as const satisfies Record<string, NativeSymbol>;

export const PROCESS_SYMBOLS = {
  CloseHandle: { parameters: ["pointer"], result: "i32" },
  LocalFree: { parameters: ["pointer"], result: "pointer" },
} as const satisfies Record<string, NativeSymbol>;

/** What GetCurrentProcess answers, always. */
export const THIS_PROCESS = 0xffffffffffffffffn;
export const TOKEN_QUERY = 8;
/** TokenUser: a TOKEN_USER, which begins with the address of the SID. */
export const TOKEN_USER = 1;
/** SECURITY_MAX_SID_SIZE and the structure before it. */
export const TOKEN_USER_BYTES = 128;
/** S-1- with fifteen numbers of ten digits is shorter. */
export const MAX_SID_UNITS = 256;
