/** Sockets of this machine under Bun. */
import type { AppError } from "../errors.ts";
import type { BunSocket } from "./bun_globals.d.ts";
import type { LocalSocket } from "./host.ts";
import { socketError } from "./socket_failure.ts";

interface Pending {
  readonly bytes: Uint8Array;
  readonly done: PromiseWithResolvers<void>;
}

export async function connectLocal(path: string): Promise<LocalSocket> {
  const received: Uint8Array[] = [];
  const unsent: Pending[] = [];
  let waiting: ((bytes: Uint8Array | null) => void) | null = null;
  let ended = false;

  function receive(bytes: Uint8Array): void {
    const reader = waiting;
    waiting = null;
    // The runtime may use its buffer again.
    if (reader === null) received.push(bytes.slice());
    else reader(bytes.slice());
  }

  function end(): void {
    ended = true;
    waiting?.(null);
    waiting = null;
    for (const { done } of unsent.splice(0)) done.reject(hungUp(path));
  }

  function send(socket: BunSocket): void {
    while (unsent.length > 0) {
      const { bytes, done } = unsent[0]!;
      const taken = bytes.length === 0 ? 0 : socket.write(bytes);
      if (taken < 0) return end();
      if (taken < bytes.length) {
        unsent[0] = { bytes: bytes.subarray(taken), done };
        return;
      }
      unsent.shift();
      done.resolve();
    }
  }

  const socket = await connect(path, {
    data: (_socket, bytes) => receive(bytes),
    drain: send,
    end,
    close: end,
    error: end,
    connectError() {}, // rejects the promise too
  });
  return {
    write(bytes) {
      if (ended) return Promise.reject(hungUp(path));
      const done = Promise.withResolvers<void>();
      unsent.push({ bytes: bytes.slice(), done });
      if (unsent.length === 1) send(socket);
      return done.promise;
    },
    read() {
      const bytes = received.shift();
      if (bytes !== undefined) return Promise.resolve(bytes);
      if (ended) return Promise.resolve(null);
      return new Promise((resolve) => waiting = resolve);
    },
    close() {
      end();
      socket.end();
    },
  };
}

async function connect(path: string, handlers: Parameters<typeof Bun.connect>[0]["socket"]) {
  try {
    return await Bun.connect({ unix: path, socket: handlers });
  } catch (failure) {
    const code = (failure as { code?: unknown } | null)?.code;
    throw socketError(typeof code === "string" ? code : null, failure, "connect to", path);
  }
}

function hungUp(path: string): AppError {
  return socketError("EPIPE", undefined, "write to", path);
}
