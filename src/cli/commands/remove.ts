/** `remove`: removes a profile's stored access key after asking, and the sessions made with it. The config file stays as it is. */
import { AppError } from "../../errors.ts";
import type { InputOf } from "../command.ts";
import { countOf } from "../count_of.ts";
import type { removeDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { goQuote } from "../go_quote.ts";

type RemoveDeps = Pick<CommandDeps, "accessKeys" | "sessions" | "ask" | "stdout">;

export async function remove(input: InputOf<typeof removeDeclaration>, deps: RemoveDeps): Promise<number> {
  const { profile } = input;
  if (input.sessionsOnly) {
    const count = await (await deps.sessions()).clear(profile);
    deps.stdout.write(`Deleted ${countOf(count, "session")} of profile ${goQuote(profile)}\n`);
    return exitCodes.success;
  }
  const keys = await deps.accessKeys();
  if (!input.force && !await confirmed(profile, deps)) return exitCodes.success;
  if (!await keys.remove(profile)) {
    throw new AppError("key-missing", "missing", `no access key is stored for profile ${goQuote(profile)}`, {
      hints: ["aws-vault list --credentials shows the profiles with a stored key"],
    });
  }
  deps.stdout.write(`Deleted the access key of profile ${goQuote(profile)}\n`);
  const count = await (await deps.sessions()).clear(profile);
  if (count > 0) deps.stdout.write(`Deleted ${countOf(count, "session")} of profile ${goQuote(profile)}\n`);
  return exitCodes.success;
}

/** Only `y` and `yes` mean yes. */
async function confirmed(profile: string, { ask }: RemoveDeps): Promise<boolean> {
  const label = `Delete the access key of profile ${goQuote(profile)}? (y|N)`;
  try {
    const answer = await ask({ label, kind: "text" });
    return ["y", "yes"].includes(answer.reveal().trim().toLowerCase());
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
