/**
 * What tells one state of a file from another without reading it: device, inode, size and times to the nanosecond, as Linux gives them. The
 * time of change among them is the kernel's own; programs can't set it.
 */
import type { Host } from "../host/host.ts";
import { LIBC_LIBRARIES, SYSCALL_NUMBERS, SYSCALL_SYMBOLS } from "../vault/native/keyutils.ts";
import { identityIn } from "./remembered_answer.ts";

export interface FileIdentity {
  readonly bytes: Uint8Array;
  /** Epoch milliseconds at which content or attributes were changed last. */
  readonly changedAt: number;
}

/** linux/fcntl.h: AT_FDCWD; AT_STATX_FORCE_SYNC, for what a network's file system remembers may be old. */
const CURRENT_DIRECTORY = -100n, FORCE_SYNC = 0x2000n;
/** linux/stat.h: STATX_BASIC_STATS | STATX_BTIME, and where stx_ctime is: seconds in 64 bits, nanoseconds in 32. */
const ALL = 0xfffn, LENGTH = 256, CHANGE_TIME = 96;

/** Symlinks are followed. `null` where there is no such file, or the kernel can't tell. Throws where no library can be called. */
export async function fileIdentity(
  host: Pick<Host, "arch" | "native">,
  path: string,
): Promise<FileIdentity | null> {
  const statx = SYSCALL_NUMBERS[host.arch]?.statx;
  if (statx === undefined) return null;
  const native = await host.native();
  const { syscall } = native.open(LIBC_LIBRARIES, SYSCALL_SYMBOLS);
  const record = new Uint8Array(LENGTH), name = new TextEncoder().encode(`${path}\0`);
  const [nameAt, recordAt] = [native.addressOf(name), native.addressOf(record)];
  if (Number(syscall(statx, CURRENT_DIRECTORY, nameAt, FORCE_SYNC, ALL, recordAt)) !== 0) return null;
  const view = new DataView(record.buffer);
  const changedAt = Number(view.getBigInt64(CHANGE_TIME, true)) * 1000 +
    view.getUint32(CHANGE_TIME + 8, true) / 1_000_000;
  return { bytes: identityIn(record), changedAt };
}
