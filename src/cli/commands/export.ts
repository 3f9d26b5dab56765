/** `export`: prints credentials, for `credential_process`, `eval` or a file. On a terminal it warns, because they stay in the scrollback. */
import type { InputOf } from "../command.ts";
import { type CredentialFormat, formatCredentials } from "../credential_formats.ts";
import type { exportDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { presentWarning } from "../present.ts";
import { type CredentialsInput, requestCredentials, type RequestDeps } from "./request_credentials.ts";

export type ExportDeps = RequestDeps & Pick<CommandDeps, "stdout" | "stderr">;

export async function exportCredentials(
  input: InputOf<typeof exportDeclaration>,
  deps: ExportDeps,
): Promise<number> {
  return await printCredentials(input, input.format, deps);
}

/** stdout gets the credentials and nothing else, in one write. */
export async function printCredentials(
  input: CredentialsInput,
  format: CredentialFormat,
  deps: ExportDeps,
): Promise<number> {
  const { profile, credentials, settings } = await requestCredentials(
    input,
    format === "json" ? "sdk" : "person",
    deps,
  );
  const text = formatCredentials(format, { profile, credentials, region: settings.endpoints.region });
  if (deps.stdout.isTerminal()) {
    presentWarning(deps.stderr, "these credentials are secret and stay visible on this terminal");
  }
  deps.stdout.write(text);
  return exitCodes.success;
}
