/**
 * A Windows of its own in a folder, run by Wine (Debian packages `wine64` and `gcc-mingw-w64-x86-64`). Bun's runtime needs one DLL
 * that Wine 8 lacks; it is built from `process_prng.c`.
 */
import { runWords } from "../host/runtimes.ts";

const LOADER = "/usr/lib/wine/wine64";
const SERVER = "/usr/lib/wine/wineserver64";
const COMPILER = "x86_64-w64-mingw32-gcc";
const HERE = new URL(".", import.meta.url).pathname;
const COMMAND_TIMEOUT_SECONDS = "120";

export interface WineResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WinePrefix {
  /** The program that runs Windows programs; to be killed by whoever starts it. */
  readonly loader: string;
  readonly env: Readonly<Record<string, string>>;
  /** `C:\users\<user>`, as a path of this system. */
  readonly home: string;
  /** Runs a Windows program to its end, with nothing on stdin or this text. */
  run(
    program: string,
    args: readonly string[],
    options?: { env?: Readonly<Record<string, string>>; stdin?: string },
  ): Promise<WineResult>;
  /** Ends what runs in it, and removes it. */
  close(): Promise<void>;
}

/** Makes the prefix; some twelve seconds. Throws with the words of whatever failed. */
export async function makeWinePrefix(): Promise<WinePrefix> {
  const folder = await Deno.makeTempDir({ prefix: "aws-vault-wine-" });
  const env: Record<string, string> = {
    PATH: "/usr/bin:/bin",
    HOME: folder, // Wine links the prefix's Desktop and Documents to it
    USER: "jon",
    WINEPREFIX: `${folder}/prefix`,
    WINEDEBUG: "-all",
    // Nothing to display, and no runtimes to download.
    WINEDLLOVERRIDES: "mscoree,mshtml,winemenubuilder.exe=",
    DISPLAY: "",
    // Arguments come as UTF-8.
    LC_ALL: "C.UTF-8",
    TERM: "xterm",
  };
  const prefix: WinePrefix = {
    loader: LOADER,
    env,
    home: `${folder}/prefix/drive_c/users/${env.USER}`,
    run: (program, args, options = {}) =>
      runWords(["timeout", "-k", "5", COMMAND_TIMEOUT_SECONDS, LOADER, program, ...args], {
        ...options,
        env: { ...env, ...options.env },
        clearEnv: true,
      }),
    async close() {
      await runWords([SERVER, "-k"], { env, clearEnv: true });
      await runWords([SERVER, "-w"], { env, clearEnv: true });
      await Deno.remove(folder, { recursive: true });
    },
  };
  try {
    await succeed(await prefix.run("wineboot", ["-i"]), "wineboot");
    await runWords([SERVER, "-w"], { env, clearEnv: true });
    await compileForWindows(
      "process_prng.c",
      `${env.WINEPREFIX}/drive_c/windows/system32/bcryptprimitives.dll`,
      ["-shared"],
    );
    return prefix;
  } catch (failure) {
    await prefix.close();
    throw failure;
  }
}

/** Builds a C file of this folder. */
export async function compileForWindows(source: string, output: string, flags: readonly string[] = []) {
  const args = ["-O2", "-s", ...flags, "-o", output, `${HERE}${source}`, "-ladvapi32"];
  await succeed(await runWords([COMPILER, ...args]), COMPILER);
}

/** A path of this system as Windows programs see it. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

function succeed({ code, stdout, stderr }: WineResult, what: string): void {
  if (code !== 0) throw new Error(`${what} failed with ${code}:\n${stdout}${stderr}`);
}
