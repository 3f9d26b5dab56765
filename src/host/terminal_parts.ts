/** What opening a terminal takes, on every system. */
import type { Clock, NativeLoader, OperatingSystem } from "./host.ts";
import type { Signals } from "./signals.ts";

export interface TerminalParts {
  readonly os: OperatingSystem;
  readonly clock: Clock;
  readonly native: NativeLoader;
  readonly signals: Signals;
  readonly pid: number;
}

/** Between two looks for input. Short enough to type against, long enough to cost nothing. */
export const INPUT_POLL_MS = 8;
