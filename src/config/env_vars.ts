/**
 * Every environment variable that the program reads, declared once. Code names a variable through {@link EnvVarName}, a type, so the
 * texts are loaded only by what prints the reference.
 */

export interface EnvVarDoc {
  readonly appliesTo: string;
  readonly effect: string;
}

const everyProfile = "every profile of the chain";
const target = "the profile asked for";
const commands = "exec, export";
const everything = "every command";

export const ENV_VARS = {
  // Files and profile
  AWS_CONFIG_FILE: doc(everything, "Path of the config file; default ~/.aws/config."),
  AWS_SHARED_CREDENTIALS_FILE: doc(everything, "Path of the credentials file; default ~/.aws/credentials."),
  AWS_PROFILE: doc(commands, "The profile when none is named."),
  HOME: doc(
    everything,
    "The home directory; when it is not set, that of the user database. A relative path counts from the working directory.",
  ),
  USERPROFILE: doc("Windows", "The home directory when HOME is not set."),
  HOMEDRIVE: doc("Windows", "With HOMEPATH the home directory when neither HOME nor USERPROFILE is set."),
  HOMEPATH: doc("Windows", "See HOMEDRIVE."),
  AWS_ACCESS_KEY_ID: doc("add --env", "The access key id to store."),
  AWS_SECRET_ACCESS_KEY: doc("add --env", "The secret access key to store."),

  // Settings of profiles
  AWS_REGION: doc(everyProfile, "The region; beats `region`."),
  AWS_DEFAULT_REGION: doc(everyProfile, "The region when AWS_REGION is not set."),
  AWS_MFA_SERIAL: doc(everyProfile, "The MFA device; beats `mfa_serial`."),
  AWS_ROLE_ARN: doc(target, "The role to assume; beats `role_arn`."),
  AWS_ROLE_SESSION_NAME: doc(target, "The role's session name; beats `role_session_name`."),
  AWS_SESSION_TAGS: doc(target, "Session tags as `key=value,key=value`; replace `session_tags`."),
  AWS_TRANSITIVE_TAGS: doc(
    target,
    "Keys of the tags that later roles inherit, as `key,key`; replace `transitive_session_tags`.",
  ),
  AWS_SOURCE_IDENTITY: doc(target, "The source identity; beats `source_identity`."),
  AWS_ASSUME_ROLE_TTL: doc(
    everyProfile,
    "How long a role's credentials last, as a Go duration; beats `duration_seconds`.",
  ),
  AWS_SESSION_TOKEN_TTL: doc(
    everyProfile,
    "How long a session of the profile asked for lasts, as a Go duration; default 1h.",
  ),
  AWS_CHAINED_SESSION_TOKEN_TTL: doc(
    everyProfile,
    "How long a session of a source profile lasts, as a Go duration; default 8h.",
  ),
  AWS_FEDERATION_TOKEN_TTL: doc(
    "login, which is not there yet",
    "How long a federated sign-in lasts, as a Go duration; default 1h.",
  ),
  AWS_MIN_TTL: doc(
    "cached sessions",
    "A session with less time left is renewed, as a Go duration; default 5m.",
  ),

  // Endpoints and network
  AWS_ENDPOINT_URL: doc(
    everyProfile,
    "Custom endpoint for all services, also given to the child of exec; beats `services` and `endpoint_url`.",
  ),
  AWS_ENDPOINT_URL_STS: doc(everyProfile, "Custom endpoint for STS; beats AWS_ENDPOINT_URL."),
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: doc(
    everyProfile,
    "`true` switches off custom endpoints of environment and config file; beats `ignore_configured_endpoint_urls`.",
  ),
  AWS_STS_REGIONAL_ENDPOINTS: doc(
    everyProfile,
    "`legacy` sends STS calls of the older regions to the global endpoint; beats `sts_regional_endpoints`.",
  ),
  AWS_USE_FIPS_ENDPOINT: doc(everyProfile, "`true` or `false`; beats `use_fips_endpoint`."),
  AWS_USE_DUALSTACK_ENDPOINT: doc(everyProfile, "`true` or `false`; beats `use_dualstack_endpoint`."),
  AWS_CA_BUNDLE: doc("calls to AWS", "PEM file with certificates to trust besides the built-in ones."),
  HTTPS_PROXY: doc("calls to AWS", "Proxy for https; also in lower case."),
  HTTP_PROXY: doc("calls to AWS", "Proxy for http; also in lower case."),
  NO_PROXY: doc("calls to AWS", "Hosts that are called without a proxy; also in lower case."),

  // The program itself
  AWS_VAULT: doc("exec, export", "Set in a child of exec; while it is not empty both refuse to run."),
  AWS_VAULT_BACKEND: doc(everything, "Default of --backend."),
  AWS_VAULT_PROMPT: doc(everything, "Default of --prompt; `none` never asks and fails at once instead."),
  AWS_VAULT_DURATION: doc(
    commands,
    "Default of --duration; like the flag it takes days and weeks besides Go durations: 1d, 2w.",
  ),
  AWS_VAULT_STDOUT: doc(commands, "Default of --stdout."),
  AWS_VAULT_PROFILE_ENV: doc("exec", "Default of --profile-env."),
  AWS_VAULT_MFA_TOKEN: doc(
    commands,
    "Default of --mfa-token; unlike the flag it shows in no list of processes.",
  ),
  AWS_VAULT_DISABLE_HELP_MESSAGE: doc("exec", "`1` leaves out the lines about the subshell."),
  SHELL: doc("exec", "The command when none is given."),
  COMSPEC: doc("exec on Windows", "The command when none is given."),
  PATHEXT: doc("Windows", "Which files in the folders of PATH are commands."),
  PATH: doc("exec, prompts", "Where commands and prompt programs are looked for."),
  SystemRoot: doc("Windows", "Where the command interpreter is that runs `mfa_process`."),
  DISPLAY: doc("prompts", "Set where a dialog can be shown, as is WAYLAND_DISPLAY."),
  WAYLAND_DISPLAY: doc("prompts", "See DISPLAY."),
  XDG_CURRENT_DESKTOP: doc("prompts", "Dialogs are those of KDE where it names KDE."),
  KDE_FULL_SESSION: doc("prompts", "Dialogs are those of KDE where it is `true`."),
  PASS_OATH_CREDENTIAL_NAME: doc(
    "--prompt=pass",
    "The entry's name in the password store; default the MFA serial.",
  ),
  YKMAN_OATH_CREDENTIAL_NAME: doc("--prompt=ykman", "The account's name on the key; default the MFA serial."),
  YKMAN_OATH_DEVICE_SERIAL: doc("--prompt=ykman", "The key to use when several are plugged in."),
  AWS_VAULT_YKMAN_VERSION: doc("--prompt=ykman", "`1`, `2` or `3` for the command line of those versions."),

  // Stores and cache
  AWS_VAULT_KEYCHAIN_NAME: doc("the keychain store", "Default of --keychain."),
  AWS_VAULT_BIOMETRICS: doc("the keychain store", "Default of --biometrics."),
  AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME: doc(
    "the secret-service store",
    "Default of --secret-service-collection.",
  ),
  DBUS_SYSTEM_BUS_ADDRESS: doc(
    "lock --on-screen-lock",
    "Where the system bus listens; default /run/dbus/system_bus_socket.",
  ),
  DBUS_SESSION_BUS_ADDRESS: doc(
    "the secret-service and kwallet stores",
    "Where the session bus listens: sockets of this machine.",
  ),
  DISABLE_KWALLET: doc("the kwallet store", "`1`: it is not to be used."),
  XDG_RUNTIME_DIR: doc(
    "choice of the store",
    "Where the session bus listens when no variable says so, and where to look for a Secret Service that could be started.",
  ),
  XDG_DATA_HOME: doc("choice of the store", "See XDG_RUNTIME_DIR; default ~/.local/share."),
  XDG_DATA_DIRS: doc(
    "choice of the store",
    "See XDG_RUNTIME_DIR; default /usr/local/share, and always /usr/share.",
  ),
  AWS_VAULT_FILE_DIR: doc("the file store", "Default of --file-dir."),
  AWS_VAULT_FILE_PASSPHRASE: doc(
    "the file store",
    "The passphrase, also an empty one; never given to children.",
  ),
  AWS_VAULT_FROM_FILE_PASSPHRASE: doc(
    "migrate-backend, import",
    "The passphrase of the folder to copy from, where it is not AWS_VAULT_FILE_PASSPHRASE; never given to children.",
  ),
  AWS_VAULT_PASS_PASSWORD_STORE_DIR: doc("the pass and passage stores", "Default of --pass-dir."),
  AWS_VAULT_PASS_CMD: doc("the pass and passage stores", "Default of --pass-cmd."),
  AWS_VAULT_PASS_PREFIX: doc("the pass and passage stores", "Default of --pass-prefix."),
  PASSWORD_STORE_DIR: doc(
    "the pass store",
    "The password store without --pass-dir; default ~/.password-store.",
  ),
  PASSAGE_DIR: doc("the passage store", "The password store without --pass-dir; default ~/.passage/store."),
  PASSWORD_STORE_GPG_OPTS: doc("the pass store", "Options for gpg; `--status-fd` is added to them."),
  GPG_TTY: doc("the pass store", "Where gpg asks; default the controlling terminal."),
  AWS_VAULT_OP_TIMEOUT: doc("the 1Password stores", "Default of --op-timeout."),
  AWS_VAULT_OP_VAULT_ID: doc("the 1Password stores", "Default of --op-vault-id."),
  AWS_VAULT_OP_ITEM_TITLE_PREFIX: doc("the 1Password stores", "Default of --op-item-title-prefix."),
  AWS_VAULT_OP_ITEM_TAG: doc("the 1Password stores", "Default of --op-item-tag."),
  AWS_VAULT_OP_CONNECT_HOST: doc("the op-connect store", "Default of --op-connect-host."),
  AWS_VAULT_OP_DESKTOP_ACCOUNT_ID: doc("the op-desktop store", "Default of --op-desktop-account-id."),
  AWS_VAULT_OP_SERVICE_ACCOUNT_TOKEN: doc(
    "the op store",
    "The service account's token, else OP_SERVICE_ACCOUNT_TOKEN, else it is asked for; given to op alone.",
  ),
  OP_SERVICE_ACCOUNT_TOKEN: doc("the op store", "See AWS_VAULT_OP_SERVICE_ACCOUNT_TOKEN."),
  AWS_VAULT_OP_CONNECT_TOKEN: doc(
    "the op-connect store",
    "The Connect server's token, else OP_CONNECT_TOKEN, else it is asked for; never given to children.",
  ),
  OP_CONNECT_TOKEN: doc("the op-connect store", "See AWS_VAULT_OP_CONNECT_TOKEN."),
  OP_VAULT_ID: doc(
    "the 1Password stores",
    "The vault when neither --op-vault-id nor its variable names one.",
  ),
  OP_CONNECT_HOST: doc(
    "the op-connect store",
    "The server when neither --op-connect-host nor its variable names one.",
  ),
  OP_DESKTOP_ACCOUNT_ID: doc(
    "the op-desktop store",
    "The account when neither --op-desktop-account-id nor its variable names one.",
  ),
  AWS_VAULT_PROTON_PASS_SHARE_ID: doc(
    "nothing: no Proton Pass store",
    "Default of --proton-pass-share-id.",
  ),
  AWS_VAULT_PROTON_PASS_ITEM_TITLE_PREFIX: doc(
    "nothing: no Proton Pass store",
    "Default of --proton-pass-item-title-prefix.",
  ),
  AWS_VAULT_PROTON_PASS_API_BASE: doc(
    "nothing: no Proton Pass store",
    "Default of --proton-pass-api-base.",
  ),
  AWS_VAULT_PROTON_PASS_TIMEOUT: doc(
    "nothing: no Proton Pass store",
    "Default of --proton-pass-timeout.",
  ),
  AWS_VAULT_CACHE_DIR: doc("cached sessions", "The folder they are kept in."),
  XDG_STATE_HOME: doc("cached sessions", "Parent of the folder they are kept in; default ~/.local/state."),
  LOCALAPPDATA: doc("cached sessions on Windows", "Parent of the folder they are kept in."),
  AWS_VAULT_LOCK_AFTER: doc(
    "cached sessions",
    "How long without use sessions stay readable without the store, as a Go duration; `0`: not at all; default 8h. A profile's `vault_lock_after` comes first.",
  ),
} as const satisfies Record<string, EnvVarDoc>;

/** A variable that is declared here. */
export type EnvVarName = keyof typeof ENV_VARS;

/** Reads a variable; `undefined` when it is not set. Custom endpoints have a variable for each service. */
export type EnvLookup = (name: EnvVarName | `AWS_ENDPOINT_URL_${string}`) => string | undefined;

function doc(appliesTo: string, effect: string): EnvVarDoc {
  return { appliesTo, effect };
}
