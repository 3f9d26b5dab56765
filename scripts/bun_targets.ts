/** The platforms that `aws-vault` is built for with Bun, and where the runtime of each comes from. */
import type { PinnedPackage } from "./npm_package.ts";

/** The one Bun that builds and is built in. `bun_runtime_names.ts` is counted on exactly this version. */
export const BUN_VERSION = "1.4.5";

/** The x64 runtimes ask for SSE4.2 and no more: Bun's package called `-baseline` holds the same bytes since 1.4.5. */
export type BunTarget =
  | "linux-x64"
  | "linux-arm64"
  | "linux-x64-musl"
  | "linux-arm64-musl"
  | "darwin-x64"
  | "darwin-arm64"
  | "windows-x64"
  | "windows-arm64";

export interface BunPlatform {
  readonly runtime: PinnedPackage;
  /** Path of the executable inside the runtime's package. */
  readonly executable: string;
}

export const bunPlatforms: Readonly<Record<BunTarget, BunPlatform>> = {
  "linux-x64": platform(
    "linux-x64",
    "sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==",
  ),
  "linux-arm64": platform(
    "linux-aarch64",
    "sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==",
  ),
  "linux-x64-musl": platform(
    "linux-x64-musl",
    "sha512-10QoW/YfTgnURaGEaHpJCiXjLI2e5iTtfVDaA5JKcyUzaa1cq6cVUY9/Uq5XkYzvtRjHLRe9Oj/lTDIQcxy8HQ==",
  ),
  "linux-arm64-musl": platform(
    "linux-aarch64-musl",
    "sha512-XCNc+WvvMAdNNb+OWTogpy+N9wm62fkVeEVLb6how0RZhW5LPi6c7BlkeVCuWps7XjEl2saFpHFa20/1E+PAHg==",
  ),
  "darwin-x64": platform(
    "darwin-x64",
    "sha512-qkLPMGHZM9NI6CeHTWwVezzmlo6cC4Ta7yUAjYIWXS366qQcOlcp75t2uZyiuVRBMPS0h9qE0tCcvCHGaFqjJg==",
  ),
  "darwin-arm64": platform(
    "darwin-aarch64",
    "sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==",
  ),
  "windows-x64": platform(
    "windows-x64",
    "sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==",
  ),
  "windows-arm64": platform(
    "windows-aarch64",
    "sha512-MiPFZnBNDnBXgr1oONc5pizC4fOLjnIOfNkYdFEnWzLmoFTg86naZIG3SvS7d/GglpQSAnCKMAzSjI/TAckiRw==",
  ),
};

/** The target this machine runs; throws where there is none. */
export function hostBunTarget(): BunTarget {
  const arch = Deno.build.arch === "x86_64" ? "x64" : "arm64";
  const target = `${Deno.build.os}-${arch}`;
  if (!isBunTarget(target)) throw new Error(`there is no Bun build for ${target}`);
  return target;
}

export function isBunTarget(name: string): name is BunTarget {
  return Object.hasOwn(bunPlatforms, name);
}

function platform(name: string, integrity: string): BunPlatform {
  return {
    runtime: { name: `@oven/bun-${name}`, version: BUN_VERSION, integrity },
    executable: name.startsWith("windows") ? "bin/bun.exe" : "bin/bun",
  };
}
