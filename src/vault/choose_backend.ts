/**
 * Chooses the secret store: what the user asked for, else the one of the operating system. A pure function of a few facts,
 * so that the same machine always gives the same answer; a store that can't be opened later is an error, never a reason to try another.
 */
import { sessionBusSockets } from "../dbus/bus_address.ts";
import { AppError, escapeControls } from "../errors.ts";
import type { Host, OperatingSystem } from "../host/host.ts";
import type { BackendName } from "./secret_store.ts";

/** What the choice depends on, besides what the user says. */
export interface BackendFacts {
  readonly os: OperatingSystem;
  /** Linux: whether there is a session bus to talk to. */
  readonly sessionBus: boolean;
  /** Linux without one: whether DBUS_SESSION_BUS_ADDRESS names where it should be. */
  readonly busIsNamed?: boolean;
  /** Linux: whether that bus has a Secret Service or can start one. */
  readonly secretService: boolean;
  /** Linux: whether KWallet may be used there, if the bus has one. */
  readonly kwallet: boolean;
}

export interface BackendDecision {
  readonly backend: BackendName;
  /** For `--debug`. */
  readonly reason: string;
}

interface Backend {
  readonly name: BackendName;
  readonly systems: readonly OperatingSystem[];
  /** What to know before choosing it. */
  readonly caveat: string;
}

/** In the order in which errors list them: the system's own store first. */
const BACKENDS: readonly Backend[] = [
  { name: "wincred", systems: ["windows"], caveat: "Credential Manager; items of at most 2,560 bytes" },
  {
    name: "winhello",
    systems: ["windows"],
    caveat: "Credential Manager behind Windows Hello, which asks for each read of a key",
  },
  {
    name: "keychain",
    systems: ["darwin"],
    caveat: "aws-vault's keychain or the login keychain; macOS may ask before it hands out an item",
  },
  {
    name: "secret-service",
    systems: ["linux"],
    caveat: "needs a desktop session with gnome-keyring, KWallet or KeePassXC",
  },
  { name: "kwallet", systems: ["linux"], caveat: "needs a KDE session with KWallet" },
  { name: "keyctl", systems: ["linux"], caveat: "kernel keyring; forgets everything at reboot" },
  {
    name: "pass",
    systems: ["linux", "darwin", "freebsd"],
    caveat: "entries of the pass password store, encrypted by gpg",
  },
  {
    name: "passage",
    systems: ["linux", "darwin", "freebsd"],
    caveat: "entries of the passage password store, encrypted by age",
  },
  {
    name: "file",
    systems: ["linux", "darwin", "windows", "freebsd"],
    caveat: "encrypted files; asks for a passphrase",
  },
  {
    name: "op",
    systems: ["linux", "darwin", "windows", "freebsd"],
    caveat: "1Password through its CLI, with a service account's token",
  },
  {
    name: "op-desktop",
    systems: ["linux", "darwin", "windows"],
    caveat: "1Password through its CLI and the desktop app",
  },
  {
    name: "op-connect",
    systems: ["linux", "darwin", "windows", "freebsd"],
    caveat: "1Password through a Connect server",
  },
];

/**
 * `flag` is the value of `--backend`, `variable` that of `AWS_VAULT_BACKEND`; `null` and empty ones count as not given.
 * Throws `backend-unknown` or `backend-unavailable`, listing what there is here.
 */
export function chooseBackend(
  flag: string | null,
  variable: string | null,
  facts: BackendFacts,
): BackendDecision {
  if (flag) return { backend: requireBackend(flag, "--backend", facts), reason: "asked for by --backend" };
  if (variable) {
    return {
      backend: requireBackend(variable, "AWS_VAULT_BACKEND", facts),
      reason: "asked for by AWS_VAULT_BACKEND",
    };
  }
  switch (facts.os) {
    case "darwin":
      return { backend: "keychain", reason: "the store of macOS" };
    case "windows":
      return { backend: "wincred", reason: "the store of Windows" };
    case "linux":
      if (facts.secretService) {
        return { backend: "secret-service", reason: "the session bus has a Secret Service" };
      }
      return {
        backend: "file",
        reason: facts.sessionBus ? "the session bus has no Secret Service" : noBus(facts),
      };
    default:
      return { backend: "file", reason: "this system has no store of its own" };
  }
}

