/**
 * The device of the controlling terminal, such as `/dev/pts/3`: what GPG_TTY has to say, because an agent in another session can't use
 * `/dev/tty`. The standard streams may be redirected, so the kernel is asked.
 */
import { AppError } from "../errors.ts";
import type { Environment, Files, OperatingSystem, Processes } from "./host.ts";

export interface TerminalNameParts {
  readonly os: OperatingSystem;
  readonly pid: number;
  readonly files: Pick<Files, "readText" | "exists">;
  readonly env: Pick<Environment, "get">;
  processes(): Promise<Processes>;
}

/** Device numbers of Linux: https://www.kernel.org/doc/Documentation/admin-guide/devices.txt */
const MAJOR = { console: 4, firstPseudo: 136, lastPseudo: 143 };
const FIRST_SERIAL_MINOR = 64;

/** `null` without a terminal, or where its name is not known. */
export async function terminalName(parts: TerminalNameParts): Promise<string | null> {
  if (parts.os === "windows") return null;
  const stat = parts.os === "linux" ? ownStat(parts.files) : null;
  const name = stat === null ? await terminalByPs(parts) : linuxTerminal(stat);
  return name !== null && parts.files.exists(name) ? name : null;
}

/** `null` where it can't be read: Deno lets nobody into /proc who may not do everything. */
function ownStat(files: TerminalNameParts["files"]): string | null {
  try {
    return files.readText("/proc/self/stat");
  } catch (failure) {
    if (failure instanceof AppError) return null;
    throw failure;
  }
}

/** From the text of /proc/[pid]/stat, proc(5): field 7 is the device, and field 2, in brackets, may hold anything. */
export function linuxTerminal(stat: string): string | null {
  const device = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[4]);
  if (!Number.isInteger(device) || device === 0) return null;
  const major = device >> 8 & 0xfff;
  const minor = device & 0xff | device >> 12 & 0xfff00;
  if (major >= MAJOR.firstPseudo && major <= MAJOR.lastPseudo) {
    return `/dev/pts/${(major - MAJOR.firstPseudo) * 256 + minor}`;
  }
  if (major !== MAJOR.console) return null;
  return minor < FIRST_SERIAL_MINOR ? `/dev/tty${minor}` : `/dev/ttyS${minor - FIRST_SERIAL_MINOR}`;
}

async function terminalByPs({ pid, env, processes }: TerminalNameParts): Promise<string | null> {
  try {
    const { stdout } = await (await processes()).run({
      command: "/bin/ps",
      args: ["-o", "tty=", "-p", `${pid}`],
      env: { PATH: env.get("PATH") ?? "" },
      stdin: "null",
      stderr: "capture",
      timeoutMs: 2_000,
      maxOutputBytes: 1024,
    });
    const name = new TextDecoder().decode(stdout).trim();
    return /^[a-zA-Z0-9/]+$/.test(name) ? `/dev/${name}` : null;
  } catch (failure) {
    if (failure instanceof AppError) return null;
    throw failure;
  }
}
