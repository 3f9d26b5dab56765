/**
 * Builds each collaborator of a run once, when it is first needed. The only file, with `user_state.ts`, that knows who implements what.
 */
import { AwsHttpClient } from "./aws/http_client.ts";
import { chooseProxy } from "./aws/proxy.ts";
import { ServerClock } from "./aws/server_clock.ts";
import { isSignerStale } from "./aws/service_error.ts";
import type {
  ChildCommand,
  ChildEnvironmentRequest,
  GlobalOptions,
  IdleTimes,
  Locking,
  OpenedPlace,
  PassphraseVariable,
  Services,
  Sessions,
  SsoTokens,
  StorePlace,
} from "./cli/deps.ts";
import { askAgainCommand } from "./cli/ask_again.ts";
import { presentNotice, presentWarning } from "./cli/present.ts";
import { version } from "./cli/version.ts";
import { type AwsFilePlace, configFilePath, credentialsFilePath, loadIniFile } from "./config/aws_files.ts";
import { ConfigView } from "./config/config_view.ts";
import type { BusConnection } from "./dbus/bus_connection.ts";
import { lockAwsFile } from "./config/aws_file_lock.ts";
import { type AwsFileWriter, editAwsFile } from "./config/edit_aws_file.ts";
import { IniDocument } from "./config/ini_document.ts";
import { resolveSettings, type SettingsSources } from "./config/settings.ts";
import { callSts } from "./credentials/call_sts.ts";
import { getCredentials } from "./credentials/get_credentials.ts";
import type { CredentialsAnswer, CredentialsRequest } from "./credentials/request.ts";
import type { RunPlanDeps } from "./credentials/run_plan.ts";
import { recordName } from "./credentials/cached_answer.ts";
import { AppError, escapeControls } from "./errors.ts";
import { childEnvironment } from "./exec/child_env.ts";
import { runChild } from "./exec/run_child.ts";
import { canonicalPath, removeLeftoversBeside, replaceFile, sweepLeftovers } from "./host/atomic_file.ts";
import type { Host } from "./host/host.ts";
import { terminalName } from "./host/terminal_name.ts";
import type { KeySource, KeySourceRequest } from "./imports/open_key_source.ts";
import type { Log } from "./log.ts";
import { helperEnv } from "./prompts/helper_env.ts";
import { getMfaCode } from "./prompts/mfa_code.ts";
import { ANSWER_TIMEOUT_MS, openPrompter } from "./prompts/open_prompter.ts";
import { Questions } from "./prompts/questions.ts";
import type { StoreLock, TimedStoreLock } from "./locking/store_lock.ts";
import { CACHE_KEY_ITEM, CacheKeys } from "./sessions/cache_key.ts";
import { type SessionCache, setAside } from "./sessions/session_cache.ts";
import { SingleFlight } from "./sessions/single_flight.ts";
import { SpentCodes } from "./sessions/spent_codes.ts";
import type { SessionKind } from "./sessions/session_summary.ts";
import { storeParts } from "./store_parts.ts";
import * as state from "./user_state.ts";
import { AccessKeys } from "./vault/access_keys.ts";
import { type BackendDecision, chooseBackend, requireBackend } from "./vault/choose_backend.ts";
import { oidcItemName, parseOidcItemName, parseSessionItemName } from "./vault/item_names.ts";
import {
  findElsewhere,
  lookUpFacts,
  openStore,
  type OpenStoreDeps,
  openWincredStore,
} from "./vault/open_store.ts";
import type { Asking, SecretStore } from "./vault/secret_store.ts";

/** Longer than any prompt stays open, so that nobody gives up on a person who is still looking for the phone. */
const FLIGHT_WAIT_MS = ANSWER_TIMEOUT_MS + 60_000;

export function createServices(host: Host, options: GlobalOptions, log: Log): Services {
  const app = new App(host, options, log);
  return {
    config: () => Promise.resolve(new ConfigView(loadIniFile(host.files, app.configPath(), "config"))),
    saveProfile: (profile, values) => app.saveProfile(profile, values),
    accessKeys: () => app.accessKeys(),
    openPlace: (place) => app.openPlace(place),
    openKeySource: (request) => app.openKeySource(request),
    sessions: () => app.sessions(),
    ssoTokens: () => app.ssoTokens(),
    locking: () => app.locking(),
    inspect: async () => (await import("./inspection.ts")).inspect(host, options),
    tryStore: () => app.tryStore(),
    getCredentials: (request) => app.getCredentials(request),
    ask: (question) => app.questions.ask(question),
    confirm: (question) => app.questions.confirm(question),
    pickProfile: (names) => app.questions.pickProfile(names),
    childEnvironment: (request) => app.childEnvironment(request),
    runChild: (child) => app.runChild(child),
  };
}

