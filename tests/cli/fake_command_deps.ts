/** Stand-ins for everything a command needs, remembering what was written and asked. Override the members a test is about. */
import type { Credentials } from "../../src/aws/credentials.ts";
import type { CommandDeps, ConfigView, GlobalOptions } from "../../src/cli/deps.ts";
import type { ProfileSettings } from "../../src/config/settings.ts";
import type { CredentialsRequest } from "../../src/credentials/request.ts";
import { AppError } from "../../src/errors.ts";
import type { OutputStream } from "../../src/host/host.ts";
import { silentLog } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import type { SessionSummary } from "../../src/sessions/session_summary.ts";

export const now = Date.UTC(2026, 0, 1, 0, 0, 0);

export const secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

export const temporary: Credentials = {
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  secretAccessKey: new Secret(secretKey),
  sessionToken: new Secret("FwoGZXIvYXdzEXAMPLETOKEN=="),
  expiresAt: now + 3_600_000,
  accountId: "123456789012",
};

export class FakeStream implements OutputStream {
  text = "";
  readonly #terminal: boolean;
  constructor(terminal = false) {
    this.#terminal = terminal;
  }
  write(data: string | Uint8Array) {
    this.text += typeof data === "string" ? data : new TextDecoder().decode(data);
  }
  isTerminal() {
    return this.#terminal;
  }
}

export interface World {
  /** Own values per profile, in file order. */
  config?: Record<string, Record<string, string>>;
  /** Of the config file. */
  mistakes?: string[];
  /** sso-session name to start URL. */
  ssoSessions?: Record<string, string>;
  stored?: string[];
  tokens?: string[];
  sessions?: SessionSummary[];
  /** What the user answers, in order. `null`: there is no terminal. */
  answers?: string[] | null;
  env?: Record<string, string>;
  /** `null`: stdin is the terminal. */
  stdin?: string | null;
  /** Path to text. */
  files?: Record<string, string>;
  credentials?: Credentials;
  region?: string | null;
  stdoutIsTerminal?: boolean;
  stderrIsTerminal?: boolean;
  os?: "linux" | "windows";
}

export interface FakeDeps extends CommandDeps {
  readonly stdout: FakeStream;
  readonly stderr: FakeStream;
  /** In the order of events: `ask Label`, `write name`, `request {...}`, `run …`. */
  readonly events: string[];
  readonly requests: CredentialsRequest[];
}

