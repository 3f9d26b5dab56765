/** Who may import whom under `src/`: the table of docs/architecture.md as a function. */

/** Rooms that each room may import, besides itself, the shared files and the host's contracts. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  aws: [],
  config: [],
  prompts: [],
  dbus: [],
  vault: ["dbus"],
  sessions: ["vault", "dbus"],
  locking: ["vault", "dbus"],
  credentials: ["config", "aws", "vault", "sessions", "prompts"],
  imports: ["config", "vault"],
  servers: [],
  exec: [],
  cli: [
    "aws",
    "config",
    "prompts",
    "dbus",
    "vault",
    "sessions",
    "locking",
    "credentials",
    "imports",
    "servers",
    "exec",
  ],
  host: [],
};

/** Importable from every room. */
const SHARED = ["errors.ts", "secret.ts", "log.ts"];
const CONTRACTS = "host/host.ts";

/** Rooms that may use the credentials value, as a type. */
const USES_CREDENTIALS_TYPE = ["vault", "sessions", "servers", "exec"];

/**
 * Why the file `from` may not import `to`; `null` when it may. Both are paths below `src/`, with slashes.
 * `typeOnly` says that nothing of it is left at run time.
 */
export function importRefusal(from: string, to: string, typeOnly: boolean): string | null {
  if (to.startsWith("../")) return "src/ imports nothing from outside src/";
  const source = roomOf(from);
  const target = roomOf(to);
  if (isStart(to)) return `${to} starts the program; nothing imports it`;
  if (SHARED.includes(to)) return null;
  if (SHARED.includes(from)) return `${from} is shared by all rooms and imports only other shared files`;
  if (to === CONTRACTS) return null;
  if (source !== null && source === target) return null;
  if (isStart(from) || from === "app.ts") return null;
  if (target === "host") return `only app.ts and the program's start know what is behind ${CONTRACTS}`;
  if (source === null) return null;
  if (to === "aws/credentials.ts" && USES_CREDENTIALS_TYPE.includes(source)) {
    return typeOnly ? null : `${source}/ may import aws/credentials.ts as a type only`;
  }
  if (target === null) return `${source}/ may not import ${to}, which puts rooms together`;
  const allowed = ROOMS[source];
  if (allowed === undefined) return `${source}/ is not in the table of rooms; add it with what it may import`;
  return allowed.includes(target)
    ? null
    : `${source}/ may not import ${target}/; declare the function type it needs`;
}

/** `main.ts`, `main_bun.ts`: the edge of the process. */
export function isStart(path: string): boolean {
  return /^main[a-z_]*\.ts$/.test(path);
}

export function roomOf(path: string): string | null {
  const slash = path.indexOf("/");
  return slash < 0 ? null : path.slice(0, slash);
}
