/**
 * Which files a Bun process holds open besides 0 to 2. Bun marks everything it was started with close-on-exec, so
 * whoever wants to hand those on (`cat <(cmd)`) must know which they were before the program opened anything itself.
 */
import { bunProcess } from "./bun_process.ts";

export interface OpenDescriptor {
  readonly descriptor: number;
  /** Device, inode and type: tells whether the number still means the same open file. */
  readonly identity: string;
}

/** Descriptors without a file type (Linux: epoll, eventfd) are the runtime's own and left out. */
export function identifyDescriptors(): OpenDescriptor[] {
  const fs = bunProcess.getBuiltinModule("node:fs");
  const found: OpenDescriptor[] = [];
  for (const name of listNumbers(fs)) {
    const descriptor = Number(name);
    if (!(descriptor > 2)) continue;
    try {
      const info = fs.fstatSync(descriptor);
      if ((info.mode & 0o170000) === 0) continue;
      found.push({ descriptor, identity: `${info.dev}:${info.ino}:${info.mode}` });
    } catch {
      // The one that the listing itself had open.
    }
  }
  return found;
}

function listNumbers(fs: Pick<typeof import("node:fs"), "readdirSync">): string[] {
  try {
    return fs.readdirSync("/dev/fd");
  } catch {
    return [];
  }
}
