/**
 * Runs a helper program (MFA source, dialog, password manager) with a deadline, and collects what it prints. A helper
 * leads a session of its own, so that one kill reaches all it has started, unless it needs our terminal.
 */
import { AppError, escapeControls } from "../errors.ts";
import { bindLibc } from "./libc.ts";
import type { ChildRequest, ChildResult, Files, NativeLoader, OperatingSystem } from "./host.ts";
import type { ProcessParts, RunningChild, SpawnRequest } from "./processes.ts";
import { SIGNAL_NUMBER } from "./posix_constants.ts";

const STDERR_BYTES = 64 * 1024;
/** Between SIGTERM, which lets a helper restore the terminal, and SIGKILL. */
const KILL_GRACE_MS = 300;
/** How long output may stay open after the helper has ended: somebody it left running may hold it. */
const OUTPUT_GRACE_MS = 250;

/**
 * Deno can't hand a descriptor to a child, so a shell opens the terminal and becomes the helper. Without a controlling
 * terminal the redirection fails, and the helper reads nothing.
 */
const ON_TERMINAL: Readonly<Record<string, string>> = {
  in: 'if (: </dev/tty) 2>/dev/null; then exec "$0" "$@" </dev/tty; else exec "$0" "$@" </dev/null; fi',
  err: 'if (: >/dev/tty) 2>/dev/null; then exec "$0" "$@" 2>/dev/tty; else exec "$0" "$@" 2>/dev/null; fi',
  both: 'if (: </dev/tty) 2>/dev/null; then exec "$0" "$@" </dev/tty 2>/dev/tty; ' +
    'else exec "$0" "$@" </dev/null 2>/dev/null; fi',
};

export async function runHelper(
  parts: ProcessParts,
  find: (command: string, path: string) => string | null,
  request: ChildRequest,
): Promise<ChildResult> {
  const { clock, signals } = parts;
  const shown = escapeControls(request.command);
  const path = find(request.command, request.env.PATH ?? request.env.Path ?? "");
  if (path === null) throw notFound(shown, undefined);
  let child: RunningChild;
  try {
    child = parts.spawner(toSpawn(parts.os, path, request));
  } catch (failure) {
    throw notFound(shown, failure);
  }

  const killTree = treeKiller(parts, child, sharesSession(request));
  const stopWatching = signals.beforeEnd(() => killTree("SIGKILL"));
  const stop = new AbortController();
  const timeOut = clock.sleep(request.timeoutMs, stop.signal).then(() => "timeout" as const);
  const stdout = collect(child.stdout, request.maxOutputBytes, "refuse");
  const stderr = collect(child.stderr, STDERR_BYTES, "cut");
  try {
    if (request.stdin instanceof Uint8Array) child.feed(request.stdin).catch(() => {}); // it need not read
    const first = await Promise.race([
      timeOut,
      stdout.tooLong,
      child.ended.then(async (status) => {
        await Promise.race([
          Promise.all([stdout.finished, stderr.finished]),
          clock.sleep(OUTPUT_GRACE_MS, stop.signal),
        ]);
        return status;
      }),
    ]);
    if (typeof first === "object") return { ...first, stdout: stdout.bytes(), stderr: stderr.bytes() };
    killTree("SIGTERM");
    await Promise.race([child.ended, clock.sleep(KILL_GRACE_MS, stop.signal)]);
    killTree("SIGKILL");
    throw first === "timeout"
      ? new AppError("child-timeout", "child", `${shown} did not finish within ${request.timeoutMs} ms`)
      : new AppError(
        "child-output-too-large",
        "child",
        `${shown} printed more than ${request.maxOutputBytes} bytes`,
      );
  } finally {
    stop.abort();
    stopWatching();
    stdout.cancel();
    stderr.cancel();
  }
}

function notFound(shown: string, cause: unknown): AppError {
  return new AppError("child-not-found", "child", `cannot run ${shown}: no such program`, { cause });
}

function onTerminal(request: ChildRequest): boolean {
  return request.stdin === "terminal" || request.stderr === "terminal";
}

