/** `clear`: removes cached sessions and SSO tokens, of one profile or all, or only locks them. A profile nobody knows is no error. */
import { AppError } from "../../errors.ts";
import type { InputOf } from "../command.ts";
import { countOf } from "../count_of.ts";
import type { clearDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { goQuote } from "../go_quote.ts";
import { presentNotice } from "../present.ts";

type ClearDeps = Pick<CommandDeps, "config" | "sessions" | "ssoTokens" | "stdout" | "stderr">;

export async function clear(input: InputOf<typeof clearDeclaration>, deps: ClearDeps): Promise<number> {
  if (input.lock) return await lock(input.profile, deps);
  const count = input.profile === null ? await clearAll(deps) : await clearProfile(input.profile, deps);
  deps.stdout.write(`Cleared ${countOf(count, "session")}\n`);
  return exitCodes.success;
}

/** One key seals the sessions of all profiles, so there is no locking of a single one. */
async function lock(profile: string | null, deps: ClearDeps): Promise<number> {
  if (profile !== null) {
    throw new AppError(
      "flag-conflict",
      "usage",
      "--lock is for all sessions of the store, not for one profile",
      {
        hints: [`aws-vault clear ${goQuote(profile)} removes the sessions of that profile`],
      },
    );
  }
  const locked = await (await deps.sessions()).lock();
  deps.stdout.write(locked ? "Locked the cached sessions\n" : "The cached sessions are locked already\n");
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
