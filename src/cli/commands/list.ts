/** `list`: profiles, stored access keys and sessions, as a table, as lines of one kind of name, or as JSON. Reads nothing secret. */
import { AppError, escapeControls } from "../../errors.ts";
import type { InputOf } from "../command.ts";
import type { listDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { isoSeconds } from "../../sessions/iso_seconds.ts";
import { type ListRow, listRows, type ListSources, sessionLabel, tokenLabel } from "../list_rows.ts";
import { paddedTable } from "../padded_table.ts";
import { presentMistakes } from "../present_mistakes.ts";
import { presentNotice } from "../present.ts";

type ListDeps = Pick<
  CommandDeps,
  "config" | "accessKeys" | "sessions" | "ssoTokens" | "stdout" | "stderr" | "clock"
>;

export async function list(input: InputOf<typeof listDeclaration>, deps: ListDeps): Promise<number> {
  deps.stdout.write(await listing(input, deps));
  return exitCodes.success;
}

/** With more than one kind asked for, credentials win over profiles, and profiles over sessions, as in aws-vault. */
async function listing(input: InputOf<typeof listDeclaration>, deps: ListDeps): Promise<string> {
  if (input.credentials) return lines(await (await deps.accessKeys()).profiles());
  const config = await deps.config();
  presentMistakes(config, deps.stderr);
  if (input.profiles) return lines(config.profileNames());
  const now = deps.clock.now();
  const tokens = await unlessLocked(async () => await (await deps.ssoTokens()).startUrls("never"), deps);
  const sessions = await (await deps.sessions()).list();
  if (input.sessions) {
    return lines([
      ...(tokens ?? []).map((url) => tokenLabel(url, config)),
      ...sessions.map((session) => sessionLabel(session, now)),
    ]);
  }
  // Where the tokens could not be listed, the keys can't either: the notice has been given.
  const stored = tokens === null
    ? null
    : await unlessLocked(async () => await (await deps.accessKeys()).profiles("never"), deps);
  const sources = { config, stored: stored ?? [], tokens: tokens ?? [], sessions };
  return input.json ? asJson(sources) : asTable(sources, now);
}

/** `null`, and a notice, for a store that can't be listed while it is locked: the rest of the list needs no prompt. */
async function unlessLocked(
  names: () => Promise<readonly string[]>,
  deps: Pick<ListDeps, "stderr">,
): Promise<readonly string[] | null> {
  try {
    return await names();
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== "locked") throw error;
    presentNotice(deps.stderr, "the secret store is locked: what is stored in it is not listed");
    return null;
  }
}

function lines(names: readonly string[]): string {
  return names.map((name) => `${escapeControls(name)}\n`).join("");
}

function asTable(sources: ListSources, now: number): string {
  const cells = (row: ListRow) => [
    row.profile,
    row.credentials,
    [
      ...row.tokens.map((url) => tokenLabel(url, sources.config)),
      ...row.sessions.map((session) => sessionLabel(session, now)),
    ].join(", "),
  ];
  return paddedTable([
    ["Profile", "Credentials", "Sessions"],
    ["=======", "===========", "========"],
    ...listRows(sources).map((row) => cells(row).map((cell) => escapeControls(cell || "-"))),
  ]);
}

/** An array of the table's rows. */
function asJson(sources: ListSources): string {
  const rows = listRows(sources).map(({ profile, credentials, tokens, sessions }) => ({
    profile,
    credentials,
    ssoTokens: tokens.map((startUrl) => ({ startUrl })),
    sessions: sessions.map((s) => ({
      kind: s.kind,
      profile: s.profile,
      expiration: isoSeconds(s.expiresAt),
    })),
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