function sharesSession(request: ChildRequest): boolean {
  return request.session === "shared" || onTerminal(request);
}

function toSpawn(os: OperatingSystem, path: string, request: ChildRequest): SpawnRequest {
  const plain: SpawnRequest = {
    path,
    argv0: request.command,
    args: request.args,
    env: request.env,
    stdin: request.stdin instanceof Uint8Array ? "pipe" : request.stdin === "terminal" ? "inherit" : "null",
    stdout: "pipe",
    stderr: request.stderr === "capture" ? "pipe" : "inherit",
    ownSession: os !== "windows" && !sharesSession(request),
  };
  if (!onTerminal(request) || os === "windows") return plain;
  const which = request.stdin !== "terminal" ? "err" : request.stderr === "terminal" ? "both" : "in";
  return {
    ...plain,
    path: "/bin/sh",
    argv0: "sh",
    args: ["-c", ON_TERMINAL[which]!, path, ...request.args],
    stdin: plain.stdin === "inherit" ? "null" : plain.stdin,
  };
}

interface Collected {
  readonly finished: Promise<void>;
  /** Resolves when there was more than the limit and the limit is a refusal; otherwise never. */
  readonly tooLong: Promise<"too-long">;
  bytes(): Uint8Array;
  cancel(): void;
}

function collect(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
  beyond: "refuse" | "cut",
): Collected {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream?.getReader();
  let refuse: (reason: "too-long") => void;
  const tooLong = new Promise<"too-long">((resolve) => refuse = resolve);

  async function drain(): Promise<void> {
    if (reader === undefined) return;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (length + value.length > limit && beyond === "refuse") return refuse("too-long");
      const kept = value.slice(0, limit - length); // what is beyond is read too, so that the helper can go on
      parts.push(kept);
      length += kept.length;
    }
  }

  return {
    finished: drain().catch(() => {}),
    tooLong,
    bytes() {
      const all = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
    cancel: () => void reader?.cancel().catch(() => {}),
  };
}

/** Kills the session's process group; on our own terminal, where there is none, the child and what it has started. */
function treeKiller(parts: ProcessParts, child: RunningChild, sharesGroup: boolean) {
  return (signal: "SIGTERM" | "SIGKILL"): void => {
    if (parts.os === "windows") return quietly(() => child.kill(signal));
    const libc = bindLibc(parts.native, { kill: { parameters: ["i32", "i32"], result: "i32" } });
    const targets = sharesGroup
      ? [...descendants(parts.os, parts.native, parts.files, child.pid), child.pid]
      : [-child.pid];
    for (const target of targets) libc.kill(target, SIGNAL_NUMBER[signal]);
  };
}

/** Room for the children of one process; a helper with more keeps the rest. */
const MOST_CHILDREN = 256;

/** Deepest first. Linux tells in /proc, macOS by proc_listchildpids of <libproc.h>. */
function descendants(
  os: OperatingSystem,
  native: NativeLoader,
  files: Pick<Files, "readText">,
  pid: number,
): number[] {
  const children = os === "darwin" ? childrenOnMac(native, pid) : childrenOnLinux(files, pid);
  return children.flatMap((child) => [...descendants(os, native, files, child), child]);
}

function childrenOnLinux(files: Pick<Files, "readText">, pid: number): number[] {
  let text: string | null = null;
  quietly(() => text = files.readText(`/proc/${pid}/task/${pid}/children`));
  return (text ?? "").split(" ").filter((part) => part !== "").map(Number);
}

function childrenOnMac(native: NativeLoader, pid: number): number[] {
  const libc = bindLibc(native, {
    proc_listchildpids: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  });
  const buffer = new Uint8Array(MOST_CHILDREN * 4);
  const count = Number(libc.proc_listchildpids(pid, buffer, buffer.length));
  return [...new Int32Array(buffer.buffer, 0, Math.max(0, Math.min(count, MOST_CHILDREN)))].filter((child) =>
    child > 0
  );
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // It has ended already.
  }
}
