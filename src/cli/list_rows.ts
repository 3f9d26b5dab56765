/** What `list` knows, put together: which stored keys, sessions and SSO tokens belong to which profile, and how they are named. */
import type { SessionSummary } from "../sessions/session_summary.ts";
import type { ConfigView } from "./deps.ts";
import { goDuration } from "./go_duration.ts";

export interface ListSources {
  readonly config: Pick<ConfigView, "profileNames" | "ssoStartUrl" | "ssoSessionNames">;
  /** Profiles with stored keys, in store order. */
  readonly stored: readonly string[];
  /** Start URLs of SSO tokens, in store order. */
  readonly tokens: readonly string[];
  readonly sessions: readonly SessionSummary[];
}

/** A row belongs to a profile of the config file, to stored keys without one, or to a token or session of neither. */
export interface ListRow {
  /** `null`: not in the config file. */
  readonly profile: string | null;
  /** The profile's name again when there are stored keys, else `null`. */
  readonly credentials: string | null;
  readonly tokens: readonly string[];
  readonly sessions: readonly SessionSummary[];
}

/** Profiles in file order, then stored keys that have none, then tokens and sessions that no row before has, each alone. */
export function listRows({ config, stored, tokens, sessions }: ListSources): ListRow[] {
  const names = config.profileNames();
  const profiles = names.map((profile): ListRow => ({
    profile,
    credentials: stored.includes(profile) ? profile : null,
    tokens: tokens.filter((url) => url === config.ssoStartUrl(profile)),
    sessions: sessions.filter((session) => session.profile === profile),
  }));
  const ownedTokens = new Set(profiles.flatMap((row) => row.tokens));
  const known = new Set(names);
  const alone = { profile: null, credentials: null, tokens: [], sessions: [] };
  return [
    ...profiles,
    ...stored.filter((name) => !known.has(name)).map((name) => ({ ...alone, credentials: name })),
    ...tokens.filter((url) => !ownedTokens.has(url)).map((url) => ({ ...alone, tokens: [url] })),
    ...sessions.filter((s) => !known.has(s.profile)).map((session) => ({ ...alone, sessions: [session] })),
  ];
}

/** `oidc:` and the name of the sso-session with this start URL, else its host, else the URL. */
export function tokenLabel(startUrl: string, config: Pick<ConfigView, "ssoSessionNames">): string {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(startUrl)?.[1];
  return `oidc:${config.ssoSessionNames(startUrl)[0] ?? host ?? startUrl}`;
}

/** `sts.GetSessionToken:59m30s`; `now` in epoch milliseconds. */
export function sessionLabel(session: SessionSummary, now: number): string {
  return `${session.kind}:${goDuration((session.expiresAt - now) / 1000)}`;
}
