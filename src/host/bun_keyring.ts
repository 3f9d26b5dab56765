/**
 * The keyring addon under Bun. Each `require` names one platform's package outright, never the stock loader: that one
 * loads whatever NAPI_RS_NATIVE_LIBRARY_PATH says and may run `ldd`. `bun build --target` puts constants in place of
 * `process.platform` and `process.arch`, and `--define process.env.AWS_VAULT_LIBC='"musl"'` (or `"gnu"`) in place of the
 * C library, so that a build embeds the one addon it can use and needs only that package installed.
 */
// deno-lint-ignore-file no-process-global
import type { KeyringAddon } from "./host.ts";
import { keyringPackage } from "./keyring_package.ts";
import { noKeyring } from "./native_library.ts";

declare const process: {
  readonly platform: string;
  readonly arch: string;
  readonly env: { readonly AWS_VAULT_LIBC?: string };
};
declare const require: (name: string) => unknown;

export function bunKeyring(): KeyringAddon {
  try {
    return requireAddon() as KeyringAddon;
  } catch (failure) {
    throw noKeyring(
      keyringPackage(process.platform, process.arch, process.env.AWS_VAULT_LIBC ?? null),
      failure,
    );
  }
}

function requireAddon(): unknown {
  if (process.platform === "linux" && process.arch === "x64" && process.env.AWS_VAULT_LIBC === "musl") {
    return require("@napi-rs/keyring-linux-x64-musl");
  }
  if (process.platform === "linux" && process.arch === "x64" && process.env.AWS_VAULT_LIBC !== "musl") {
    return require("@napi-rs/keyring-linux-x64-gnu");
  }
  if (process.platform === "linux" && process.arch === "arm64" && process.env.AWS_VAULT_LIBC === "musl") {
    return require("@napi-rs/keyring-linux-arm64-musl");
  }
  if (process.platform === "linux" && process.arch === "arm64" && process.env.AWS_VAULT_LIBC !== "musl") {
    return require("@napi-rs/keyring-linux-arm64-gnu");
  }
  if (process.platform === "darwin" && process.arch === "x64") return require("@napi-rs/keyring-darwin-x64");
  if (process.platform === "darwin" && process.arch === "arm64") {
    return require("@napi-rs/keyring-darwin-arm64");
  }
  if (process.platform === "win32" && process.arch === "x64") {
    return require("@napi-rs/keyring-win32-x64-msvc");
  }
  if (process.platform === "win32" && process.arch === "arm64") {
    return require("@napi-rs/keyring-win32-arm64-msvc");
  }
  throw new TypeError("no keyring addon is built for this platform");
}