/** The names that can be chosen here. */
export function availableBackends(facts: BackendFacts): BackendName[] {
  return available(facts).map(({ name }) => name);
}

/** The value as a backend of this machine; `source` is where it comes from. Throws as {@link chooseBackend} does. */
export function requireBackend(value: string, source: string, facts: BackendFacts): BackendName {
  const here = available(facts);
  const found = here.find(({ name }) => name === value);
  if (found !== undefined) return found.name;
  const hints = ["available here:", ...here.map(({ name, caveat }) => `  ${name}: ${caveat}`)];
  const known = BACKENDS.find(({ name }) => name === value);
  if (known === undefined) {
    throw new AppError(
      "backend-unknown",
      "usage",
      `unknown backend "${escapeControls(value)}" in ${source}`,
      { hints },
    );
  }
  const reason = known.systems.includes(facts.os)
    ? (facts.sessionBus ? "DISABLE_KWALLET is set" : noBus(facts))
    : `this system (${facts.os}) has no such store`;
  throw new AppError(
    "backend-unavailable",
    "unavailable",
    `the backend ${value} is not available: ${reason}`,
    { hints },
  );
}

function noBus({ busIsNamed }: BackendFacts): string {
  return busIsNamed
    ? "there is no session bus where DBUS_SESSION_BUS_ADDRESS says"
    : "there is no session bus";
}

function available(facts: BackendFacts): readonly Backend[] {
  return BACKENDS.filter(({ name, systems }) =>
    systems.includes(facts.os) &&
    (name !== "secret-service" || facts.sessionBus) &&
    (name !== "kwallet" || facts.kwallet)
  );
}

const SERVICE_FILE = "dbus-1/services/org.freedesktop.secrets.service";

/**
 * Looks the facts up without starting anything. `askBus` is called only where a bus is there that could not start a Secret Service,
 * so that asking it starts none: it answers whether one is running.
 */
export async function gatherFacts(
  host: Pick<Host, "os" | "env" | "files" | "userId">,
  askBus: () => Promise<boolean>,
): Promise<BackendFacts> {
  const { os } = host;
  const none = { os, sessionBus: false, secretService: false, kwallet: false };
  if (os !== "linux") return none;
  if (!hasSessionBus(host)) {
    const address = host.env.get("DBUS_SESSION_BUS_ADDRESS") ?? "";
    return address !== "" && !address.startsWith("autolaunch:") ? { ...none, busIsNamed: true } : none;
  }
  const kwallet = host.env.get("DISABLE_KWALLET") !== "1";
  return { os, sessionBus: true, secretService: canStartSecretService(host) || await askBus(), kwallet };
}

/** Whether one of its sockets is there; an abstract one can't be seen without connecting. */
function hasSessionBus(host: Pick<Host, "env" | "files" | "userId">): boolean {
  return sessionBusSockets(host).some((path) => path.startsWith("\0") || host.files.exists(path));
}

/** The folders in which the bus looks for services that it may start. */
function canStartSecretService({ env, files }: Pick<Host, "env" | "files">): boolean {
  const home = env.get("HOME");
  const folders = [
    env.get("XDG_RUNTIME_DIR"),
    env.get("XDG_DATA_HOME") || (home ? `${home}/.local/share` : undefined),
    ...(env.get("XDG_DATA_DIRS") || "/usr/local/share").split(":"),
    "/usr/share",
  ];
  return folders.some((folder) => folder?.startsWith("/") && files.exists(`${folder}/${SERVICE_FILE}`));
}
