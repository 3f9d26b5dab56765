/** The one symbol of Windows' credential dialog, and the numbers that go with it. No logic. */
import type { NativeSymbol } from "../../host/host.ts";

export const CREDUI_LIBRARIES = ["credui.dll"] as const;

/** https://learn.microsoft.com/windows/win32/api/wincred/nf-wincred-creduipromptforcredentialsw */
export const CREDUI_SYMBOLS = {
  CredUIPromptForCredentialsW: {
    parameters: [
      "buffer", // pUiInfo
      "buffer", // pszTargetName
      "pointer", // pContext
      "u32", // dwAuthError
      "buffer", // pszUserName
      "u32", // ulUserNameBufferSize, in UTF-16 units
      "buffer", // pszPassword
      "u32", // ulPasswordBufferSize, in UTF-16 units
      "buffer", // save
      "u32", // dwFlags
    ],
    result: "u32",
  },
} as const satisfies Record<string, NativeSymbol>;

/** wincred.h. */
export const CREDUI_FLAGS_DO_NOT_PERSIST = 0x00002;
export const CREDUI_FLAGS_ALWAYS_SHOW_UI = 0x00080;
export const CREDUI_FLAGS_GENERIC_CREDENTIALS = 0x40000;
export const CREDUI_FLAGS_KEEP_USERNAME = 0x100000;

/** wincred.h, in UTF-16 units without the closing zero. */
export const CREDUI_MAX_USERNAME_LENGTH = 513;
export const CREDUI_MAX_PASSWORD_LENGTH = 256;
export const CREDUI_MAX_MESSAGE_LENGTH = 1024;

/** Size of CREDUI_INFOW on 64-bit Windows: a 32-bit size, padding, and four pointers. */
export const CREDUI_INFO_BYTES = 40;

/** winerror.h. */
export const ERROR_CANCELLED = 1223;
export const ERROR_NO_SUCH_LOGON_SESSION = 1312;
