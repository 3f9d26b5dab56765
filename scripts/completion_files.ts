/** The completion scripts as files of an archive, named as each shell looks for them. */
import { completionScript, type CompletionShell } from "../src/cli/completions/completion_script.ts";
import type { ShippedFile } from "./shipped_file.ts";

const PATHS: Readonly<Record<CompletionShell, string>> = {
  bash: "completions/bash/aws-vault",
  fish: "completions/fish/aws-vault.fish",
  nushell: "completions/nushell/aws-vault.nu",
  powershell: "completions/powershell/aws-vault.ps1",
  zsh: "completions/zsh/_aws-vault",
};

export async function completionFiles(): Promise<readonly ShippedFile[]> {
  const shells = Object.keys(PATHS) as CompletionShell[];
  return await Promise.all(shells.map(async (shell) => ({
    path: PATHS[shell],
    text: await completionScript(shell),
  })));
}
