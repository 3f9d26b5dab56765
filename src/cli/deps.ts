/**
 * What commands need of the rest of the program, one type per need. `app.ts` implements {@link Services};
 * `program.ts` adds {@link Surroundings}; each command takes only the members it uses, so its test fakes only those.
 */
import type { Credentials } from "../aws/credentials.ts";
import type { EnvVarName } from "../config/env_vars.ts";
import type { AppError } from "../errors.ts";
import type { CredentialsAnswer, CredentialsRequest } from "../credentials/request.ts";
import type { Clock, Environment, FileInfo, Files, Host, OutputStream } from "../host/host.ts";
import type { KeySource, KeySourceRequest } from "../imports/open_key_source.ts";
import type { Log } from "../log.ts";
import type { Question } from "../prompts/prompter.ts";
import type { ScreenLockDeps } from "../locking/screen_lock.ts";
import type { TimedStoreLock } from "../locking/store_lock.ts";
import type { Secret } from "../secret.ts";
import type { SessionSummary } from "../sessions/session_summary.ts";
import type { Asking, BackendName, SecretStore } from "../vault/secret_store.ts";

/** What `--prompt` takes. `none` (also `--no-prompt`) means: never ask, fail at once instead. */
export type PromptChoice =
  | "terminal"
  | "osascript"
  | "zenity"
  | "kdialog"
  | "ykman"
  | "pass"
  | "wincredui"
  | "none";

/**
 * The global flags after command line, environment and defaults have been put together. Paths are as given: a leading `~` is
 * not expanded yet. Durations are whole seconds. `null` is "not given, no default".
 */
export interface GlobalOptions {
  readonly debug: boolean;
  /** `null`: choose the store of this OS. */
  readonly backend: BackendName | null;
  /** `null`: choose by what is there. */
  readonly prompt: PromptChoice | null;
  readonly keychain: string;
  readonly secretServiceCollection: string;
  readonly fileDir: string;
  readonly passDir: string | null;
  readonly passCmd: string | null;
  readonly passPrefix: string | null;
  readonly opTimeout: number;
  readonly opVaultId: string | null;
  readonly opItemTitlePrefix: string;
  readonly opItemTag: string;
  readonly opConnectHost: string | null;
  readonly opDesktopAccountId: string | null;
  readonly protonPassShareId: string | null;
  readonly protonPassItemTitlePrefix: string | null;
  readonly protonPassApiBase: string | null;
  readonly protonPassTimeout: number | null;
  readonly biometrics: boolean;
}

/** How an SSO sign-in reaches the user's browser. */
export interface SignInManner {
  /** `--stdout`: print the link instead of opening a browser. */
  readonly printUrl: boolean;
}

/**
 * Resolves a profile and gets its credentials, asking for an MFA code where one is needed. Refuses (kind `missing`) a profile that
 * has neither a section in the config file nor stored keys.
 */
export type GetCredentials = (
  request: CredentialsRequest,
  signIn: SignInManner,
) => Promise<CredentialsAnswer>;

/** The config file, read. A file that is not there reads as an empty one and is not made. */
export interface ConfigView {
  /** For messages. */
  readonly path: string;
  /** In file order, each once. */
  profileNames(): readonly string[];
  /** Lines that belong to no section that can be read, such as a header without its `]`: what is wrong, with file and line. */
  mistakes(): readonly string[];
  /** Whether the profile has a section of its own. */
  hasProfile(name: string): boolean;
  /** The value in the profile's own section, without any inheritance; `null` when the section or the key is not there. */
  ownValue(profile: string, key: string): string | null;
  /** The SSO start URL the profile resolves to, inherited ones included; the sso-session's wins over an inline one. */
  ssoStartUrl(profile: string): string | null;
  /** Names of the sso-session sections with this start URL, in file order. */
  ssoSessionNames(startUrl: string): readonly string[];
}

/** Sets keys in a profile's own section of the config file, making file and section where missing; everything else stays as it is. */
export type SaveProfile = (profile: string, values: Readonly<Record<string, string>>) => Promise<void>;

