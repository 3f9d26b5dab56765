import type { OperatingSystem } from "../host/host.ts";

/**
 * Where cached sessions live: `AWS_VAULT_CACHE_DIR` when set, else the system's place for state that may be lost
 * (XDG Base Directory Specification on Linux and the BSDs, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows).
 * `null` when no home is known: then nothing is cached.
 */
export function sessionFolder(
  os: OperatingSystem,
  env: (name: string) => string | undefined,
  home: string | null,
): string | null {
  const chosen = env("AWS_VAULT_CACHE_DIR");
  if (chosen) return chosen;
  if (os === "windows") {
    const local = env("LOCALAPPDATA");
    return local
      ? `${local}\\aws-vault\\sessions`
      : home === null
      ? null
      : `${home}\\AppData\\Local\\aws-vault\\sessions`;
  }
  if (os === "darwin") return home === null ? null : `${home}/Library/Caches/aws-vault/sessions`;
  // The specification says that a relative path in an XDG variable is to be ignored.
  const state = env("XDG_STATE_HOME");
  if (state?.startsWith("/")) return `${state}/aws-vault/sessions`;
  return home === null ? null : `${home}/.local/state/aws-vault/sessions`;
}
