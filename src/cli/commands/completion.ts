/** `completion`: prints a shell's completion script. */
import type { InputOf } from "../command.ts";
import { completionScript } from "../completions/completion_script.ts";
import type { completionDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";

export async function completion(
  { shell }: InputOf<typeof completionDeclaration>,
  { stdout }: Pick<CommandDeps, "stdout">,
): Promise<number> {
  stdout.write(await completionScript(shell));
  return exitCodes.success;
}
