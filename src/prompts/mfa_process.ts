/** Runs the `mfa_process` command of a profile through the system's shell; what it prints is the code. */
import { AppError } from "../errors.ts";
import type { Environment, OperatingSystem, Processes } from "../host/host.ts";
import { Secret } from "../secret.ts";
import { helperEnv } from "./helper_env.ts";

export interface MfaProcessHost {
  readonly os: OperatingSystem;
  readonly env: Environment;
  processes(): Promise<Processes>;
}

/** Enough to unlock a password manager or touch a key, and the longest an AWS SDK waits for a credential process. */
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 16 * 1024;

/**
 * Its stdout, trimmed. It may talk to the user on the terminal. Throws `mfa-process-failed`; neither the command line nor what it
 * printed goes into the message, as both may hold secrets.
 */
export async function runMfaProcess(command: string, host: MfaProcessHost): Promise<Secret> {
  const processes = await host.processes();
  let result;
  try {
    result = await processes.run({
      ...shell(command, host),
      env: helperEnv(host.env.all(), "mfa-process"),
      stdin: "terminal",
      stderr: "terminal",
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw mfaProcessFailed(FAILURES.get(error.code) ?? "could not be run", error);
  }
  if (result.exitCode === null) throw mfaProcessFailed(`was ended by ${result.signal}`);
  if (result.exitCode !== 0) throw mfaProcessFailed(`failed with exit status ${result.exitCode}`);
  return new Secret(new TextDecoder().decode(result.stdout).trim());
}

const FAILURES: ReadonlyMap<string, string> = new Map([
  ["child-timeout", `did not end within ${TIMEOUT_MS / 1000} seconds`],
  ["child-output-too-large", "printed far more than a code"],
]);

function shell(command: string, host: MfaProcessHost): { command: string; args: string[] } {
  if (host.os !== "windows") return { command: "/bin/sh", args: ["-c", command] };
  return {
    command: `${host.env.get("SystemRoot") || "C:\\Windows"}\\System32\\cmd.exe`,
    args: ["/C", command],
  };
}

function mfaProcessFailed(problem: string, cause?: unknown): AppError {
  return new AppError("mfa-process-failed", "child", `mfa_process ${problem}`, {
    hints: ["run the command of mfa_process by itself: it must print six digits and nothing else"],
    cause,
  });
}
