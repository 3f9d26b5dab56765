/**
 * Looks at everything that `doctor` reports on, without opening a store, asking anybody or writing anything; and, as a step of its own,
 * tries the store with a made-up item. What is found is data: `cli/doctor_report.ts` judges it.
 */
import type { GlobalOptions, Inspection, ProfileProblem } from "./cli/deps.ts";
import { configFilePath, credentialsFilePath, loadIniFile } from "./config/aws_files.ts";
import { ConfigView } from "./config/config_view.ts";
import { IniDocument } from "./config/ini_document.ts";
import { resolveSettings } from "./config/settings.ts";
import { AppError } from "./errors.ts";
import type { Files, Host } from "./host/host.ts";
import { findInCredentialsFile } from "./imports/credentials_file.ts";
import { isUsable } from "./imports/found_key.ts";
import { choosePrompter, usableDrivers } from "./prompts/choose_prompter.ts";
import { lookRound } from "./prompts/open_prompter.ts";
import { Secret } from "./secret.ts";
import * as state from "./user_state.ts";
import { type BackendDecision, chooseBackend } from "./vault/choose_backend.ts";
import { lookUpFacts } from "./vault/open_store.ts";
import { type SecretStore, StoreError } from "./vault/secret_store.ts";

export async function inspect(host: Host, options: GlobalOptions): Promise<Inspection> {
  return {
    home: state.userHome(host),
    userId: host.userId(),
    config: attempt(() => lookAtConfig(host)),
    plainKeys: attempt(() => lookAtCredentialsFile(host)),
    store: await attemptLater(() => lookAtStore(host, options)),
    cache: attempt(() => lookAtCache(host)),
    prompts: await attemptLater(() => lookAtPrompts(host, options)),
  };
}

/** Stores an item under a name of its own, reads it back, removes it. Throws what the store throws, and `store-damaged` when it gives back something else. */
export async function tryStore(
  store: SecretStore,
  randomBytes: (length: number) => Uint8Array,
): Promise<void> {
  const name = `aws-vault-doctor-${hex(randomBytes(8))}`;
  const value = `{"made-up":"${hex(randomBytes(16))}"}`;
  try {
    await store.write({
      name,
      payload: new Secret(value),
      label: "aws-vault doctor",
      description: "made up; may be deleted",
      trusted: true,
    });
    if ((await store.read(name))?.reveal() !== value) {
      throw new StoreError("damaged", `the ${store.description} gave back something else than was stored`);
    }
  } finally {
    await store.remove(name);
  }
}

function lookAtConfig(host: Host): Inspection["config"] & object {
  const path = configFilePath(place(host));
  const config = new ConfigView(loadIniFile(host.files, path, "config"));
  const names = config.profileNames();
  const sources = state.settingsSources(host);
  const problems: ProfileProblem[] = [];
  for (const profile of names) {
    const problem = attempt(() => resolveSettings(profile, sources, { region: null, durationSeconds: null }));
    if (problem instanceof AppError) problems.push({ profile, message: problem.message });
  }
  return {
    path,
    exists: host.files.exists(path),
    profiles: names.length,
    problems,
    mistakes: config.mistakes(),
  };
}

function lookAtCredentialsFile(host: Host): Inspection["plainKeys"] & object {
  const path = credentialsFilePath(place(host));
  const file = loadIniFile(host.files, path, "credentials");
  const document = new IniDocument(file);
  const broken = document.names("profile").map((name) => attempt(() => document.read("profile", name)))
    .flatMap((section) => section instanceof AppError ? section.message : []);
  return {
    path,
    profiles: findInCredentialsFile(document).filter(isUsable).length,
    mistakes: [...new Set([...document.mistakes(), ...broken])],
  };
}

async function lookAtStore(host: Host, options: GlobalOptions): Promise<BackendDecision> {
  return chooseBackend(options.backend, null, await lookUpFacts(host));
}

function lookAtCache(host: Host): Inspection["cache"] & object {
  const folder = state.cacheFolder(host);
  const found = host.files.stat(folder);
  if (found === null) return { folder, found, above: nearestAbove(folder, host.files) };
  return { folder, found: { mode: found.mode, userId: found.userId, kind: found.kind }, above: null };
}

/** The nearest thing on the way to the path that is there; `null` when nothing is, as for a relative path. */
function nearestAbove(path: string, files: Files) {
  for (let at = lastSeparator(path, files); at > 0; at = lastSeparator(path.slice(0, at), files)) {
    const parent = path.slice(0, at);
    const found = files.stat(parent);
    if (found !== null) {
      return { path: parent, mode: found.mode, userId: found.userId, kind: found.kind };
    }
  }
  return null;
}

function lastSeparator(path: string, { backslashSeparates }: Files): number {
  return Math.max(path.lastIndexOf("/"), backslashSeparates ? path.lastIndexOf("\\") : -1);
}

async function lookAtPrompts(host: Host, options: GlobalOptions): Promise<Inspection["prompts"] & object> {
  const facts = await lookRound(host);
  // `--prompt=pass` runs pass, which takes no folder from our flags.
  const passIsSetUp =
    attempt(() => host.files.exists(`${state.passwordStore("pass", null, host)}/.gpg-id`)) === true;
  const usable = usableDrivers(facts).filter((name) => name !== "pass" || passIsSetUp);
  return { ...choosePrompter(options.prompt, facts), usable };
}

function place(host: Host) {
  return { env: state.envLookup(host), os: host.os, userDatabaseHome: () => host.userDatabaseHome() };
}

/** What a failure says is a finding too. */
function attempt<T>(look: () => T): T | AppError {
  try {
    return look();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

async function attemptLater<T>(look: () => Promise<T>): Promise<T | AppError> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
