/** What `exec` and `export` do before they have credentials: refuse to nest, settle the profile and the MFA code, ask the credentials room. */
import type { CredentialsAnswer, CredentialsRequest } from "../../credentials/request.ts";
import { AppError } from "../../errors.ts";
import { Secret } from "../../secret.ts";
import type { CommandDeps } from "../deps.ts";
import { goQuote } from "../go_quote.ts";

/** The flags that both commands have. */
export interface CredentialsInput {
  /** `null` or empty: let the user pick. */
  readonly profile: string | null;
  readonly duration: number | null;
  readonly noSession: boolean;
  readonly region: string | null;
  readonly mfaToken: string | null;
  readonly stdout: boolean;
}

export type RequestDeps = Pick<
  CommandDeps,
  "env" | "config" | "pickProfile" | "getCredentials" | "readStdin"
>;

/** An MFA code has six digits; whatever is this long was not meant as one. */
const longestToken = 1024;

export async function requestCredentials(
  input: CredentialsInput,
  answerFor: CredentialsRequest["answerFor"],
  deps: RequestDeps,
): Promise<CredentialsAnswer & { readonly profile: string }> {
  refuseNesting(deps);
  const profile = input.profile || await pickProfile(deps);
  const answer = await deps.getCredentials({
    profile,
    noSession: input.noSession,
    mfaToken: await mfaToken(input.mfaToken, deps),
    overrides: { region: input.region || null, durationSeconds: input.duration || null },
    answerFor,
  }, { printUrl: input.stdout });
  return { ...answer, profile };
}

/** Credentials of one profile must not be mistaken for those of another, so a shell of ours starts no second one. */
function refuseNesting({ env }: RequestDeps) {
  const outer = env.get("AWS_VAULT");
  if (!outer) return;
  throw new AppError(
    "nested-session",
    "usage",
    `already in an aws-vault shell for profile ${goQuote(outer)}`,
    {
      hints: ["leave it with exit, or unset AWS_VAULT"],
    },
  );
}

async function pickProfile({ config, pickProfile }: RequestDeps): Promise<string> {
  const view = await config();
  const names = view.profileNames();
  if (names.length === 0) {
    throw new AppError(
      "profile-not-given",
      "usage",
      `no profile was named, and ${view.path} has none to choose from`,
      {
        hints: ["name the profile, or set AWS_PROFILE", "aws-vault add PROFILE makes one"],
      },
    );
  }
  try {
    return await pickProfile(names);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.kind !== "unavailable") throw cause;
    throw new AppError(
      "profile-not-given",
      "usage",
      "no profile was named, and there is no terminal to choose one on",
      {
        hints: ["name the profile, or set AWS_PROFILE"],
        cause,
      },
    );
  }
}

/** `-` stands for the first line of stdin, so that the code is in no process list. */
async function mfaToken(given: string | null, { readStdin }: RequestDeps): Promise<Secret | null> {
  if (given !== "-") return given ? new Secret(given.trim()) : null;
  const code = (await readStdin(longestToken)).split("\n")[0]?.trim() ?? "";
  if (code === "") throw new AppError("mfa-token-empty", "usage", "--mfa-token=- found no MFA code on stdin");
  return new Secret(code);
}
