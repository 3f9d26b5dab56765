/** LockFileEx on the first byte. */
import type { Locking } from "./file_lock.ts";
import type { NativeLoader } from "./host.ts";
import { wideString } from "./wide_string.ts";

// https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew and nf-fileapi-lockfileex
const GENERIC_READ_WRITE = 0xc0000000;
const SHARE_READ_WRITE_DELETE = 7;
const OPEN_EXISTING = 3;
const INVALID_HANDLE = 0xffffffffffffffffn;
const LOCK_EXCLUSIVE_FAIL_IMMEDIATELY = 3;
const ERROR_LOCK_VIOLATION = 33;
const OVERLAPPED_BYTES = 32;

export function windowsLocking(native: NativeLoader): Locking {
  const kernel32 = native.open(["kernel32.dll"], {
    CreateFileW: {
      parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"],
      result: "pointer",
    },
    LockFileEx: { parameters: ["pointer", "u32", "u32", "u32", "u32", "buffer"], result: "i32" },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
    GetLastError: { parameters: [], result: "u32" },
  });
  return {
    open(path) {
      // No security attributes: the handle is not inherited by children.
      const handle = kernel32.CreateFileW(
        wideString(path),
        GENERIC_READ_WRITE,
        SHARE_READ_WRITE_DELETE,
        0n,
        OPEN_EXISTING,
        0,
        0n,
      );
      return handle === INVALID_HANDLE ? { failure: `error ${kernel32.GetLastError()}` } : { handle };
    },
    tryLock(handle) {
      const overlapped = new Uint8Array(OVERLAPPED_BYTES);
      if (kernel32.LockFileEx(handle, LOCK_EXCLUSIVE_FAIL_IMMEDIATELY, 0, 1, 0, overlapped) !== 0) {
        return "locked";
      }
      const error = kernel32.GetLastError();
      return error === ERROR_LOCK_VIOLATION ? "busy" : { failure: `error ${error}` };
    },
    close: (handle) => void kernel32.CloseHandle(handle),
  };
}
