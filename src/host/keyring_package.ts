/** The npm package that holds the keyring addon for one platform. */

/** `os` and `arch` as Deno or Node name them; `libc` is `musl`, or anything else for the system's usual one. */
export function keyringPackage(os: string, arch: string, libc: string | null): string {
  const cpu = arch === "x86_64" ? "x64" : arch === "aarch64" ? "arm64" : arch;
  const platform = os === "windows" || os === "win32"
    ? `win32-${cpu}-msvc`
    : os === "linux"
    ? `linux-${cpu}-${libc === "musl" ? "musl" : "gnu"}`
    : `${os}-${cpu}`;
  return `@napi-rs/keyring-${platform}`;
}