class App {
  readonly questions: Questions;
  readonly #host: Host;
  readonly #options: GlobalOptions;
  readonly #log: Log;
  readonly #warned = new Set<string>();
  readonly #serverClock = new ServerClock();
  readonly #backend = once(() => this.#chooseBackend());
  readonly #store = once(async () => await openStore((await this.#backend()).backend, this.#openStoreDeps()));
  readonly #cacheParts = once(async () => this.#buildCache(await this.#backend()));
  #sources: SettingsSources | null = null;
  #http: AwsHttpClient | null = null;

  constructor(host: Host, options: GlobalOptions, log: Log) {
    this.#host = host;
    this.#options = options;
    this.#log = log;
    this.questions = new Questions(host, { silent: options.prompt === "none" });
    if (options.biometrics) this.#warn("--biometrics has no effect: this version asks for no fingerprint");
  }

  configPath(): string {
    return configFilePath(this.#awsFilePlace());
  }

  #awsFilePlace(): AwsFilePlace {
    const host = this.#host;
    return { env: state.envLookup(host), os: host.os, userDatabaseHome: () => host.userDatabaseHome() };
  }

  async saveProfile(profile: string, values: Readonly<Record<string, string>>): Promise<void> {
    await editAwsFile(
      awsFileWriter(this.#host),
      this.configPath(),
      "config",
      (document) => document.set("profile", profile, values),
    );
  }

  async accessKeys(): Promise<AccessKeys> {
    return new AccessKeys(await this.#store());
  }

  async tryStore(): Promise<void> {
    const { tryStore } = await import("./inspection.ts");
    await tryStore(await this.#store(), (length) => this.#host.random.bytes(length));
  }

  async openPlace(
    { backend, flag, options, service, passphraseVariables }: StorePlace,
  ): Promise<OpenedPlace> {
    requireBackend(backend, flag, await lookUpFacts(this.#host));
    const own = { ...this.#options, ...options };
    return {
      store: await openStore(backend, {
        ...this.#openStoreDeps(own, passphraseVariables),
        ...(service === undefined ? {} : { service }),
      }),
      identity: state.storeIdentity(backend, own, this.#host),
    };
  }

  async openKeySource(request: KeySourceRequest): Promise<KeySource> {
    const { openKeySource } = await import("./imports/open_key_source.ts");
    const host = this.#host;
    return await openKeySource(request, {
      os: host.os,
      env: host.env,
      foreignEnv: () => helperEnv(host.env.all(), "dialog"),
      files: host.files,
      executablePath: host.executablePath,
      processes: () => host.processes(),
      readStdin: (maxBytes) => host.readStdin(maxBytes),
      stdinIsTerminal: () => host.stdinIsTerminal(),
      home: () => state.expandHome("~", host),
      credentialsPath: () => credentialsFilePath(this.#awsFilePlace()),
      readCredentials: (path) => {
        const text = host.files.readText(path);
        return text === null ? null : new IniDocument({ path, text, dialect: "credentials" });
      },
      editCredentials: async (path, edit) => {
        await editAwsFile(awsFileWriter(host), path, "credentials", edit);
      },
      removeLeftoversBeside: (path, isDoomed) => removeLeftoversBeside(host.files, path, isDoomed),
      openStore: async (backend, { service, ...options }) => {
        const passphraseVariables = ["AWS_VAULT_FROM_FILE_PASSPHRASE"] as const;
        const place = { backend, flag: "--from-backend", options, service, passphraseVariables };
        return (await this.openPlace(place)).store;
      },
      openCredentialManager: async (service) => {
        requireBackend("wincred", "--from-backend", await lookUpFacts(host));
        return await openWincredStore({ native: () => host.native(), service });
      },
    });
  }

  async sessions(): Promise<Sessions> {
    const { cache, cacheKeys } = await this.#cacheParts();
    return {
      lock: () => cacheKeys.lock(),
      list: async () => {
        const foreign = await orNone(this.#foreignSessions("never"));
        return [...cache.list(), ...foreign.map(({ summary }) => summary)];
      },
      clear: async (profile) => {
        // Ours first: it needs no store, and must not depend on whether one opens.
        const ours = settled(() => cache.clear(profile));
        let count = 0;
        const store = await this.#store();
        for (const { item, summary } of await this.#foreignSessions()) {
          if ((profile === null || summary.profile === profile) && await store.remove(item)) count++;
        }
        return count + ours();
      },
    };
  }

  async ssoTokens(): Promise<SsoTokens> {
    const store = await this.#store();
    return {
      startUrls: async (asking) =>
        (await store.list(asking)).map(parseOidcItemName).filter((url) => url !== null),
      remove: (startUrl) => store.remove(oidcItemName(startUrl)),
    };
  }

  async locking(): Promise<Locking> {
    const { backend } = await this.#backend();
    const { whyStaysOpen } = await import("./locking/store_lock.ts");
    const timedStore = backend === "keychain" ? await this.#keychainLock() : null;
    const lock: Partial<StoreLock> = timedStore ?? await this.#store();
    return {
      lockStore: async () => await lock.lock?.() ?? null,
      whyStoreStaysOpen: whyStaysOpen(backend),
      timedStore,
      remembersKey: this.#host.os === "linux",
      // deno-lint-ignore require-await -- failures have to reject
      idleTimes: async () => this.#idleTimes(),
      watchScreenLock: async (told) => {
        const [{ watchScreenLock }, { sessionBusSockets, systemBusSockets }] = await Promise.all([
          import("./locking/screen_lock.ts"),
          import("./dbus/bus_address.ts"),
        ]);
        await watchScreenLock({
          sessionBus: () => this.#openBus(sessionBusSockets(this.#host)),
          systemBus: () => this.#openBus(systemBusSockets(this.#host)),
          userId: this.#host.userId(),
          ...told,
        });
      },
    };
  }

  async getCredentials(request: CredentialsRequest): Promise<CredentialsAnswer> {
    const { cache, cacheKeys, storeId } = await this.#cacheParts();
    const windows = state.expiryWindows(state.envLookup(this.#host), request.answerFor);
    return await getCredentials(request, {
      settings: ({ profile, overrides }) => this.#settings(profile, overrides),
      storeId,
      cached: () => ({
        cache,
        key: (lockAfter) => cacheKeys.unattended(lockAfter),
        now: () => this.#host.clock.now(),
        windowMs: windows.answer,
        sha256: this.#host.sha256,
      }),
      hasStoredKeys: async (profile) => await (await this.accessKeys()).holds(profile),
      runPlanDeps: () => this.#runPlanDeps(request, windows),
      hintsForMiss: (profile) => this.#hintsForMiss(profile),
      log: this.#log,
    });
  }

  childEnvironment(request: ChildEnvironmentRequest): Record<string, string> {
    return childEnvironment(this.#host.env.all(), { ...request, os: this.#host.os });
  }

  async runChild(child: ChildCommand): Promise<number> {
    return await runChild(child, this.#host.env.get("PATH") ?? "", await this.#host.processes());
  }

  async #chooseBackend(): Promise<BackendDecision> {
    const decision = chooseBackend(this.#options.backend, null, await lookUpFacts(this.#host));
    this.#log.debug(() => `secret store: ${decision.backend} (${decision.reason})`);
    return decision;
  }

  #openStoreDeps(
    options: GlobalOptions = this.#options,
    passphraseVariables: readonly PassphraseVariable[] = ["AWS_VAULT_FILE_PASSPHRASE"],
  ): OpenStoreDeps {
    return storeParts(this.#host, options, {
      passphraseVariables,
      questions: this.questions,
      log: this.#log,
      replaceFile,
      terminalName: () => terminalName(this.#host),
    });
  }

  #buildCache({ backend }: BackendDecision): CacheParts {
    const host = this.#host;
    const folder = state.cacheFolder(host);
    const warn = (message: string) => this.#warn(message);
    const replace = (path: string, bytes: Uint8Array) =>
      replaceFile(host.files, host.random, path, bytes, { mode: 0o600 });
    const cache = state.openSessionCache(host, folder, {
      replaceFile: replace,
      damaged: (path) => setAside(host.files, path, warn),
      warn,
    });
    const path = (fileName: string) => cache.path(fileName);
    const flight = new SingleFlight({
      files: host.files,
      locks: () => host.locks(),
      now: () => host.clock.now(),
      replaceFile: replace,
      path,
      folder,
      waitMs: FLIGHT_WAIT_MS,
      warn,
    });
    const storeId = state.storeIdentity(backend, this.#options, host);
    const cacheKeys = new CacheKeys({
      storeId,
      memory: () => state.kernelMemory(host),
      store: () => this.#storeOfCacheKey(backend),
      storeNeverAsks: neverAsks(backend, host),
      lockAfterSeconds: state.lockAfterSeconds(state.envLookup(host)),
      randomBytes: (length) => host.random.bytes(length),
      exclusively: (name, work) => flight.exclusively(name, work),
      derive: async (root, purpose, length) => {
        const { deriveKey } = await import("./sessions/derive_key.ts");
        return await deriveKey(root, purpose, length);
      },
    });
    const spentCodes = new SpentCodes({
      files: host.files,
      replaceFile: replace,
      path,
      now: () => host.clock.now(),
      digest: (text) => recordName(text, host.sha256),
    });
    return { folder, cache, cacheKeys, flight, spentCodes, storeId };
  }

  /** Windows Hello would ask for every cached answer: beside it, the key of the sessions is kept where `wincred` keeps it. */
  async #storeOfCacheKey(backend: BackendDecision["backend"]): Promise<SecretStore> {
    return backend === "winhello" ? await openStore("wincred", this.#openStoreDeps()) : await this.#store();
  }

  async #runPlanDeps(
    request: CredentialsRequest,
    windows: RunPlanDeps["windows"],
  ): Promise<RunPlanDeps> {
    const { cache, cacheKeys, flight, spentCodes, folder } = await this.#cacheParts();
    const host = this.#host;
    sweepNowAndThen(host, folder, cache);
    let token = request.mfaToken;
    const prompter = openPrompter(
      {
        requested: this.#options.prompt,
        hints: [`in a terminal, run: ${askAgainCommand(request, this.#options)}`],
      },
      host,
      this.#log,
    );
    return {
      now: () => host.clock.now(),
      clockOffset: () => this.#serverClock.offset(),
      storedKeys: async (profile) => await (await this.accessKeys()).read(profile),
      call: (step, signer, mfa) =>
        callSts(step, signer, mfa, { http: this.#httpClient(), clock: host.clock, random: host.random }),
      signerIsStale: isSignerStale,
      mfaCode: async ({ serial, profile, process }) => {
        const given = token;
        token = null; // a code works once, so a second call has to get its own
        return await getMfaCode({ serial, profile, token: given, mfaProcess: process, prompter }, host);
      },
      spentCodes,
      sha256: host.sha256,
      sleep: (ms) => host.clock.sleep(ms),
      cache,
      cacheKeys,
      flight,
      windows,
      heedRefusals: request.answerFor === "sdk" && request.mfaToken === null,
      note: (message) => presentNotice(host.stderr, message),
      log: this.#log,
    };
  }

  #httpClient(): AwsHttpClient {
    const { clock, random, env, files } = this.#host;
    const bundle = env.get("AWS_CA_BUNDLE");
    const caCertificates = bundle ? files.readText(bundle) : null;
    if (bundle && caCertificates === null) {
      throw new AppError(
        "ca-bundle-missing",
        "config",
        `AWS_CA_BUNDLE: there is no file ${escapeControls(bundle)}`,
      );
    }
    return this.#http ??= new AwsHttpClient({
      transport: () => this.#host.http(),
      clock,
      random,
      serverClock: this.#serverClock,
      proxyFor: (url) => chooseProxy(url, env),
      caCertificates,
      userAgent: `aws-vault/${version}`,
      log: this.#log,
    });
  }

  #settings(profile: string, overrides: CredentialsRequest["overrides"]) {
    this.#sources ??= state.settingsSources(this.#host);
    const trace = this.#log.enabled
      ? (name: string, setting: string, value: string, origin: string) =>
        this.#log.debug(() => `${name}: ${setting} = ${escapeControls(value)} (${escapeControls(origin)})`)
      : undefined;
    return resolveSettings(profile, this.#sources, overrides, trace);
  }

  #idleTimes(): IdleTimes {
    const general = state.lockAfterSeconds(state.envLookup(this.#host));
    const config = new ConfigView(loadIniFile(this.#host.files, this.configPath(), "config"));
    const profiles = config.profileNames().flatMap((profile) => {
      try {
        const seconds = this.#settings(profile, { region: null, durationSeconds: null }).lockAfterSeconds;
        return seconds === null ? [] : [{ profile, seconds }];
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return [];
      }
    });
    return { general, profiles };
  }

  /** aws-vault's own keychain where there is one. */
  async #keychainLock(): Promise<TimedStoreLock> {
    const { KeychainLock } = await import("./locking/keychain_lock.ts");
    const { files, env } = this.#host;
    const path = `${state.userHome(this.#host)}/Library/Keychains/${this.#options.keychain}.keychain-db`;
    return new KeychainLock(files.exists(path) ? path : null, {
      env,
      processes: () => this.#host.processes(),
    });
  }

  async #openBus(sockets: readonly string[]): Promise<BusConnection> {
    const { BusConnection } = await import("./dbus/bus_connection.ts");
    const { clock } = this.#host;
    return await BusConnection.open(
      { connectLocal: (path) => this.#host.connectLocal(path), clock },
      sockets,
    );
  }

  async #hintsForMiss(profile: string): Promise<string[]> {
    const { backend } = await this.#backend();
    const others = await findElsewhere(profile, backend, this.#openStoreDeps());
    return others.map((other) => `there are keys for it in the ${other} store: --backend=${other}`);
  }

  /** Sessions that aws-vault itself left in the store. */
  async #foreignSessions(asking: Asking = "if needed") {
    const names = await (await this.#store()).list(asking);
    return names.filter((name) => name !== CACHE_KEY_ITEM).flatMap((item) => {
      const parsed = parseSessionItemName(item);
      // Without a prefix a store also shows what is under the prefixes of others.
      if (parsed === null || parsed.type.includes("/")) return [];
      const { profile, expiresAtSeconds } = parsed;
      return [{
        item,
        summary: { kind: parsed.type as SessionKind, profile, expiresAt: expiresAtSeconds * 1000 },
      }];
    });
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    presentWarning(this.#host.stderr, message);
  }
}

function awsFileWriter(host: Host): AwsFileWriter {
  const { os, files, random, clock, sha256 } = host;
  const folder = () => state.cacheFolder(host);
  const canonical = (path: string) => canonicalPath(files, path);
  const parts = { os, files, canonicalPath: canonical, locks: () => host.locks(), folder, sha256 };
  const lock = (path: string) => lockAwsFile(parts, path);
  return { os, files, random, clock, replaceFile, lock };
}

interface CacheParts {
  readonly folder: string;
  readonly cache: SessionCache;
  readonly cacheKeys: CacheKeys;
  readonly flight: SingleFlight;
  readonly spentCodes: SpentCodes;
  readonly storeId: string;
}

/** Whether reading the store leads to no prompt of ours, and to no more than one of the system's for all callers together. */
function neverAsks(backend: SecretStore["backend"], host: Host): boolean {
  if (backend === "file") return host.env.get("AWS_VAULT_FILE_PASSPHRASE") !== undefined;
  return backend === "keychain" || backend === "wincred" || backend === "winhello" || backend === "keyctl";
}

/** Does the work now; what is returned gives its result, or throws its failure. */
function settled<T>(work: () => T): () => T {
  try {
    const result = work();
    return () => result;
  } catch (failure) {
    return () => {
      throw failure;
    };
  }
}

/** Nothing of a store that is locked: what is listed beside it needs no unlocking. */
async function orNone<T>(listing: Promise<T[]>): Promise<T[]> {
  try {
    return await listing;
  } catch (error) {
    if (error instanceof AppError && error.kind === "locked") return [];
    throw error;
  }
}

/** Expired records go with one cold run in an hour. Nothing depends on it. */
function sweepNowAndThen(host: Host, folder: string, cache: SessionCache): void {
  const mark = cache.path("swept");
  try {
    const last = host.files.stat(mark)?.modifiedAt ?? 0;
    if (Math.abs(host.clock.now() - last) < 3_600_000) return;
    host.files.makeDirectory(folder, 0o700);
    replaceFile(host.files, host.random, mark, new Uint8Array(), { mode: 0o600 });
    sweepLeftovers(host.files, host.clock, folder);
    cache.sweep();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

/** The same promise for every caller; after a failure the next caller tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () =>
    made ??= make().catch((error) => {
      made = null;
      throw error;
    });
}
