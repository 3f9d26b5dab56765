/** Sockets of this machine under Deno. */
import type { LocalSocket } from "./host.ts";
import { errorCode } from "./host_failure.ts";
import { socketError } from "./socket_failure.ts";

const CHUNK_LENGTH = 65_536;

export async function connectLocal(path: string): Promise<LocalSocket> {
  const connection = await connect(path);
  const chunk = new Uint8Array(CHUNK_LENGTH);
  let writing: Promise<void> = Promise.resolve();
  let closed = false;
  return {
    write(bytes) {
      writing = writing.then(async () => {
        for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
      });
      return writing.catch((failure) => {
        throw socketError(errorCode(failure), failure, "write to", path);
      });
    },
    async read() {
      try {
        const length = closed ? null : await connection.read(chunk);
        return length === null ? null : chunk.slice(0, length);
      } catch {
        return null; // closed by us, or reset by the other side
      }
    },
    close() {
      if (closed) return;
      closed = true;
      connection.close();
    },
  };
}

async function connect(path: string): Promise<Deno.Conn> {
  try {
    return await Deno.connect({ transport: "unix", path });
  } catch (failure) {
    throw socketError(errorCode(failure), failure, "connect to", path);
  }
}
