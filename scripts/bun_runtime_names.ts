/**
 * Environment variables that the Bun runtime looks at before, or behind the back of, our own program, and how often each
 * name stands in the runtime of one version. `harden_bun_binary.ts` takes them away; docs/decisions/0003-runtime-variables.md
 * says what each would do, and which variables are left alone on purpose.
 */
import type { BunTarget } from "./bun_targets.ts";

export interface RuntimeName {
  readonly name: string;
  readonly occurrences: Readonly<Record<BunTarget, number>>;
}

/** Bun's own prefix. All of its variables go at once, known and unknown: what follows must look like a name. */
export const BUN_PREFIX: RuntimeName = row("BUN_", 192, 192, 191, 191, 194, 194, 175, 175);

/**
 * Words that begin like a variable and are none: symbols of the C header for `bun:ffi`, message keys between workers,
 * the plug-in symbol, a bundler option.
 */
export const NOT_VARIABLES: readonly string[] = ["BUN_FFI_", "BUN_WORKER_", "BUN_PLUGIN_NAME", "BUN_PUBLIC_"];

/** Every occurrence of these goes, in longer names too (`NODE_DEBUG` takes `NODE_DEBUG_NATIVE` along). */
export const RUNTIME_NAMES: readonly RuntimeName[] = [
  // Trust: switch verification off, add or replace trust anchors.
  row("NODE_TLS_REJECT_UNAUTHORIZED", 7, 7, 7, 7, 7, 7, 7, 7),
  row("NODE_EXTRA_CA_CERTS", 3, 3, 3, 3, 3, 3, 3, 3),
  row("NODE_USE_SYSTEM_CA", 2, 2, 2, 2, 2, 2, 3, 3),
  row("SSL_CERT_FILE", 1, 1, 1, 1, 1, 1, 2, 2),
  row("SSL_CERT_DIR", 1, 1, 1, 1, 1, 1, 1, 1),
  row("OPENSSL_CONF", 1, 1, 1, 1, 1, 1, 1, 1),
  row("OPENSSL_ia32cap", 1, 0, 1, 0, 1, 0, 1, 0),
  row("LSQUIC_LOG_SECRETS", 1, 1, 1, 1, 1, 1, 1, 1),
  // Route: send requests through a proxy that our own rules did not choose.
  row("NODE_USE_ENV_PROXY", 1, 1, 1, 1, 1, 1, 1, 1),
  row("HTTP_PROXY", 4, 4, 4, 4, 5, 5, 4, 4),
  row("http_proxy", 4, 4, 4, 4, 5, 5, 4, 4),
  row("HTTPS_PROXY", 5, 5, 5, 5, 6, 6, 5, 5),
  row("https_proxy", 4, 4, 4, 4, 5, 5, 4, 4),
  row("ALL_PROXY", 2, 2, 2, 2, 3, 3, 2, 2),
  row("all_proxy", 2, 2, 2, 2, 3, 3, 2, 2),
  row("NO_PROXY", 4, 4, 4, 4, 5, 5, 4, 4),
  row("no_proxy", 3, 3, 3, 3, 4, 4, 3, 3),
  // Channels: talk to a parent, behave as a worker or a test child.
  row("NODE_CHANNEL_FD", 5, 5, 5, 5, 6, 6, 5, 5),
  row("NODE_CHANNEL_SERIALIZATION_MODE", 4, 4, 4, 4, 5, 5, 4, 4),
  row("NODE_UNIQUE_ID", 7, 7, 7, 7, 7, 7, 7, 7),
  row("NODE_TEST_CONTEXT", 2, 2, 2, 2, 2, 2, 2, 2),
  // Files and code: look for modules, write caches, logs and profiles, compile with other headers.
  row("NODE_PATH", 4, 4, 4, 4, 4, 4, 4, 4),
  row("NODE_PRESERVE_SYMLINKS", 2, 2, 2, 2, 2, 2, 2, 2),
  row("NODE_REPL_EXTERNAL_MODULE", 1, 1, 1, 1, 1, 1, 1, 1),
  row("NODE_COMPILE_CACHE", 3, 3, 3, 3, 3, 3, 3, 3),
  row("NODE_V8_COVERAGE", 1, 1, 1, 1, 1, 1, 1, 1),
  row("NODE_REDIRECT_WARNINGS", 1, 1, 1, 1, 1, 1, 1, 1),
  row("JSC_PROFILER_PATH", 1, 1, 1, 1, 1, 1, 1, 1),
  row("MallocLogFile", 1, 1, 1, 1, 1, 1, 1, 1),
  row("C_INCLUDE_PATH", 1, 1, 1, 1, 1, 1, 0, 0),
  row("LIBRARY_PATH", 1, 1, 1, 1, 1, 1, 0, 0),
  // Noise and behaviour: print on our stderr, change signals, threads or the interpreter, end the process.
  row("NODE_DEBUG", 9, 9, 9, 9, 9, 9, 9, 9),
  row("NODE_PENDING_DEPRECATION", 1, 1, 1, 1, 1, 1, 1, 1),
  row("NODE_NO_WARNINGS", 2, 2, 2, 2, 2, 2, 2, 2),
  row("JSC_SIGNAL_FOR_GC", 2, 2, 2, 2, 1, 1, 0, 0),
  row("JavaScriptCoreUseJIT", 1, 1, 1, 1, 1, 1, 1, 1),
  row("SIMDUTF_FORCE_IMPLEMENTATION", 2, 0, 2, 0, 2, 2, 2, 2),
  row("UV_THREADPOOL_SIZE", 1, 1, 1, 1, 1, 1, 2, 2),
];

/** How often in each target's runtime, in the order of `BunTarget`. */
function row(
  name: string,
  linuxX64: number,
  linuxArm64: number,
  linuxX64Musl: number,
  linuxArm64Musl: number,
  darwinX64: number,
  darwinArm64: number,
  windowsX64: number,
  windowsArm64: number,
): RuntimeName {
  return {
    name,
    occurrences: {
      "linux-x64": linuxX64,
      "linux-arm64": linuxArm64,
      "linux-x64-musl": linuxX64Musl,
      "linux-arm64-musl": linuxArm64Musl,
      "darwin-x64": darwinX64,
      "darwin-arm64": darwinArm64,
      "windows-x64": windowsX64,
      "windows-arm64": windowsArm64,
    },
  };
}