/** A user's long-lived keys. */
export interface NewAccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** The stored long-lived keys of the chosen store. Failures are StoreErrors. */
export interface AccessKeys {
  /** The store, for messages. */
  readonly place: string;
  /** The profiles with stored keys, in store order; sessions and SSO tokens are not among them. */
  profiles(asking?: Asking): Promise<readonly string[]>;
  /** Whether there is an item for the profile, a damaged one included. */
  has(profile: string): Promise<boolean>;
  /** `null` when the profile has no stored keys. */
  read(profile: string): Promise<Credentials | null>;
  /** Makes or replaces the profile's item. Refuses a name that would read as a session or SSO token item. */
  write(profile: string, keys: NewAccessKeys): Promise<void>;
  /** Whether there was an item to remove. */
  remove(profile: string): Promise<boolean>;
}

/** A secret store by name, whatever `--backend` says. */
export interface StorePlace {
  readonly backend: BackendName;
  /** The flag that named it, for messages. */
  readonly flag: string;
  /** Where that kind of store is, if not where the global flags say. */
  readonly options: Partial<GlobalOptions>;
  /** Of another tool's items, in stores that have services; aws-vault's when it is not given. */
  readonly service?: string;
  /** The variables that may have the passphrase of a file store; the first that is set has it. */
  readonly passphraseVariables: readonly PassphraseVariable[];
}

export type PassphraseVariable = Extract<EnvVarName, `${string}_PASSPHRASE`>;

export interface OpenedPlace {
  readonly store: SecretStore;
  /** Two places of the same identity are the same; others need not be different. */
  readonly identity: string;
}

/** Opens a store; nothing is unlocked yet. Throws `backend-unavailable`. */
export type OpenPlace = (place: StorePlace) => Promise<OpenedPlace>;

/** Looks for access keys to import. Nothing is changed there yet. */
export type OpenKeySource = (request: KeySourceRequest) => Promise<KeySource>;

/** Cached sessions: our own, and those aws-vault left in the chosen store. */
export interface Sessions {
  /** Expired ones included, in a stable order. Needs nothing unlocked: of a locked store that can't be listed, its own are left out. */
  list(): Promise<readonly SessionSummary[]>;
  /** Removes the sessions of one profile, or with `null` all of them; answers how many there were. */
  clear(profile: string | null): Promise<number>;
  /** Makes the system forget the key of the cache until the store gives it again; whether there was something to forget. */
  lock(): Promise<boolean>;
}

/** How long without use sessions stay readable without the store; whole seconds, 0 for not at all. */
export interface IdleTimes {
  readonly general: number;
  /** Profiles of the config file with another time, in file order. One whose settings can't be read is left out. */
  readonly profiles: readonly { readonly profile: string; readonly seconds: number }[];
}

/** Locks other than that of the sessions' key, which is {@link Sessions.lock}. */
export interface Locking {
  /** Locks the chosen store where it has a lock, and answers what was locked, for messages; `null` where it has none. */
  lockStore(): Promise<string | null>;
  /** Why the store can be read after a lock without the user being asked; `null` when it can't. */
  readonly whyStoreStaysOpen: string | null;
  /** The chosen store's own lock times, where it has such. */
  readonly timedStore: Pick<TimedStoreLock, "name" | "times" | "setTimes"> | null;
  /** Whether the system keeps the sessions' key for a while. */
  readonly remembersKey: boolean;
  idleTimes(): Promise<IdleTimes>;
  /** Runs until the desktop's session ends. */
  watchScreenLock(told: Pick<ScreenLockDeps, "ready" | "locked">): Promise<void>;
}

/** SSO tokens in the chosen store, known by their start URL. */
export interface SsoTokens {
  /** In store order. */
  startUrls(asking?: Asking): Promise<readonly string[]>;
  /** Whether there was one. */
  remove(startUrl: string): Promise<boolean>;
}

/**
 * Asks on the controlling terminal, whatever `--prompt` says; the answer is trimmed. Throws kind `unavailable` without a terminal or with
 * `--prompt=none`, kind `cancelled` when the user ends it.
 */
export type Ask = (question: Question) => Promise<Secret>;

/** Asks a question that `y` or `yes` says yes to and everything else no, on the controlling terminal. Throws as {@link Ask} does. */
export type Confirm = (question: string) => Promise<boolean>;

/** Lets the user choose one of the names (never an empty list) on the controlling terminal. Throws as {@link Ask} does. */
export type PickProfile = (names: readonly string[]) => Promise<string>;

