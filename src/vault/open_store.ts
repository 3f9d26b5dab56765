/** Opens the chosen secret store, loading the code of that one only, and looks into the others for hints. */
import { sessionBusSockets } from "../dbus/bus_address.ts";
import { AppError, escapeControls } from "../errors.ts";
import type { Clock, Files, Host, NativeLoader, OperatingSystem, Random } from "../host/host.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secret.ts";
import { type BackendFacts, gatherFacts } from "./choose_backend.ts";
import { type BackendName, type SecretStore, StoreError } from "./secret_store.ts";
import type { FileStore, FileStoreDeps } from "./stores/file_store.ts";
import type { OpItemShape } from "./stores/op_item.ts";
import type { OpConnectDeps } from "./stores/op_connect.ts";
import type { OpBackend, OpStore } from "./stores/op_store.ts";
import type { PassFlavor, PassStore, PassStoreDeps } from "./stores/pass_store.ts";
import type { WincredStore } from "./stores/wincred_store.ts";
import type { WinhelloStore } from "./stores/winhello_store.ts";
import type { StoreProgramDeps } from "./stores/store_program.ts";

/** One exchange with a Connect server, which asks 1Password in its turn where it has no copy. */
const CONNECT_DEADLINE_MS = 30_000;

export interface OpenStoreDeps {
  readonly os: OperatingSystem;
  /** As the host names it. */
  readonly arch: string;
  readonly files: Files;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
  readonly native: () => Promise<NativeLoader>;
  readonly bus: SessionBus;
  /** Of another tool's items, in stores that have services; aws-vault's when it is not given. */
  readonly service?: string;
  /** `--keychain`. */
  readonly keychain: string;
  /** `--secret-service-collection`. */
  readonly secretServiceCollection: string;
  /** `--file-dir`, absolute. */
  readonly fileDirectory: string;
  /** What the `file` store asks of other rooms. */
  readonly fileStore: Pick<
    FileStoreDeps,
    "replaceFile" | "givenPassphrase" | "passphraseVariable" | "askPassphrase"
  >;
  /** For the stores of other password managers. */
  readonly program: () => Omit<StoreProgramDeps, "clock">;
  /** What the `pass` and `passage` stores need of flags and host. `prefix` is as given. */
  readonly passStore: (
    flavor: PassFlavor,
  ) => Pick<PassStoreDeps, "command" | "directory" | "prefix" | "terminalName">;
  readonly onePassword: OnePasswordDeps;
}

/** What the 1Password stores need of flags and host. `null`: not named. */
export interface OnePasswordDeps extends Pick<OpConnectDeps, "transport" | "proxyFor"> {
  readonly vault: string | null;
  readonly connectHost: string | null;
  readonly account: string | null;
  readonly shape: OpItemShape;
  /** Of one call of the program. */
  readonly timeoutMs: number;
  /** From the environment, or the user. */
  readonly token: (backend: "op" | "op-connect") => Promise<Secret>;
}

/** What it takes to find and reach the session bus. */
export type SessionBus = Pick<Host, "env" | "userId" | "connectLocal" | "clock">;

/** Nothing is unlocked, asked or written yet; where the store's library can't be loaded this throws. */
export async function openStore(backend: BackendName, deps: OpenStoreDeps): Promise<SecretStore> {
  switch (backend) {
    case "file":
      return await openFileStore(deps);
    case "keyctl": {
      const [{ KeyctlStore }, keyring] = await Promise.all([
        import("./stores/keyctl_store.ts"),
        itemKeyring(deps),
      ]);
      return new KeyctlStore(keyring);
    }
    case "pass":
    case "passage":
      return await openPassStore(backend, deps);
    case "op":
    case "op-desktop":
    case "op-connect":
      return await openOpStore(backend, deps);
    case "wincred":
      return await openWincredStore(deps);
    case "winhello":
      return await openWinhelloStore(deps);
    case "keychain": {
      const [{ KeychainStore }, native] = await Promise.all([
        import("./stores/keychain_store.ts"),
        deps.native(),
      ]);
      const { clock, keychain, service } = deps;
      return new KeychainStore({ native, clock, keychain, ...(service === undefined ? {} : { service }) });
    }
    case "secret-service": {
      const { SecretServiceStore } = await import("./stores/secret_service_store.ts");
      const { bus, random, log, secretServiceCollection: collection } = deps;
      return new SecretServiceStore({
        ...busDeps(bus),
        random,
        collection,
        debug: (text) => log.debug(text),
      });
    }
    case "kwallet": {
      const { KwalletStore } = await import("./stores/kwallet_store.ts");
      return new KwalletStore(busDeps(deps.bus), deps.service);
    }
  }
}

/**
 * In which other stores of this machine the profile has an item, for a hint. Looks only where that needs no unlocking and no
 * prompt; a store that fails counts as one without the item.
 */
export async function findElsewhere(
  profile: string,
  chosen: BackendName,
  deps: OpenStoreDeps,
): Promise<BackendName[]> {
  const found: BackendName[] = [];
  for (const [backend, has] of lookups(deps)) {
    if (backend === chosen) continue;
    try {
      if (await has(profile)) found.push(backend);
    } catch (failure) {
      deps.log.debug(() => `could not look into the ${backend} store: ${String(failure)}`);
    }
  }
  return found;
}

