/**
 * One list of signal listeners per process, so that those who must put something right before the process ends (the
 * terminal's modes, helpers still running) and those who decide what a signal means do not undo each other's work.
 */
import type { SignalName } from "./host.ts";

/** The runtime's own calls. `listen` throws for a signal this OS does not have. */
export interface SignalCalls {
  listen(signal: SignalName, handler: () => void): void;
  unlisten(signal: SignalName, handler: () => void): void;
  /** Sends the signal to this process with its default action in force. */
  raise(signal: SignalName): void;
}

export interface Signals {
  /** Calls `handler` for the first of the signals that comes, then stops listening: a second one has its default action. */
  once(signals: readonly SignalName[], handler: (signal: SignalName) => void): () => void;
  /** Calls `handler` each time, until stopped. */
  each(signals: readonly SignalName[], handler: (signal: SignalName) => void): () => void;
  /**
   * Runs `cleanup` before SIGINT, SIGTERM, SIGHUP or SIGQUIT end the process and before `exit`. When nobody else listens
   * to the signal, it is then raised again with its default action, so that the exit status is the natural one.
   */
  beforeEnd(cleanup: () => void): () => void;
  /** Runs all cleanups now. */
  runCleanups(): void;
}

const ENDING: readonly SignalName[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

export function createSignals(calls: SignalCalls): Signals {
  const handlers = new Map<SignalName, Set<(signal: SignalName) => void>>();
  const listeners = new Map<SignalName, () => void>();
  const cleanups = new Set<() => void>();

  function onSignal(signal: SignalName): void {
    const mine = [...(handlers.get(signal) ?? [])];
    if (ENDING.includes(signal)) runCleanups();
    for (const handler of mine) handler(signal);
    if (mine.length > 0) return;
    stopListening(signal);
    calls.raise(signal);
  }

  function listen(signal: SignalName): void {
    if (listeners.has(signal)) return;
    const listener = () => onSignal(signal);
    try {
      calls.listen(signal, listener);
    } catch {
      return; // Windows has only a few of them; those it does not have never come.
    }
    listeners.set(signal, listener);
  }

  function stopListening(signal: SignalName): void {
    const listener = listeners.get(signal);
    if (listener === undefined) return;
    listeners.delete(signal);
    calls.unlisten(signal, listener);
  }

  function releaseUnused(signal: SignalName): void {
    const wanted = (handlers.get(signal)?.size ?? 0) > 0 || (cleanups.size > 0 && ENDING.includes(signal));
    if (!wanted) stopListening(signal);
  }

  function runCleanups(): void {
    for (const cleanup of [...cleanups].reverse()) {
      try {
        cleanup();
      } catch {
        // One that fails must not keep the others from running: the process is ending.
      }
    }
  }

  function each(signals: readonly SignalName[], handler: (signal: SignalName) => void): () => void {
    for (const signal of signals) {
      const set = handlers.get(signal) ?? new Set();
      handlers.set(signal, set.add(handler));
      listen(signal);
    }
    return () => {
      for (const signal of signals) {
        handlers.get(signal)?.delete(handler);
        releaseUnused(signal);
      }
    };
  }

  function once(signals: readonly SignalName[], handler: (signal: SignalName) => void): () => void {
    const stop = each(signals, (signal) => {
      stop();
      handler(signal);
    });
    return stop;
  }

  function beforeEnd(cleanup: () => void): () => void {
    cleanups.add(cleanup);
    for (const signal of ENDING) listen(signal);
    return () => {
      cleanups.delete(cleanup);
      for (const signal of ENDING) releaseUnused(signal);
    };
  }

  return { once, each, beforeEnd, runCleanups };
}
