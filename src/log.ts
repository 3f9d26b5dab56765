import type { Secret } from "./secret.ts";

/** What `--debug` writes. Values of type {@link Secret} show as a placeholder, by their own `toString`. */
export interface Log {
  readonly enabled: boolean;
  /** One line; the text is made only when it is wanted. Never put a revealed secret or a whole command line in it. */
  debug(line: () => string): void;
}

/** A log that drops everything: the state without `--debug`. */
export const silentLog: Log = { enabled: false, debug: () => {} };

/** How an access key id appears in logs: all but the last four characters hidden. */
export function maskAccessKeyId(id: string | Secret): string {
  const text = typeof id === "string" ? id : "";
  return text.length > 8 ? `****************${text.slice(-4)}` : "****************";
}