/** What the child of `exec` is to get. */
export interface ChildEnvironmentRequest {
  /** As typed or picked; becomes `AWS_VAULT`. */
  readonly profile: string;
  /** `null` with `--profile-env`: the child gets `AWS_PROFILE` instead of keys. */
  readonly credentials: Credentials | null;
  readonly region: string | null;
  readonly endpointUrl: string | null;
}

/** The child's whole environment: ours, minus stale and vault-opening variables, plus what the request says. */
export type ChildEnvironment = (request: ChildEnvironmentRequest) => Readonly<Record<string, string>>;

export interface ChildCommand {
  /** A path, or a name looked up in our `PATH`. Also the child's argv[0]. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Becomes the command where the OS can do that, else runs it and answers its exit code. Throws when it can't be started. */
export type RunChild = (child: ChildCommand) => Promise<number>;

/** A profile that can't be used, and why. */
export interface ProfileProblem {
  readonly profile: string;
  readonly message: string;
}

/** What `doctor` looks at. Nothing secret is in it. Where looking failed, the failure stands for what was looked for. */
export interface Inspection {
  /** `null` when nothing names one. */
  readonly home: string | null;
  /** `null` on Windows. */
  readonly userId: number | null;
  readonly config:
    | {
      readonly path: string;
      readonly exists: boolean;
      readonly profiles: number;
      readonly problems: readonly ProfileProblem[];
      /** As {@link ConfigView.mistakes}. */
      readonly mistakes: readonly string[];
    }
    | AppError;
  /** How many profiles of the credentials file have long-lived keys, and what of the file can't be read. */
  readonly plainKeys:
    | { readonly path: string; readonly profiles: number; readonly mistakes: readonly string[] }
    | AppError;
  readonly store: { readonly backend: BackendName; readonly reason: string } | AppError;
  /** `found` is `null` while there is no such folder; then `above` is the nearest thing on its path that there is. */
  readonly cache:
    | {
      readonly folder: string;
      readonly found: Pick<FileInfo, "mode" | "userId" | "kind"> | null;
      readonly above: (Pick<FileInfo, "mode" | "userId" | "kind"> & { readonly path: string }) | null;
    }
    | AppError;
  readonly prompts:
    | { readonly driver: PromptChoice; readonly reason: string; readonly usable: readonly PromptChoice[] }
    | AppError;
}

/** Opens no store, asks nobody, writes nothing. */
export type Inspect = () => Promise<Inspection>;

/** Stores, reads and removes a made-up item in the chosen store; may ask. Throws what the store throws. */
export type TryStore = () => Promise<void>;

/** Everything that is built behind the command line, as a plain object of functions. Nothing is built or read before one is called. */
export interface Services {
  readonly config: () => Promise<ConfigView>;
  readonly saveProfile: SaveProfile;
  readonly accessKeys: () => Promise<AccessKeys>;
  readonly openPlace: OpenPlace;
  readonly openKeySource: OpenKeySource;
  readonly sessions: () => Promise<Sessions>;
  readonly ssoTokens: () => Promise<SsoTokens>;
  readonly locking: () => Promise<Locking>;
  readonly inspect: Inspect;
  readonly tryStore: TryStore;
  readonly getCredentials: GetCredentials;
  readonly ask: Ask;
  readonly confirm: Confirm;
  readonly pickProfile: PickProfile;
  readonly childEnvironment: ChildEnvironment;
  readonly runChild: RunChild;
}

/** What the program gives each command from the host itself. */
export interface Surroundings {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Environment;
  readonly clock: Pick<Clock, "now">;
  readonly platform: Pick<Host, "runtime" | "runtimeVersion" | "os" | "arch">;
  readonly readStdin: Host["readStdin"];
  readonly stdinIsTerminal: Host["stdinIsTerminal"];
  /** For files that the user names on the command line. */
  readonly files: Pick<Files, "stat" | "readBytes">;
  readonly log: Log;
}

export type CommandDeps = Services & Surroundings;

/** Builds the services once the global flags are known. `--help`, `version` and wrong command lines never call it. */
export type CreateServices = (options: GlobalOptions, log: Log) => Services | Promise<Services>;
