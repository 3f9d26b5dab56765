/** `version`: what this program is, as a line or as JSON. */
import { buildFacts } from "../build_facts.ts";
import type { InputOf } from "../command.ts";
import type { versionDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { version } from "../version.ts";

export function showVersion(
  input: InputOf<typeof versionDeclaration>,
  { stdout, platform: { runtime, runtimeVersion, os, arch } }: Pick<CommandDeps, "stdout" | "platform">,
): Promise<number> {
  const { kind: build, commit, target } = buildFacts;
  const facts = { version, commit, build, target, runtime, runtimeVersion, os, arch };
  stdout.write(input.json ? `${JSON.stringify(facts, null, 2)}\n` : `${version}\n`);
  return Promise.resolve(exitCodes.success);
}
