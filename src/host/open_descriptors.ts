/**
 * Which files a Bun process holds open besides 0 to 2. Bun marks everything it was started with close-on-exec, so
 * whoever wants to hand those on (`cat <(cmd)`) must know which they were before the program opened anything itself.
 */
import * as fs from "node:fs";

export interface OpenDescriptor {
  readonly descriptor: number;
  /** Device, inode and type: tells whether the number still means the same open file. */
  readonly identity: string;
}

/** Descriptors without a file type (Linux: epoll, eventfd) are the runtime's own and left out. */
export function identifyDescriptors(): OpenDescriptor[] {
  const found: OpenDescriptor[] = [];
  for (const name of listNumbers()) {
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

function listNumbers(): string[] {
  try {
    return fs.readdirSync("/dev/fd");
  } catch {
    return [];
  }
}
