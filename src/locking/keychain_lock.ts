/**
 * The lock of a macOS keychain, by `security`, the system's own tool for it. Showing or changing the times of a locked keychain unlocks it,
 * so macOS may ask for its password then; locking never asks.
 */
import { AppError, escapeControls } from "../errors.ts";
import type { ChildResult, Environment, Processes } from "../host/host.ts";
import type { LockTimes, TimedStoreLock } from "./store_lock.ts";

const SECURITY = "/usr/bin/security";
/** Long enough to type a password into the system's dialog. */
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

/** Exit codes of `security` are the low byte of Security framework's status (SecBase.h). */
const EXIT = {
  /** errSecNoSuchKeychain, -25294 */
  noSuchKeychain: 50,
  /** errSecAuthFailed, -25293 */
  authFailed: 51,
  /** errSecInteractionNotAllowed, -25308 */
  noInteraction: 36,
  /** errSecUserCanceled, -128 */
  cancelled: 128,
} as const;

export interface KeychainLockDeps {
  readonly env: Pick<Environment, "get">;
  readonly processes: () => Promise<Pick<Processes, "run">>;
}

export class KeychainLock implements TimedStoreLock {
  readonly name: string;
  readonly #path: readonly string[];
  readonly #deps: KeychainLockDeps;

  /** `path` of the keychain's file; `null` for the user's default one, which is the login keychain. */
  constructor(path: string | null, deps: KeychainLockDeps) {
    this.name = path === null
      ? "login keychain"
      : `keychain ${path.replace(/^.*\//, "").replace(/\.keychain(-db)?$/, "")}`;
    this.#path = path === null ? [] : [path];
    this.#deps = deps;
  }

  async lock(): Promise<string> {
    await this.#security("lock-keychain");
    return this.name;
  }

  async times(): Promise<LockTimes> {
    const { stdout, stderr } = await this.#security("show-keychain-info");
    const decoder = new TextDecoder();
    const times = parseKeychainInfo(decoder.decode(stderr) + decoder.decode(stdout));
    if (times !== null) return times;
    throw new AppError("lock-failed", "child", "security show-keychain-info said nothing that is understood");
  }

  async setTimes(times: LockTimes): Promise<void> {
    await this.#security("set-keychain-settings", ...keychainSettingsArguments(times));
  }

  async #security(...args: readonly string[]): Promise<ChildResult> {
    const home = this.#deps.env.get("HOME");
    const result = await (await this.#deps.processes()).run({
      command: SECURITY,
      args: [...args, ...this.#path],
      env: home === undefined ? {} : { HOME: home },
      stdin: "null",
      stderr: "capture",
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
    });
    if (result.exitCode === 0) return result;
    throw this.#failure(args[0]!, result);
  }

  #failure(command: string, { exitCode, signal, stderr }: ChildResult): AppError {
    switch (exitCode) {
      case EXIT.noSuchKeychain:
        return new AppError("lock-failed", "unavailable", `there is no ${this.name}`, {
          hints: ["choose another with --keychain, or store a key first"],
        });
      case EXIT.authFailed:
        return new AppError("lock-failed", "denied", `the password of the ${this.name} was wrong`);
      case EXIT.cancelled:
        return new AppError("lock-failed", "cancelled", `the ${this.name} was not unlocked`);
      case EXIT.noInteraction:
        return new AppError(
          "lock-failed",
          "unavailable",
          `the ${this.name} is locked, and there is no desktop to ask on`,
          { hints: ["unlock it first: security unlock-keychain"] },
        );
      default: {
        const said = escapeControls(new TextDecoder().decode(stderr).trim().split("\n")[0]!.slice(0, 200));
        const end = exitCode === null ? `was ended by ${signal}` : `failed with exit status ${exitCode}`;
        return new AppError(
          "lock-failed",
          "child",
          `security ${command} ${end}${said === "" ? "" : `: ${said}`}`,
        );
      }
    }
  }
}

/** As `security show-keychain-info` writes them, such as `Keychain "…" lock-on-sleep timeout=300s`; `null` for anything else. */
export function parseKeychainInfo(text: string): LockTimes | null {
  const words = /^Keychain ".*"((?: [\w=-]+)*)\s*$/m.exec(text)?.[1]?.split(" ");
  const timeout = words?.find((word) => /^timeout=\d+s$/.test(word));
  if (words === undefined || (timeout === undefined && !words.includes("no-timeout"))) return null;
  return {
    afterSeconds: timeout === undefined ? null : Number(timeout.slice("timeout=".length, -1)),
    onSleep: words.includes("lock-on-sleep"),
  };
}

/** For `security set-keychain-settings`, which switches off what is not said. */
export function keychainSettingsArguments({ afterSeconds, onSleep }: LockTimes): string[] {
  return [
    ...onSleep ? ["-l"] : [],
    ...afterSeconds === null ? [] : ["-u", "-t", String(afterSeconds)],
  ];
}
