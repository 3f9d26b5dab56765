/** `version`: what this program is, as a line or as JSON. */
import type { InputOf } from "../command.ts";
import type { versionDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { version } from "../version.ts";

export function showVersion(
  input: InputOf<typeof versionDeclaration>,
  { stdout, platform: { runtime, os, arch } }: Pick<CommandDeps, "stdout" | "platform">,
): Promise<number> {
  stdout.write(input.json ? `${JSON.stringify({ version, runtime, os, arch }, null, 2)}\n` : `${version}\n`);
  return Promise.resolve(exitCodes.success);
}
