/** Programs that are run in turn, so that whatever else the machine does meets all of them alike. */
import type { Command } from "./timed_process.ts";

const WARM_UP_ROUNDS = 3;

export interface Contestant {
  readonly name: string;
  readonly command: Command;
  /** Not timed. */
  readonly before?: () => void;
}

/** One value per round. */
export interface Times {
  readonly wallMs: number[];
  readonly cpuMs: number[];
}

/** In the order of the contestants. Throws when one of them fails; `group` is for that message. */
export function race(group: string, contestants: readonly Contestant[], rounds: number): Times[] {
  const times = contestants.map((): Times => ({ wallMs: [], cpuMs: [] }));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    contestants.forEach(({ name, command, before }, i) => {
      before?.();
      const { wallMs, cpuMs, exitCode } = command.run();
      if (exitCode !== 0) throw new Error(`${name} failed while it was measured: ${group}`);
      if (round < 0) return;
      times[i]!.wallMs.push(wallMs);
      times[i]!.cpuMs.push(cpuMs);
    });
  }
  return times;
}
