/** The script that makes a shell complete our command line. Each asks the program itself, so it holds nothing that could grow old. */
import type { InputOf } from "../command.ts";
import type { completionDeclaration } from "../declarations.ts";

export type CompletionShell = InputOf<typeof completionDeclaration>["shell"];

export async function completionScript(shell: CompletionShell): Promise<string> {
  switch (shell) {
    case "bash":
      return (await import("./scripts/aws-vault.bash", { with: { type: "text" } })).default;
    case "zsh":
      return (await import("./scripts/aws-vault.zsh", { with: { type: "text" } })).default;
    case "fish":
      return (await import("./scripts/aws-vault.fish", { with: { type: "text" } })).default;
    case "powershell":
      return (await import("./scripts/aws-vault.ps1", { with: { type: "text" } })).default;
    case "nushell":
      return (await import("./scripts/aws-vault.nu", { with: { type: "text" } })).default;
  }
}
