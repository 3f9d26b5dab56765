/** `exec`: runs a command, or the user's shell, with credentials in its environment, and answers the command's own exit code. */
import type { Credentials } from "../../aws/credentials.ts";
import type { InputOf } from "../command.ts";
import type { execDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { goDuration } from "../go_duration.ts";
import { goQuote } from "../go_quote.ts";
import { presentNotice, presentWarning } from "../present.ts";
import { type ExportDeps, printCredentials } from "./export.ts";
import { requestCredentials } from "./request_credentials.ts";

type ExecInput = InputOf<typeof execDeclaration>;
type ExecDeps =
  & ExportDeps
  & Pick<CommandDeps, "childEnvironment" | "runChild" | "platform" | "clock" | "log">;

/** AWS makes no session shorter than 15 minutes, so less than this is the tail of an old one. */
const shortLifetimeSeconds = 10 * 60;

export async function exec(input: ExecInput, deps: ExecDeps): Promise<number> {
  if (input.json) {
    if (input.command) presentNotice(deps.stderr, `with --json, ${goQuote(input.command)} is not run`);
    return await printCredentials(input, "json", deps);
  }
  const { profile, credentials, settings } = await requestCredentials(input, "person", deps);
  const env = deps.childEnvironment({
    profile,
    credentials: input.profileEnv ? null : credentials,
    region: settings.endpoints.region,
    endpointUrl: settings.endpoints.endpointUrl,
  });
  if (!input.profileEnv) warnOfShortLifetime(credentials, deps);
  const command = input.command || usersShell(deps);
  if (!input.command) tellOfSubshell(command, deps);
  return await deps.runChild({ command, args: input.args, env });
}

function warnOfShortLifetime({ expiresAt }: Credentials, { clock, stderr }: ExecDeps) {
  if (expiresAt === null) return;
  const left = (expiresAt - clock.now()) / 1000;
  if (left < shortLifetimeSeconds) presentWarning(stderr, `these credentials expire in ${goDuration(left)}`);
}

/** On Windows `SHELL` is a path of another system's (MSYS, Cygwin), so it isn't looked at. */
function usersShell({ env, platform }: ExecDeps): string {
  if (platform.os === "windows") return env.get("COMSPEC") || "cmd.exe";
  return env.get("SHELL") || "/bin/sh";
}

function tellOfSubshell(shell: string, { env, log, stderr }: ExecDeps) {
  const text = `starting a subshell ${shell}; leave it with exit`;
  if (log.enabled) log.debug(() => text);
  else if (stderr.isTerminal() && env.get("AWS_VAULT_DISABLE_HELP_MESSAGE") !== "1") {
    presentNotice(stderr, text);
  }
}
