/** `remove`: removes a profile's stored access key after asking, and the sessions made with it. The config file stays as it is. */
import { AppError } from "../../errors.ts";
import type { InputOf } from "../command.ts";
import { countOf } from "../count_of.ts";
import type { removeDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { goQuote } from "../go_quote.ts";

type RemoveDeps = Pick<CommandDeps, "accessKeys" | "sessions" | "confirm" | "stdout">;

export async function remove(input: InputOf<typeof removeDeclaration>, deps: RemoveDeps): Promise<number> {
  const { profile } = input;
  if (input.sessionsOnly) {
    const count = await (await deps.sessions()).clear(profile);
    deps.stdout.write(`Deleted ${countOf(count, "session")} of profile ${goQuote(profile)}\n`);
    return exitCodes.success;
  }
  const keys = await deps.accessKeys();
  if (!await keys.has(profile)) throw keyMissing(profile);
  if (!input.force && !await confirmed(profile, deps)) return exitCodes.success;
  // Before the key, so that a run that is cut short leaves no session without one; after it, because a call may have made one meanwhile.
  let count = await (await deps.sessions()).clear(profile);
  if (!await keys.remove(profile)) throw keyMissing(profile);
  deps.stdout.write(`Deleted the access key of profile ${goQuote(profile)}\n`);
  count += await (await deps.sessions()).clear(profile);
  if (count > 0) deps.stdout.write(`Deleted ${countOf(count, "session")} of profile ${goQuote(profile)}\n`);
  return exitCodes.success;
}

function keyMissing(profile: string): AppError {
  return new AppError("key-missing", "missing", `no access key is stored for profile ${goQuote(profile)}`, {
    hints: ["aws-vault list --credentials shows the profiles with a stored key"],
  });
}

async function confirmed(profile: string, { confirm }: RemoveDeps): Promise<boolean> {
  try {
    return await confirm(`Delete the access key of profile ${goQuote(profile)}?`);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.kind !== "unavailable") throw cause;
    throw new AppError(
      "confirmation-unavailable",
      "unavailable",
      `can't ask before deleting: ${cause.message}`,
      {
        hints: ["give --force to delete without being asked", ...cause.hints],
        cause,
      },
    );
  }
}