/** The facts for {@link chooseBackend}, on this machine. */
export function lookUpFacts(
  host: Pick<Host, "os" | "files"> & SessionBus,
): Promise<BackendFacts> {
  return gatherFacts(host, async () => {
    const { isSecretServiceRunning } = await import("./stores/secret_service.ts");
    return await isSecretServiceRunning(busDeps(host));
  });
}

function busDeps(bus: SessionBus) {
  const { clock } = bus;
  return { clock, connectLocal: (path: string) => bus.connectLocal(path), sockets: sessionBusSockets(bus) };
}

type Lookup = (profile: string) => Promise<boolean>;

function lookups(deps: OpenStoreDeps): (readonly [BackendName, Lookup])[] {
  const file: Lookup = async (profile) => (await openFileStore(deps)).has(profile);
  const keyctl: Lookup = async (profile) => (await itemKeyring(deps)).has(profile);
  // The Credential Manager never asks.
  const wincred: Lookup = async (profile) => await (await openStore("wincred", deps)).read(profile) !== null;
  const passwordStore = (flavor: PassFlavor): [BackendName, Lookup] => [
    flavor,
    async (profile) => (await openPassStore(flavor, deps)).has(profile),
  ];
  const everywhere: [BackendName, Lookup] = ["file", file];
  const winhello: Lookup = async (profile) => (await openWinhelloStore(deps)).has(profile);
  if (deps.os === "windows") return [everywhere, ["wincred", wincred], ["winhello", winhello]];
  const unix: [BackendName, Lookup][] = [everywhere, passwordStore("pass"), passwordStore("passage")];
  return deps.os === "linux" ? [...unix, ["keyctl", keyctl]] : unix;
}

/** Throws a StoreError where the flags don't say which vault or server, and `flag-value-invalid` for an address that is none. */
async function openOpStore(backend: OpBackend, deps: OpenStoreDeps): Promise<OpStore> {
  const { vault, connectHost, account, shape, timeoutMs, token, transport, proxyFor } = deps.onePassword;
  const { OpStore } = await import("./stores/op_store.ts");
  if (vault === null) throw notNamed(backend, "vault", "--op-vault-id", "AWS_VAULT_OP_VAULT_ID");
  if (backend === "op-connect") {
    const { OpConnect } = await import("./stores/op_connect.ts");
    if (connectHost === null) {
      throw notNamed(backend, "server", "--op-connect-host", "AWS_VAULT_OP_CONNECT_HOST");
    }
    const secret = () => token("op-connect");
    const connect = {
      transport,
      proxyFor,
      host: connectHost,
      vault,
      shape,
      token: secret,
      timeoutMs: CONNECT_DEADLINE_MS,
    };
    return new OpStore(backend, new OpConnect(connect), shape);
  }
  const { OpCli } = await import("./stores/op_cli.ts");
  const signIn = backend === "op" ? { token: () => token("op"), account: null } : { token: null, account };
  const { os, clock } = deps;
  return new OpStore(
    backend,
    new OpCli({ os, clock, vault, shape, timeoutMs, ...signIn, ...deps.program() }),
    shape,
  );
}

function notNamed(backend: OpBackend, what: string, flag: string, variable: string): StoreError {
  return new StoreError("unavailable", `the ${backend} store needs to know the ${what}`, {
    hints: [`name it with ${flag} or ${variable}`],
  });
}

/** Throws `flag-value-invalid` for a prefix that leads out of the password store. */
async function openPassStore(flavor: PassFlavor, deps: OpenStoreDeps): Promise<PassStore> {
  const [{ PassStore }, { cleanPrefix }] = await Promise.all([
    import("./stores/pass_store.ts"),
    import("./stores/pass_entries.ts"),
  ]);
  const { files, random, clock, log } = deps;
  const { prefix: given, ...parts } = deps.passStore(flavor);
  const prefix = cleanPrefix(given);
  if (prefix === null) {
    throw new AppError(
      "flag-value-invalid",
      "usage",
      `--pass-prefix leads out of the password store: "${escapeControls(given)}"`,
      { hints: ["name a folder within the store, such as --pass-prefix=aws"] },
    );
  }
  return new PassStore({ flavor, prefix, files, random, clock, log, ...deps.program(), ...parts });
}

export async function openWincredStore(
  { native, service }: Pick<OpenStoreDeps, "native" | "service">,
): Promise<WincredStore> {
  const [{ WincredStore }, loaded] = await Promise.all([import("./stores/wincred_store.ts"), native()]);
  return new WincredStore(loaded, service);
}

async function openWinhelloStore({ native, clock, random }: OpenStoreDeps): Promise<WinhelloStore> {
  const [{ WinhelloStore }, loaded] = await Promise.all([import("./stores/winhello_store.ts"), native()]);
  return new WinhelloStore({ native: loaded, clock, random });
}

async function openFileStore(deps: OpenStoreDeps): Promise<FileStore> {
  const { FileStore } = await import("./stores/file_store.ts");
  const { os, files, random, clock, log, fileDirectory: directory } = deps;
  return new FileStore({ os, files, random, clock, log, directory, ...deps.fileStore });
}

async function itemKeyring(deps: OpenStoreDeps) {
  const [{ KernelKeyring }, { KEYCTL_KEYRING }, native] = await Promise.all([
    import("./kernel_keyring.ts"),
    import("./stores/keyctl_store.ts"),
    deps.native(),
  ]);
  return new KernelKeyring(native, deps.arch, KEYCTL_KEYRING);
}