export function fakeCommandDeps(
  world: World = {},
  overrides: Partial<Omit<FakeDeps, "events" | "requests">> = {},
): FakeDeps {
  const { config = {}, ssoSessions = {}, stored = [], tokens = [], env = {} } = world;
  const sessions = [...world.sessions ?? []];
  const answers = world.answers === null ? null : [...world.answers ?? []];
  const events: string[] = [];
  const requests: CredentialsRequest[] = [];
  const view: ConfigView = {
    path: "/home/jon/.aws/config",
    profileNames: () => Object.keys(config),
    mistakes: () => world.mistakes ?? [],
    hasProfile: (name) => Object.hasOwn(config, name),
    ownValue: (profile, key) => config[profile]?.[key] ?? null,
    ssoStartUrl: (profile) => {
      const section = config[profile] ?? {};
      return ssoSessions[section["sso_session"] ?? ""] ?? section["sso_start_url"] ?? null;
    },
    ssoSessionNames: (url) => Object.keys(ssoSessions).filter((name) => ssoSessions[name] === url),
  };
  const take = (list: string[], name: string) => {
    const index = list.indexOf(name);
    if (index >= 0) list.splice(index, 1);
    return Promise.resolve(index >= 0);
  };
  const ask = (label: string) => {
    events.push(`ask ${label}`);
    const answer = answers?.shift();
    if (answer === undefined) {
      throw new AppError("no-terminal", "unavailable", "there is no terminal to ask on", {
        hints: ["run it in a terminal"],
      });
    }
    return Promise.resolve(answer);
  };
  return {
    events,
    requests,
    stdout: new FakeStream(world.stdoutIsTerminal),
    stderr: new FakeStream(world.stderrIsTerminal),
    env: { get: (name) => env[name], all: () => ({ ...env }) },
    clock: { now: () => now },
    platform: { runtime: "deno", runtimeVersion: "2.0.0", os: world.os ?? "linux", arch: "x64" },
    readStdin: () => Promise.resolve(world.stdin ?? ""),
    stdinIsTerminal: () => world.stdin === null,
    files: fakeFiles(world.files ?? {}),
    log: silentLog,
    config: () => Promise.resolve(view),
    saveProfile: (profile, values) => {
      events.push(`save ${profile} ${JSON.stringify(values)}`);
      return Promise.resolve();
    },
    accessKeys: () =>
      Promise.resolve({
        place: "store in memory",
        profiles: () => Promise.resolve(stored),
        has: (profile) => Promise.resolve(stored.includes(profile)),
        read: () => Promise.reject(new Error("no test reads a stored key")),
        write: (profile, keys) => {
          events.push(`write ${profile} ${keys.accessKeyId} ${keys.secretAccessKey.reveal()}`);
          return Promise.resolve();
        },
        remove: (profile) => take(stored, profile),
      }),
    openPlace: ({ backend }) => Promise.reject(new Error(`no test opens ${backend}`)),
    openKeySource: ({ from }) => Promise.reject(new Error(`no test looks for keys in ${from}`)),
    sessions: () =>
      Promise.resolve({
        list: () => Promise.resolve(sessions),
        lock: () => {
          const first = !events.includes("lock");
          events.push("lock");
          return Promise.resolve(first);
        },
        clear: (profile) => {
          const before = sessions.length;
          for (let i = before - 1; i >= 0; i--) {
            if (profile === null || sessions[i]?.profile === profile) sessions.splice(i, 1);
          }
          return Promise.resolve(before - sessions.length);
        },
      }),
    ssoTokens: () =>
      Promise.resolve({
        startUrls: () => Promise.resolve([...tokens]),
        remove: (url) => take(tokens, url),
      }),
    locking: () => Promise.reject(new Error("no locking in this test")),
    inspect: () => {
      throw new Error("this test inspects nothing");
    },
    tryStore: () => {
      events.push("try store");
      return Promise.resolve();
    },
    getCredentials: (request, { printUrl }) => {
      requests.push(request);
      events.push(`request ${request.profile}${printUrl ? " printing the link" : ""}`);
      return Promise.resolve({
        credentials: world.credentials ?? temporary,
        settings: fakeSettings(request.profile, world.region ?? null),
      });
    },
    ask: async ({ label, kind }) => new Secret(await ask(`${label} (${kind})`)),
    confirm: async (question) => await ask(question) === "y",
    pickProfile: (names) => ask(`pick ${names.join(" ")}`),
    childEnvironment: (request) => ({
      AWS_VAULT: request.profile,
      ...request.credentials === null
        ? { AWS_PROFILE: request.profile }
        : { KEY: request.credentials.accessKeyId },
      ...request.region === null ? {} : { AWS_REGION: request.region },
    }),
    runChild: ({ command, args, env }) => {
      events.push(`run ${JSON.stringify([command, ...args])} ${JSON.stringify(env)}`);
      return Promise.resolve(7);
    },
    ...overrides,
  };
}

function fakeFiles(texts: Record<string, string>): FakeDeps["files"] {
  const bytes = (path: string) => {
    const text = texts[path];
    return text === undefined ? null : new TextEncoder().encode(text);
  };
  return {
    readBytes: bytes,
    stat: (path) => {
      const size = bytes(path)?.length;
      if (size === undefined) return null;
      return { kind: "file", size, mode: 0o600, userId: 1000, modifiedAt: now, inode: 1 };
    },
  };
}

/** The global options of a command line without any global flag. */
export const noOptions: GlobalOptions = {
  debug: false,
  backend: null,
  prompt: null,
  keychain: "aws-vault",
  secretServiceCollection: "awsvault",
  fileDir: "~/.awsvault/keys/",
  passDir: null,
  passCmd: null,
  passPrefix: null,
  opTimeout: 15,
  opVaultId: null,
  opItemTitlePrefix: "aws-vault",
  opItemTag: "aws-vault",
  opConnectHost: null,
  opDesktopAccountId: null,
  protonPassShareId: null,
  protonPassItemTitlePrefix: null,
  protonPassApiBase: null,
  protonPassTimeout: null,
  biometrics: false,
};

function fakeSettings(name: string, region: string | null): ProfileSettings {
  return {
    name,
    inConfig: true,
    endpoints: {
      region,
      stsEndpointUrl: null,
      stsRegionalEndpoints: "regional",
      useFips: false,
      useDualStack: false,
      endpointUrl: null,
    },
    mfaSerial: null,
    mfaProcess: null,
    lockAfterSeconds: null,
    role: null,
    durations: { assumeRoleSeconds: 3600, sessionTokenSeconds: 3600, chainedSessionTokenSeconds: 28800 },
    source: null,
    sso: null,
    webIdentity: null,
    credentialProcess: null,
  };
}
