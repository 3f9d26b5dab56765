/**
 * Keys that only another program can open: it is run, and what it prints comes over a pipe. Nothing secret is in its arguments; it gets none of our
 * AWS settings, and a config file without profiles, so that it hands out the stored key itself and not a role's credentials.
 */
import { AppError, escapeControls } from "../errors.ts";
import type { Environment, Files, OperatingSystem, Processes } from "../host/host.ts";
import type { Finding } from "./found_key.ts";
import { readKeyText } from "./key_text.ts";

export interface KeyProgramHost {
  readonly os: OperatingSystem;
  readonly env: Environment;
  /** The environment without what opens vaults or AWS accounts. */
  foreignEnv(): Readonly<Record<string, string>>;
  readonly files: Pick<Files, "realPath">;
  readonly executablePath: string;
  processes(): Promise<Processes>;
}

export interface KeyProgram {
  /** Path, or name looked up in PATH. */
  readonly command: string;
  /** Arguments that make it print the names it has keys for, one per line. */
  readonly list: readonly string[];
  /** Arguments that make it print one key as credential_process does. */
  readonly print: (profile: string) => readonly string[];
  /** Whether our variables are its own, passphrases and tokens among them: it may need them to open the store it copies from. */
  readonly isAwsVault: boolean;
}

/** Somebody may have to find and type a password. */
const TIMEOUT_MS = 300_000;
const MOST_NAMES_BYTES = 1024 * 1024;
const MOST_KEY_BYTES = 64 * 1024;
/** Becomes the program's own passphrase. */
const FROM_PASSPHRASE = "AWS_VAULT_FROM_FILE_PASSPHRASE";

/** The aws-vault that is at `command`, with the store it chooses by itself or `backend`. */
export function otherAwsVault(command: string, backend: string | null): KeyProgram {
  const store = backend === null ? [] : [`--backend=${backend}`];
  return {
    command,
    list: [...store, "list", "--credentials"],
    print: (profile) => [...store, "export", "--no-session", "--format=json", profile],
    isAwsVault: true,
  };
}

/** https://github.com/tristanmorgan/awskeyring: a macOS keychain of its own, opened to nobody else. */
export function awskeyring(command: string): KeyProgram {
  return {
    command,
    list: ["list"],
    print: (profile) => ["json", "--no-token", profile],
    isAwsVault: false,
  };
}

/** Only the keys of `wanted`, or all when it is empty: each may cost a prompt. Throws `import-program-self`, `import-program-failed`. */
export async function findByProgram(
  program: KeyProgram,
  wanted: readonly string[],
  host: KeyProgramHost,
): Promise<Finding[]> {
  const processes = await host.processes();
  const path = processes.find(program.command, host.env.get("PATH") ?? "");
  if (path !== null && host.files.realPath(path) === host.files.realPath(host.executablePath)) {
    throw new AppError("import-program-self", "usage", `${escapeControls(program.command)} is this program`, {
      hints: ["name the aws-vault to copy from; between stores of this one use migrate-backend"],
    });
  }
  const run = async (args: readonly string[], maxOutputBytes: number): Promise<string> => {
    const { exitCode, signal, stdout } = await processes.run({
      command: program.command,
      args,
      env: environment(program, host),
      stdin: "terminal",
      stderr: "inherit",
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes,
    });
    if (exitCode === 0) return new TextDecoder().decode(stdout);
    const how = signal === null ? `exit status ${exitCode}` : signal;
    throw new AppError(
      "import-program-failed",
      "child",
      `${escapeControls(program.command)} ${args[0]!.startsWith("-") ? args[1] : args[0]} ended with ${how}`,
      { hints: ["run it by itself to see what it needs"] },
    );
  };
  const names = (await run(program.list, MOST_NAMES_BYTES)).split(/\r?\n/).filter((name) => name !== "");
  const findings: Finding[] = [];
  for (const profile of names.filter((name) => wanted.length === 0 || wanted.includes(name))) {
    // It would be taken for a flag.
    if (profile.startsWith("-")) findings.push({ profile, reason: "its name begins with a dash" });
    else findings.push(readPrinted(profile, await run(program.print(profile), MOST_KEY_BYTES)));
  }
  return findings;
}

function readPrinted(profile: string, text: string): Finding {
  try {
    const [key] = readKeyText(text);
    return { profile, accessKeyId: key!.accessKeyId, secretAccessKey: key!.secretAccessKey };
  } catch (failure) {
    if (failure instanceof AppError) return { profile, reason: failure.message };
    throw failure;
  }
}

/** An aws-vault keeps its store's settings and secrets, other programs get none of them; ours about AWS go. */
function environment(program: KeyProgram, host: KeyProgramHost): Record<string, string> {
  const { env, os } = host;
  const kept = Object.entries(program.isAwsVault ? env.all() : host.foreignEnv()).filter(([name]) => {
    const upper = name.toUpperCase();
    return upper !== "AWS_VAULT" && upper !== FROM_PASSPHRASE &&
      (!upper.startsWith("AWS_") || upper.startsWith("AWS_VAULT_"));
  });
  const passphrase = program.isAwsVault ? env.get(FROM_PASSPHRASE) : undefined;
  return {
    ...Object.fromEntries(kept),
    ...passphrase === undefined ? {} : { AWS_VAULT_FILE_PASSPHRASE: passphrase },
    AWS_CONFIG_FILE: os === "windows" ? "NUL" : "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: os === "windows" ? "NUL" : "/dev/null",
    AWS_REGION: "us-east-1",
  };
}
