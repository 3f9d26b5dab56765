/**
 * What is inside the runtimes that the executables are built on, for the notices and the bill of materials. The table of Bun is
 * that of its own LICENSE.md (https://github.com/oven-sh/bun/blob/bun-v1.4.5/LICENSE.md), with the versions that this Bun says of itself
 * (`process.versions`); a test compares them.
 */
import { BUN_VERSION, type BunTarget } from "../bun_targets.ts";

export interface RuntimeComponent {
  readonly name: string;
  /** A version or a commit; `null` where the runtime does not say. */
  readonly version: string | null;
  /** SPDX expression; `null` where it is a collection, which the address tells. */
  readonly license: string | null;
  /** Where the source with its licence and copyright lines is. */
  readonly url: string;
}

/** The key of `process.versions` that has the version of a component. */
export const BUN_VERSION_KEYS: Readonly<Record<string, string>> = {
  "WebKit (JavaScriptCore)": "webkit",
  BoringSSL: "boringssl",
  "c-ares": "ares",
  ICU: "icu",
  libarchive: "libarchive",
  libdeflate: "libdeflate",
  llhttp: "llhttp",
  "lol-html": "lolhtml",
  "ls-hpack": "lshpack",
  mimalloc: "mimalloc",
  picohttpparser: "picohttpparser",
  SQLite: "sqlite",
  tinycc: "tinycc",
  uSockets: "usockets",
  uWebSockets: "uwebsockets",
  "zlib-ng": "zlib",
  zstd: "zstd",
};

const LIBRARIES: readonly RuntimeComponent[] = [
  row(
    "WebKit (JavaScriptCore)",
    "d6375c72affe0f70222cdcb45012b10f0bf3a9d5",
    "LGPL-2.0-or-later AND BSD-2-Clause",
    "https://github.com/oven-sh/WebKit",
  ),
  row(
    "BoringSSL",
    "fe703e9faa3bfd22b04eb192066856557b7e015c",
    null,
    "https://boringssl.googlesource.com/boringssl/+/refs/heads/main/LICENSE",
  ),
  row("brotli", null, "MIT", "https://github.com/google/brotli"),
  row("c-ares", "0b88066f79ac9745d6819899f1794df91b73c873", "MIT", "https://github.com/c-ares/c-ares"),
  row("esbuild (parts, ported)", null, "MIT", "https://github.com/evanw/esbuild"),
  row("highway", null, "Apache-2.0", "https://github.com/google/highway"),
  row("ICU", "78.3", "Unicode-3.0", "https://github.com/unicode-org/icu"),
  row(
    "libarchive",
    "27cbc7827172698143e440801fc0ba39ccb4f1f5",
    null,
    "https://github.com/libarchive/libarchive/blob/master/COPYING",
  ),
  row("libbase64", null, "BSD-2-Clause", "https://github.com/aklomp/base64"),
  row("libc++abi (part)", null, "Apache-2.0 WITH LLVM-exception", "https://github.com/llvm/llvm-project"),
  row(
    "libdeflate",
    "92e6a0db9fa848d742f9eb286c92afc60f2c3dda",
    "MIT",
    "https://github.com/ebiggers/libdeflate",
  ),
  row(
    "libjpeg-turbo",
    null,
    "BSD-3-Clause AND IJG AND Zlib",
    "https://github.com/libjpeg-turbo/libjpeg-turbo",
  ),
  row("libspng", null, "BSD-2-Clause", "https://github.com/randy408/libspng"),
  row("libwebp", null, "BSD-3-Clause", "https://github.com/webmproject/libwebp"),
  row("llhttp", "9.4.4", "MIT", "https://github.com/nodejs/llhttp"),
  row(
    "lol-html",
    "725ce499aa9b71e38b7a2d0a9fbb6d7294a4079e",
    "BSD-3-Clause",
    "https://github.com/cloudflare/lol-html",
  ),
  row(
    "ls-hpack",
    "cf0f70dd10b352194c97448eb5d00b4aa484f531",
    "MIT",
    "https://github.com/litespeedtech/ls-hpack",
  ),
  row("ls-qpack", null, "MIT", "https://github.com/litespeedtech/ls-qpack"),
  row("lsquic", null, "MIT AND BSD-3-Clause", "https://github.com/litespeedtech/lsquic"),
  row("mimalloc", "92ef6587c57b262f6e6abf513f7776a2f8d12aeb", "MIT", "https://github.com/microsoft/mimalloc"),
  row(
    "picohttpparser",
    "f4d94b48b31e0abae029ebeafcfd9ca0680ede58",
    "MIT",
    "https://github.com/h2o/picohttpparser",
  ),
  row("simdutf", null, "Apache-2.0", "https://github.com/simdutf/simdutf"),
  row("SQLite", "3.54.1", "blessing", "https://sqlite.org/copyright.html"),
  row("TigerBeetle (parts)", null, "Apache-2.0", "https://github.com/tigerbeetle/tigerbeetle"),
  row(
    "tinycc",
    "05f0fafaa3be31e31d7b4b5c17dc60f62c991171",
    "LGPL-2.1-or-later",
    "https://github.com/tinycc/tinycc",
  ),
  row(
    "uSockets",
    "a7733435cf40429e3b35c36072769df2052b80f1",
    "Apache-2.0",
    "https://github.com/uNetworking/uSockets",
  ),
  row("uucode", null, "MIT", "https://github.com/jacobsandlund/uucode"),
  row(
    "uWebSockets",
    "a7733435cf40429e3b35c36072769df2052b80f1",
    "Apache-2.0",
    "https://github.com/jarred-sumner/uwebsockets",
  ),
  row("zlib-ng", "12731092979c6d07f42da27da673a9f6c7b13586", "Zlib", "https://github.com/zlib-ng/zlib-ng"),
  row("zstd", "f8745da6ff1ad1e7bab384bd1f9d742439278e99", "BSD-3-Clause", "https://github.com/facebook/zstd"),
];

