/** The platforms that `aws-vault` is built for with Bun, and where the runtime and the keyring addon of each come from. */
import type { PinnedPackage } from "./npm_package.ts";

/** The one Bun that builds and is built in. `bun_runtime_names.ts` is counted on exactly this version. */
export const BUN_VERSION = "1.4.5";
const KEYRING_VERSION = "2.1.2";

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
  readonly keyring: PinnedPackage;
  /** File name of the addon inside its package. */
  readonly addon: string;
}

export const bunPlatforms: Readonly<Record<BunTarget, BunPlatform>> = {
  "linux-x64": platform(
    "linux-x64",
    "sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==",
    "linux-x64-gnu",
    "sha512-Fj5TmTnl2oriuCT5DDEYlhgxYes20uGfgOg10LK9PyPVsI8/PQ1m8I4rq/4A5hkrMtY7wvFb70YmX/yPHDYWvQ==",
  ),
  "linux-arm64": platform(
    "linux-aarch64",
    "sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==",
    "linux-arm64-gnu",
    "sha512-PM+SAcl/yGzgGbeeCsKrnlG4T5DBIDjmDqtKm5an1bJz0o0gwSzR3BMiXf04JenkcqascZpdcIReoEvLj0cvCw==",
  ),
  "linux-x64-musl": platform(
    "linux-x64-musl",
    "sha512-10QoW/YfTgnURaGEaHpJCiXjLI2e5iTtfVDaA5JKcyUzaa1cq6cVUY9/Uq5XkYzvtRjHLRe9Oj/lTDIQcxy8HQ==",
    "linux-x64-musl",
    "sha512-C+KhAeU6x2A43FV3dOmMvUraJb8zsC9VZfsunjZ1cgtuAb208TALaUuAY0jThOphXqhyhBJOs2xTCQhOrRkJIw==",
  ),
  "linux-arm64-musl": platform(
    "linux-aarch64-musl",
    "sha512-XCNc+WvvMAdNNb+OWTogpy+N9wm62fkVeEVLb6how0RZhW5LPi6c7BlkeVCuWps7XjEl2saFpHFa20/1E+PAHg==",
    "linux-arm64-musl",
    "sha512-+ERS9oyInPCALN957cViBDbYJc724/Q+rZ8ZAz4rOHj4B4v0VR4OAWThdYZgZqD54sZVV0MdyX24qva97hYoAQ==",
  ),
  "darwin-x64": platform(
    "darwin-x64",
    "sha512-qkLPMGHZM9NI6CeHTWwVezzmlo6cC4Ta7yUAjYIWXS366qQcOlcp75t2uZyiuVRBMPS0h9qE0tCcvCHGaFqjJg==",
    "darwin-x64",
    "sha512-wQihYroaQ3r++R6u5c9Gj0TCw1l1F53LCb5aLOXfVvT4DsnDnpe7p7VGYo4/33bLe0iqVevtAj+ET3yKCtOlJQ==",
  ),
  "darwin-arm64": platform(
    "darwin-aarch64",
    "sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==",
    "darwin-arm64",
    "sha512-vsInUWUzWS6/WzR/TFNwmdtmwKWjnnR8TOpvZ/pjjxDAkJB/waz37PWzp2b8AFcw1aCcq2aQ7k2vvbLQy8pTrw==",
  ),
  "windows-x64": platform(
    "windows-x64",
    "sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==",
    "win32-x64-msvc",
    "sha512-yQtFdfuwqM0ezKlYO6r2n44in2LGzd4MC679Ddhvojip3t1hn+q/4I+gJU+cIJQVd5FAZSKNrK4tGfew3UTpAQ==",
  ),
  "windows-arm64": platform(
    "windows-aarch64",
    "sha512-MiPFZnBNDnBXgr1oONc5pizC4fOLjnIOfNkYdFEnWzLmoFTg86naZIG3SvS7d/GglpQSAnCKMAzSjI/TAckiRw==",
    "win32-arm64-msvc",
    "sha512-kBq80ZZfjXoa5wHG9kgAVhYYjaPOLgHh5ngt7r1ftwFXPXDPXKH7oM2r2j2Q64cs0pVtmodVtn5Q9e6xCwzQUQ==",
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

function platform(bun: string, bunIntegrity: string, keyring: string, keyringIntegrity: string): BunPlatform {
  return {
    runtime: { name: `@oven/bun-${bun}`, version: BUN_VERSION, integrity: bunIntegrity },
    executable: bun.startsWith("windows") ? "bin/bun.exe" : "bin/bun",
    keyring: { name: `@napi-rs/keyring-${keyring}`, version: KEYRING_VERSION, integrity: keyringIntegrity },
    addon: `keyring.${keyring}.node`,
  };
}
