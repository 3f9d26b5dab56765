/**
 * What both the cached answer and the full program build from the host: the user's config, the session cache, the kernel's memory of its key.
 * Kept small, because every cached answer loads it.
 */
import { configFilePath, homeDirectory, loadIniFile, trimSeparators } from "./config/aws_files.ts";
import { envDuration } from "./config/env_value.ts";
import type { EnvLookup } from "./config/env_vars.ts";
import { SectionReader } from "./config/ini_sections.ts";
import type { SettingsSources } from "./config/settings.ts";
import { AppError } from "./errors.ts";
import type { Host } from "./host/host.ts";
import type { ShortTermMemory } from "./sessions/cache_key.ts";
import { SDK_REFRESH_WINDOW_MS } from "./sessions/freshness.ts";
import { SessionCache, type SessionCacheDeps } from "./sessions/session_cache.ts";
import { sessionFolder } from "./sessions/session_folder.ts";
import { KernelKeyring } from "./vault/kernel_keyring.ts";
import type { BackendName } from "./vault/secret_store.ts";

/** aws-vault's expiry window, when `AWS_MIN_TTL` names no other. */
const DEFAULT_MIN_TTL_SECONDS = 300;
/** How long the kernel keeps the cache key, when `AWS_VAULT_LOCK_AFTER` says nothing else. */
const DEFAULT_LOCK_AFTER_SECONDS = 8 * 3600;

export function envLookup(host: Pick<Host, "env">): EnvLookup {
  return (name) => host.env.get(name);
}

/** Throws `home-unknown`, and what reading the file throws. */
export function settingsSources(host: Host): SettingsSources {
  const env = envLookup(host);
  const path = configFilePath({ env, os: host.os, userDatabaseHome: () => host.userDatabaseHome() });
  return { env, config: new SectionReader(loadIniFile(host.files, path, "config")), credentials: null };
}

/** The user's home; `null` when nothing names one. */
export function userHome(host: Host): string | null {
  try {
    return homeDirectory({
      env: envLookup(host),
      os: host.os,
      userDatabaseHome: () => host.userDatabaseHome(),
    });
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** The path with a leading `~` replaced by the home directory. Throws `home-unknown` when it takes one and there is none. */
export function expandHome(path: string, host: Host): string {
  const isHome = path === "~" || path.startsWith("~/") || (host.os === "windows" && path.startsWith("~\\"));
  if (!isHome) return path;
  const home = userHome(host);
  if (home === null) throw new AppError("home-unknown", "config", `no home directory is known for ${path}`);
  return home + path.slice(1);
}

/** The folder of cached sessions. Throws `home-unknown` when there is no place for it. */
export function cacheFolder(host: Host): string {
  const folder = sessionFolder(host.os, (name) => host.env.get(name), userHome(host));
  if (folder !== null) return folder;
  throw new AppError("home-unknown", "config", "no home directory is known to keep sessions in", {
    hints: ["set HOME, or name a folder: AWS_VAULT_CACHE_DIR"],
  });
}

/** The cache in its folder. The other parts say what may be done to it: a hit writes nothing, not even a warning. */
export function openSessionCache(
  host: Host,
  folder: string,
  parts: Pick<SessionCacheDeps, "replaceFile" | "damaged" | "warn">,
): SessionCache {
  return new SessionCache({
    folder,
    files: host.files,
    now: () => host.clock.now(),
    randomBytes: (length) => host.random.bytes(length),
    ...parts,
  });
}

/** The kernel keyring where there is one; `null` elsewhere. */
export async function kernelMemory(host: Host): Promise<ShortTermMemory | null> {
  if (host.os !== "linux") return null;
  return new KernelKeyring(await host.native(), host.arch);
}

/** Throws `env-value-invalid`. 0: the kernel is not to keep it. */
export function lockAfterSeconds(env: EnvLookup): number {
  return envDuration(env, "AWS_VAULT_LOCK_AFTER") ?? DEFAULT_LOCK_AFTER_SECONDS;
}

/** The least time that credentials must have left, in milliseconds. Throws `env-value-invalid`. */
export function expiryWindows(
  env: EnvLookup,
  answerFor: "sdk" | "person",
): { answer: number; signing: number } {
  const least = (envDuration(env, "AWS_MIN_TTL") ?? DEFAULT_MIN_TTL_SECONDS) * 1000;
  return { answer: answerFor === "sdk" ? Math.max(least, SDK_REFRESH_WINDOW_MS) : least, signing: least };
}

/** The flags that say which of several stores of a kind is meant. */
export interface StoreOptions {
  readonly fileDir: string;
  readonly keychain: string;
  readonly secretServiceCollection: string;
  readonly passDir: string | null;
  readonly passPrefix: string | null;
  readonly opVaultId: string | null;
  readonly opItemTitlePrefix: string;
  readonly opItemTag: string;
  readonly opConnectHost: string | null;
  readonly opDesktopAccountId: string | null;
}

/** The variables that pass and passage read themselves, and their folders below the home. */
const PASSWORD_STORES = {
  pass: ["PASSWORD_STORE_DIR", "~/.password-store"],
  passage: ["PASSAGE_DIR", "~/.passage/store"],
} as const;

/** The folder of the password store. Throws `home-unknown`. */
export function passwordStore(
  flavor: keyof typeof PASSWORD_STORES,
  passDir: string | null,
  host: Host,
): string {
  const [variable, folder] = PASSWORD_STORES[flavor];
  return trimSeparators(expandHome(passDir || host.env.get(variable) || folder, host));
}

/** The 1Password vault, and the server or account that has it; 1Password's own variables stand in for absent flags. `null`: not named. */
export function opPlace(options: StoreOptions, host: Pick<Host, "env">) {
  return {
    vault: options.opVaultId || host.env.get("OP_VAULT_ID") || null,
    connectHost: options.opConnectHost || host.env.get("OP_CONNECT_HOST") || null,
    account: options.opDesktopAccountId || host.env.get("OP_DESKTOP_ACCOUNT_ID") || null,
  };
}

/** Names a store in cache keys: two stores of the same kind in different places are different. */
export function storeIdentity(
  backend: BackendName,
  options: StoreOptions,
  host: Host,
): string {
  switch (backend) {
    case "file":
      return `file:${trimSeparators(expandHome(options.fileDir, host))}`;
    case "keychain":
      return `keychain:${options.keychain}`;
    case "secret-service":
      return `secret-service:${options.secretServiceCollection}`;
    case "pass":
    case "passage":
      return `${backend}:${passwordStore(backend, options.passDir, host)}:${options.passPrefix ?? ""}`;
    case "op":
    case "op-connect":
    case "op-desktop": {
      const { vault, connectHost, account } = opPlace(options, host);
      const where = backend === "op-connect" ? connectHost : backend === "op-desktop" ? account : "";
      return `${backend}:${JSON.stringify([where, vault, options.opItemTitlePrefix, options.opItemTag])}`;
    }
    default:
      return backend;
  }
}
