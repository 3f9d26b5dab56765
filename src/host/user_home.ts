/** The home directory in the system's user database, by getpwuid_r. */
import type { NativeLoader, OperatingSystem } from "./host.ts";
import { bindLibc } from "./libc.ts";

/**
 * Offset of `pw_dir` in `struct passwd` on 64-bit systems. Linux (glibc, musl) <pwd.h>: name, passwd, uid+gid, gecos, dir.
 * macOS and FreeBSD have a time, a class and gecos before it: https://github.com/apple-oss-distributions/Libc/blob/main/include/pwd.h
 */
const DIRECTORY_OFFSET = { linux: 32, darwin: 48, freebsd: 48 } as const;
const PASSWD_BYTES = 128;
/** Room for the strings of one entry; glibc suggests 1024 (`_SC_GETPW_R_SIZE_MAX`). */
const STRINGS_BYTES = 16384;

/** `null` on Windows, and where there is no entry or no way to ask. */
export function lookUpHome(
  loadNative: () => NativeLoader,
  os: OperatingSystem,
  userId: number | null,
): string | null {
  if (os === "windows" || userId === null) return null;
  try {
    const native = loadNative();
    const libc = bindLibc(native, {
      getpwuid_r: { parameters: ["u32", "buffer", "buffer", "usize", "buffer"], result: "i32" },
    });
    const passwd = new Uint8Array(PASSWD_BYTES);
    const strings = new Uint8Array(STRINGS_BYTES);
    const found = new Uint8Array(8);
    const failed = libc.getpwuid_r(userId, passwd, strings, BigInt(strings.length), found);
    if (failed !== 0 || new DataView(found.buffer).getBigUint64(0, true) === 0n) return null;
    const address = new DataView(passwd.buffer).getBigUint64(DIRECTORY_OFFSET[os], true);
    const start = Number(address - native.addressOf(strings));
    const home = new TextDecoder().decode(strings.subarray(start, strings.indexOf(0, start)));
    return home === "" ? null : home;
  } catch {
    return null;
  }
}
