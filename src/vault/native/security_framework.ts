/**
 * macOS's file-based keychains as symbols and numbers, from SecKeychain.h, SecKeychainItem.h, SecKeychainSearch.h, SecAccess.h and
 * SecBase.h of Security.framework, CFBase.h and CFString.h of CoreFoundation. The newer SecItem calls speak of the data-protection
 * keychain by default and need CoreFoundation dictionaries for the rest; these old ones, deprecated but there, name a keychain outright.
 * https://developer.apple.com/documentation/security/keychain-services
 */
import type { NativeSymbol } from "../../host/host.ts";

export const SECURITY = ["/System/Library/Frameworks/Security.framework/Security"] as const;
export const CORE_FOUNDATION = [
  "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation",
] as const;

/** Each answers an OSStatus. "Where" is the address of a place for the answer. */
export const KEYCHAIN_SYMBOLS = {
  /** Path (relative to ~/Library/Keychains), where the keychain goes. Opens no file yet. */
  SecKeychainOpen: { parameters: ["buffer", "buffer"], result: "i32" },
  /** Where the user's default keychain goes: the login keychain, unless the user has changed it. */
  SecKeychainCopyDefault: { parameters: ["buffer"], result: "i32" },
  /** Keychain, where its status goes. */
  SecKeychainGetStatus: { parameters: ["pointer", "buffer"], result: "i32" },
  /** Path, password's length, password, whether to ask the user for it, access (0), where the keychain goes. */
  SecKeychainCreate: {
    parameters: ["buffer", "u32", "pointer", "u32", "pointer", "buffer"],
    result: "i32",
  },
  /** Whether the system may show dialogs on behalf of this process. */
  SecKeychainSetUserInteractionAllowed: { parameters: ["u32"], result: "i32" },
  /** Keychain, service's length and text, account's length and text, where the secret's length, its address and the item go; without the first two nothing is decrypted. */
  SecKeychainFindGenericPassword: {
    parameters: ["pointer", "u32", "buffer", "u32", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  /** Class, attributes, the secret's length and bytes, keychain, access, where the item goes. */
  SecKeychainItemCreateFromContent: {
    parameters: ["u32", "buffer", "u32", "buffer", "pointer", "pointer", "buffer"],
    result: "i32",
  },
  /** Item, attributes, the secret's length and bytes. The item's access stays as it is. */
  SecKeychainItemModifyAttributesAndData: {
    parameters: ["pointer", "buffer", "u32", "buffer"],
    result: "i32",
  },
  /** Item, class (0), attributes to fill in, and two zeros: nothing is decrypted. */
  SecKeychainItemCopyContent: {
    parameters: ["pointer", "pointer", "buffer", "pointer", "pointer"],
    result: "i32",
  },
  /** What CopyContent has filled in or 0, the address of a secret or 0. */
  SecKeychainItemFreeContent: { parameters: ["buffer", "pointer"], result: "i32" },
  SecKeychainItemDelete: { parameters: ["pointer"], result: "i32" },
  /** Keychain, class, attributes, where the search goes. */
  SecKeychainSearchCreateFromAttributes: {
    parameters: ["pointer", "u32", "buffer", "buffer"],
    result: "i32",
  },
  /** Search, where the next item goes. */
  SecKeychainSearchCopyNext: { parameters: ["pointer", "buffer"], result: "i32" },
  /** Description (a CFString), trusted applications (a CFArray; 0 for this program alone), where the access goes. */
  SecAccessCreate: { parameters: ["pointer", "pointer", "buffer"], result: "i32" },
} as const satisfies Record<string, NativeSymbol>;

export const CORE_FOUNDATION_SYMBOLS = {
  /** Allocator (0), bytes, their length, encoding, whether there is a byte order mark. */
  CFStringCreateWithBytes: { parameters: ["pointer", "buffer", "i64", "u32", "u32"], result: "pointer" },
  /** Allocator (0), values (0), count, callbacks (0). */
  CFArrayCreate: { parameters: ["pointer", "pointer", "i64", "pointer"], result: "pointer" },
  CFRelease: { parameters: ["pointer"], result: "void" },
} as const satisfies Record<string, NativeSymbol>;

export const STRING_ENCODING_UTF8 = 0x08000100;

/** Four characters as a number, as these interfaces name classes and attributes. */
export const GENERIC_PASSWORD = 0x67656e70; // genp
export const ATTRIBUTE = {
  service: 0x73766365, // svce
  account: 0x61636374, // acct
  label: 0x6c61626c, // labl
  description: 0x64657363, // desc
} as const;

/** SecKeychainAttributeList: how many, and the address of the first; SecKeychainAttribute: tag, length, address of the bytes. */
export const ATTRIBUTE_LIST = { count: 0, attributes: 8, size: 16 } as const;
export const ATTRIBUTE_ENTRY = { tag: 0, length: 4, data: 8, size: 16 } as const;

/** OSStatus, from SecBase.h and MacErrors.h. */
export const STATUS = {
  success: 0,
  diskFull: -34,
  ioError: -36,
  readOnlyVolume: -61,
  userCanceled: -128,
  noAccessForItem: -25243,
  notAvailable: -25291,
  readOnly: -25292,
  authFailed: -25293,
  noSuchKeychain: -25294,
  invalidKeychain: -25295,
  duplicateItem: -25299,
  itemNotFound: -25300,
  invalidItem: -25304,
  noDefaultKeychain: -25307,
  interactionNotAllowed: -25308,
  interactionRequired: -25315,
  decode: -26275,
} as const;
