/** The command that gets the same session in a terminal: a session made with other flags would not be found again. */
import type { CredentialsRequest } from "../credentials/request.ts";
import { escapeControls } from "../errors.ts";
import { longName } from "./command.ts";
import type { GlobalOptions } from "./deps.ts";
import { defaultOptions } from "./parse.ts";

/** What says how the program talks, not which session it makes. */
const LEFT_OUT: readonly string[] = ["debug", "prompt", "biometrics"];

export function askAgainCommand(
  { profile, noSession, overrides: { durationSeconds, region } }: CredentialsRequest,
  options: GlobalOptions,
): string {
  const usual = defaultOptions();
  const chosen = (Object.keys(options) as (keyof GlobalOptions)[]).filter((key) =>
    !LEFT_OUT.includes(key) && options[key] !== null && options[key] !== usual[key]
  );
  const flags = [
    ...durationSeconds === null ? [] : [`--duration=${durationSeconds}s`],
    ...region === null ? [] : [`--region=${region}`],
    ...noSession ? ["--no-session"] : [],
    ...chosen.map((key) => {
      const value = options[key];
      return `--${longName(key)}=${typeof value === "number" ? `${value}s` : value}`;
    }),
  ];
  return ["aws-vault", "exec", profile, ...flags, "--", "true"].map(shellWord).join(" ");
}

function shellWord(word: string): string {
  const shown = escapeControls(word);
  return /^[\w@%+=:,.\/~-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
