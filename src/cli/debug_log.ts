/** The log behind `--debug`: lines to stderr, with the local date and time in front as aws-vault writes them. */
import { escapeControls } from "../errors.ts";
import type { Clock, OutputStream } from "../host/host.ts";
import type { Log } from "../log.ts";

export function createDebugLog(stderr: Pick<OutputStream, "write">, clock: Pick<Clock, "now">): Log {
  return {
    enabled: true,
    debug(line) {
      stderr.write(`${localTime(clock.now())} ${escapeControls(line())}\n`);
    },
  };
}

/** `YYYY/MM/DD HH:MM:SS`. */
function localTime(epochMilliseconds: number): string {
  const at = new Date(epochMilliseconds);
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join("/");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(":");
  return `${date} ${time}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
