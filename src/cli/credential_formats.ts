/**
 * The four shapes in which credentials are printed. A value that its shape can't carry is refused, not written wrong: control characters
 * anywhere, `]` in the section name of `ini`.
 */
import type { Credentials } from "../aws/credentials.ts";
import { AppError } from "../errors.ts";
import { goQuote } from "./go_quote.ts";
import { answerText } from "../sessions/answer_text.ts";
import { isoSeconds } from "../sessions/iso_seconds.ts";

export type CredentialFormat = "env" | "export-env" | "json" | "ini";

export interface PrintableCredentials {
  readonly profile: string;
  readonly credentials: Credentials;
  readonly region: string | null;
}

/** The text with secrets in it, ending with a newline. */
export function formatCredentials(format: CredentialFormat, what: PrintableCredentials): string {
  switch (format) {
    case "env":
      return environmentLines(what, (name, value) => `${name}=${value}`);
    case "export-env":
      return environmentLines(what, (name, value) => `export ${name}=${shellWord(value)}`);
    case "json":
      return answerText(what.credentials);
    case "ini":
      return iniSection(what);
  }
}

function environmentLines(what: PrintableCredentials, line: (name: string, value: string) => string): string {
  const { credentials: c, region } = what;
  return lines([
    ["AWS_ACCESS_KEY_ID", c.accessKeyId],
    ["AWS_SECRET_ACCESS_KEY", c.secretAccessKey.reveal()],
    ["AWS_SESSION_TOKEN", c.sessionToken?.reveal()],
    ["AWS_CREDENTIAL_EXPIRATION", c.expiresAt === null ? null : isoSeconds(c.expiresAt)],
    ["AWS_REGION", region],
    ["AWS_DEFAULT_REGION", region],
  ], line);
}

function iniSection({ profile, credentials: c, region }: PrintableCredentials): string {
  refuseControls("the profile name", profile);
  if (profile.includes("]")) {
    throw unprintable(`the profile name ${goQuote(profile)} can't be a section name`);
  }
  return `[${profile}]\n` + lines([
    ["aws_access_key_id", c.accessKeyId],
    ["aws_secret_access_key", c.secretAccessKey.reveal()],
    ["aws_session_token", c.sessionToken?.reveal()],
    ["aws_credential_expiration", c.expiresAt === null ? null : isoSeconds(c.expiresAt)],
    ["region", region],
  ], (name, value) => `${name}=${value}`);
}

function lines(
  pairs: readonly (readonly [name: string, value: string | null | undefined])[],
  line: (name: string, value: string) => string,
): string {
  return pairs.map(([name, value]) => {
    if (value === null || value === undefined || value === "") return "";
    refuseControls(name, value);
    return `${line(name, value)}\n`;
  }).join("");
}

/** As it is when no shell reads anything into it, else in single quotes: `eval` must get back the very value. */
function shellWord(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function refuseControls(name: string, value: string) {
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value)) throw unprintable(`${name} has a control character in it`);
}

function unprintable(message: string): AppError {
  return new AppError("value-unprintable", "config", message, {
    hints: ["--format=json can carry any value"],
  });
}