const WINDOWS_LIBRARIES: readonly RuntimeComponent[] = [
  row("libuv", null, "MIT", "https://github.com/libuv/libuv"),
];

/** npm packages that Bun carries for programs that import them. Ours does not; they are in the file all the same. */
const POLYFILLS: readonly RuntimeComponent[] = [
  "acorn",
  "acorn-walk",
  "assert",
  "browserify-zlib",
  "buffer",
  "constants-browserify",
  "crypto-browserify",
  "domain-browser",
  "events",
  "https-browserify",
  "os-browserify",
  "path-browserify",
  "process",
  "punycode",
  "querystring-es3",
  "stream-browserify",
  "stream-http",
  "string_decoder",
  "timers-browserify",
  "tty-browserify",
  "url",
  "util",
  "vm-browserify",
].map((name) => row(name, null, "MIT", `https://www.npmjs.com/package/${name}`));

/** Bun itself first, then what it links for that target. */
export function bunComponents(target: BunTarget): readonly RuntimeComponent[] {
  return [
    row("Bun", BUN_VERSION, "MIT", `https://github.com/oven-sh/bun/blob/bun-v${BUN_VERSION}/LICENSE.md`),
    ...LIBRARIES,
    ...(target.startsWith("windows-") ? WINDOWS_LIBRARIES : []),
    ...POLYFILLS,
  ];
}

/** Deno links some hundred Rust crates besides; its lock file is their list, and the last row's address. */
export function denoComponents(version: string): readonly RuntimeComponent[] {
  return [
    row("Deno", version, "MIT", `https://github.com/denoland/deno/blob/v${version}/LICENSE.md`),
    row("V8", null, "BSD-3-Clause", "https://chromium.googlesource.com/v8/v8/+/refs/heads/main/LICENSE"),
    row("rusty_v8", null, "MIT", "https://github.com/denoland/rusty_v8"),
    row("ICU", null, "Unicode-3.0", "https://github.com/unicode-org/icu"),
    row("Rust crates", null, null, `https://github.com/denoland/deno/blob/v${version}/Cargo.lock`),
  ];
}

function row(name: string, version: string | null, license: string | null, url: string): RuntimeComponent {
  return { name, version, license, url };
}
