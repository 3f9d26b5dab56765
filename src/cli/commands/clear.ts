/** `clear`: removes cached sessions and SSO tokens, of one profile or all. A profile nobody knows is no error. */
import type { InputOf } from "../command.ts";
import { countOf } from "../count_of.ts";
import type { clearDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { presentNotice } from "../present.ts";

type ClearDeps = Pick<CommandDeps, "config" | "sessions" | "ssoTokens" | "stdout" | "stderr">;

export async function clear(input: InputOf<typeof clearDeclaration>, deps: ClearDeps): Promise<number> {
  const count = input.profile === null ? await clearAll(deps) : await clearProfile(input.profile, deps);
  deps.stdout.write(`Cleared ${countOf(count, "session")}\n`);
  return exitCodes.success;
}

async function clearAll(deps: ClearDeps): Promise<number> {
  let count = await (await deps.sessions()).clear(null);
  const tokens = await deps.ssoTokens();
  for (const startUrl of await tokens.startUrls()) {
    if (await tokens.remove(startUrl)) count++;
  }
  return count;
}

async function clearProfile(profile: string, deps: ClearDeps): Promise<number> {
  const config = await deps.config();
  const count = await (await deps.sessions()).clear(profile);
  const startUrl = config.ssoStartUrl(profile);
  if (startUrl === null || !await (await deps.ssoTokens()).remove(startUrl)) return count;
  const others = config.profileNames().filter((name) =>
    name !== profile && config.ssoStartUrl(name) === startUrl
  );
  if (others.length > 0) presentNotice(deps.stderr, `the SSO sign-in was shared with ${others.join(", ")}`);
  return count + 1;
}
