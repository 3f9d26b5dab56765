/** Looks for access keys where the user says they are. Nothing is changed there until {@link KeySource.remove} is called. */
import type { IniDocument } from "../config/ini_document.ts";
import { AppError, escapeControls } from "../errors.ts";
import type { Environment, Files } from "../host/host.ts";
import { Secret } from "../secret.ts";
import type { BackendName, SecretStore } from "../vault/secret_store.ts";
import type { WincredStore } from "../vault/stores/wincred_store.ts";
import {
  countPlainSecrets,
  findInCredentialsFile,
  lineWithSecret,
  removeFromCredentialsFile,
} from "./credentials_file.ts";
import {
  AWS_SSO_COLLECTION,
  AWS_SSO_FOLDER,
  AWS_SSO_ITEM,
  AWS_SSO_SERVICE,
  findInAwsSso,
  findInGranted,
  GRANTED_FOLDER,
  GRANTED_KEYCHAIN,
  GRANTED_SERVICE,
  joinAwsSsoParts,
} from "./foreign_stores.ts";
import { type Finding, type FoundKey, toFinding } from "./found_key.ts";
import { type KeyFileHost, readKeyFile, requireFile } from "./key_file.ts";
import { awskeyring, findByProgram, type KeyProgramHost, otherAwsVault } from "./key_programs.ts";
import { readKeyText } from "./key_text.ts";

export type KeySourceName =
  | "credentials-file"
  | "csv"
  | "env"
  | "aws-vault"
  | "granted"
  | "aws-sso"
  | "awskeyring";

export interface KeySourceRequest {
  readonly from: KeySourceName;
  /** The file to read, `-` for stdin where a file may be that; `null` for the source's usual place. */
  readonly file: string | null;
  readonly program: string | null;
  /** The name of the other tool's store. */
  readonly backend: string | null;
  /** Names of profiles; empty for all. A source whose keys have no names gives a single key the only name. */
  readonly wanted: readonly string[];
}

export interface KeySource {
  /** For messages. */
  readonly place: string;
  readonly findings: readonly Finding[];
  /** What of it can't be read, each with its line; keys may be there. */
  readonly mistakes?: readonly string[];
  /** Takes keys out of the plain text they are in; `null` where there is none to change. */
  readonly remove: ((keys: readonly FoundKey[]) => Promise<Removal>) | null;
}

export interface Removal {
  /** Profiles whose keys are no longer there. */
  readonly removed: readonly string[];
  /** What the user should know about what is still there. */
  readonly notices: readonly string[];
}

/** Where a store of another tool is; the members are those of the global flags, and the service of its items. */
export interface ForeignPlace {
  readonly fileDir: string;
  readonly secretServiceCollection: string;
  readonly passPrefix: string;
  readonly keychain: string;
  readonly service: string;
}

export interface KeySourceHost extends KeyProgramHost, KeyFileHost {
  readonly env: Environment;
  readonly files: Pick<Files, "stat" | "readBytes" | "readText" | "realPath" | "remove" | "exists">;
  /** The user's home. Throws `home-unknown`. */
  home(): string;
  credentialsPath(): string;
  /** The file as it is; `null` when there is none. */
  readCredentials(path: string): IniDocument | null;
  /** As `editAwsFile` in the dialect of the credentials file. */
  editCredentials(path: string, edit: (document: IniDocument) => void): Promise<void>;
  /** Removes temporary files of killed edits of the file that hold what is to be gone. */
  removeLeftoversBeside(path: string, isDoomed: (content: string) => boolean): void;
  openStore(backend: BackendName, place: ForeignPlace): Promise<SecretStore>;
  /** For credentials that are no items on their own. Throws `backend-unavailable`. */
  openCredentialManager(service: string): Promise<Pick<WincredStore, "description" | "readBytes">>;
}

/** Throws AppErrors `import-…` and what reading the source throws. */
export async function openKeySource(request: KeySourceRequest, host: KeySourceHost): Promise<KeySource> {
  refuseUseless(request);
  switch (request.from) {
    case "credentials-file":
      if (request.file !== null) requireFile(request.file, host.files, []);
      return credentialsFile(request.file ?? host.credentialsPath(), host);
    case "csv":
      return await keyFile(request, host);
    case "env":
      return environment(request, host);
    case "aws-vault": {
      if (request.program === null) {
        throw new AppError("import-program-missing", "usage", "--from=aws-vault needs --program", {
          hints: ["the path of the aws-vault to copy from: --program=/usr/local/bin/aws-vault-old"],
        });
      }
      return await byProgram(otherAwsVault(request.program, request.backend), request, host);
    }
    case "awskeyring":
      return await byProgram(awskeyring(request.program ?? "awskeyring"), request, host);
    case "granted":
      return await granted(request, host);
    case "aws-sso":
      return await awsSso(request, host);
  }
}

/** Which sources each flag says something about. */
const FLAGS: readonly [keyof KeySourceRequest, flag: string, readonly KeySourceName[]][] = [
  ["file", "--file", ["credentials-file", "csv", "aws-sso"]],
  ["program", "--program", ["aws-vault", "awskeyring"]],
  ["backend", "--from-backend", ["aws-vault", "granted", "aws-sso"]],
];

function refuseUseless(request: KeySourceRequest): void {
  for (const [member, flag, sources] of FLAGS) {
    if (request[member] === null || sources.includes(request.from)) continue;
    throw new AppError("flag-conflict", "usage", `--from=${request.from} takes no ${flag}`, {
      hints: [`${flag} goes with --from=${sources.join(" or ")}`],
    });
  }
}

function credentialsFile(path: string, host: KeySourceHost): KeySource {
  const place = escapeControls(path);
  const document = host.readCredentials(path);
  if (document === null) throw new AppError("key-file-missing", "usage", `there is no file ${place}`);
  return {
    place,
    findings: findInCredentialsFile(document),
    mistakes: document.mistakes(),
    remove: async (keys) => {
      let removed: string[] = [];
      await host.editCredentials(path, (document) => removed = removeFromCredentialsFile(document, keys));
      const gone = keys.filter(({ profile }) => removed.includes(profile));
      host.removeLeftoversBeside(path, (text) => gone.some((key) => lineWithSecret(text, key) !== null));
      const left = host.files.readText(path) ?? "";
      const notices = keys.filter(({ profile }) => !removed.includes(profile)).map(({ profile }) =>
        `${place} has another key for ${escapeControls(profile)} by now, which stays there`
      );
      for (const key of gone) {
        const line = lineWithSecret(left, key);
        if (line === null) continue;
        notices.push(
          `line ${line} of ${place} still holds the secret of ${
            escapeControls(key.profile)
          }: remove it by hand`,
        );
      }
      const others = countPlainSecrets(left);
      if (others > 0) {
        notices.push(`${place} still has plain-text secrets that were not imported: ${others}`);
      }
      return { removed, notices };
    },
  };
}

async function keyFile({ file, wanted }: KeySourceRequest, host: KeySourceHost): Promise<KeySource> {
  if (file === null) {
    throw new AppError("import-file-missing", "usage", "--from=csv needs --file", {
      hints: ["the file that the AWS console offers: --file=work_accessKeys.csv; - reads stdin"],
    });
  }
  const text = await readKeyFile(file, host);
  const keys = readKeyText(text);
  const findings = keys.map((key): Finding => {
    const profile = (keys.length === 1 ? wanted[0] : undefined) ?? key.userName;
    if (profile !== null) return { profile, ...key };
    throw nameMissing(
      keys.length === 1 ? "the file does not say whose key it holds" : "a key in the file has no user name",
      `aws-vault import --from=csv --file=FILE PROFILE`,
    );
  });
  const place = file === "-" ? "standard input" : escapeControls(file);
  return {
    place,
    findings,
    // deno-lint-ignore require-await -- failures have to reject
    remove: file === "-" ? null : async (imported) => {
      const left = findings.length - imported.length;
      if (left > 0) return { removed: [], notices: [`${place} stays: it has keys that were not imported`] };
      if (/^[^\n]*password/i.test(text)) {
        return { removed: [], notices: [`${place} stays: it has a console password besides the keys`] };
      }
      // The user was asked meanwhile.
      if (host.files.stat(file, { noFollow: true })?.kind !== "file") {
        return {
          removed: [],
          notices: [`${place} stays: it is a link; remove the file it leads to by hand`],
        };
      }
      if (host.files.readText(file) !== text) {
        return { removed: [], notices: [`${place} stays: it was changed since it was read`] };
      }
      host.files.remove(file);
      return { removed: imported.map(({ profile }) => profile), notices: [] };
    },
  };
}

function environment({ wanted }: KeySourceRequest, { env }: KeySourceHost): KeySource {
  const [profile] = wanted;
  if (profile === undefined) {
    throw nameMissing("a key in the environment has no name", "aws-vault import --from=env PROFILE");
  }
  const parts = {
    id: env.get("AWS_ACCESS_KEY_ID") ?? "",
    secret: env.get("AWS_SECRET_ACCESS_KEY") ?? "",
    token: env.get("AWS_SESSION_TOKEN") ?? "",
  };
  return { place: "the environment", findings: [toFinding(profile, parts)], remove: null };
}

async function byProgram(
  program: Parameters<typeof findByProgram>[0],
  { wanted }: KeySourceRequest,
  host: KeySourceHost,
): Promise<KeySource> {
  const findings = await findByProgram(program, wanted, host);
  return { place: escapeControls(program.command), findings, remove: null };
}

async function granted({ backend, wanted }: KeySourceRequest, host: KeySourceHost): Promise<KeySource> {
  const fileDir = `${host.home()}/.granted/${GRANTED_FOLDER}`;
  const store = await foreignStore("granted", backend, host, {
    fileDir,
    secretServiceCollection: GRANTED_SERVICE,
    passPrefix: GRANTED_SERVICE,
    keychain: GRANTED_KEYCHAIN,
    service: GRANTED_SERVICE,
  }, ["granted credentials export-plaintext PROFILE, then aws-vault import --remove-source"]);
  return { place: store.description, findings: await findInGranted(store, wanted), remove: null };
}

async function awsSso({ file, backend }: KeySourceRequest, host: KeySourceHost): Promise<KeySource> {
  const config = host.env.get("XDG_CONFIG_HOME") || `${host.home()}/.config`;
  const folder = [`${host.home()}/.aws-sso`, `${config}/aws-sso`].find((path) => host.files.exists(path)) ??
    `${config}/aws-sso`;
  if (file !== null) {
    requireFile(file, host.files, []);
    const text = host.files.readText(file) ?? "";
    const place = escapeControls(file);
    return { place, findings: findInAwsSso(new Secret(text), place), remove: null };
  }
  if (backend === "wincred") {
    const manager = await host.openCredentialManager(AWS_SSO_SERVICE);
    const place = manager.description;
    const records = joinAwsSsoParts((name) => manager.readBytes(name), place);
    return { place, findings: records === null ? [] : findInAwsSso(records, place), remove: null };
  }
  const store = await foreignStore("aws-sso-cli", backend, host, {
    fileDir: `${folder}/${AWS_SSO_FOLDER}`,
    secretServiceCollection: AWS_SSO_COLLECTION,
    passPrefix: "",
    keychain: "",
    service: AWS_SSO_SERVICE,
  }, ["with its JSON store, name that file: --file=PATH"]);
  const place = store.description;
  const records = await store.read(AWS_SSO_ITEM);
  return { place, findings: records === null ? [] : findInAwsSso(records, place), remove: null };
}

/** Stores in which an item's place is wholly described by {@link ForeignPlace}. */
const FOREIGN_BACKENDS: readonly BackendName[] = [
  "file",
  "keychain",
  "kwallet",
  "pass",
  "secret-service",
  "wincred",
];

async function foreignStore(
  tool: string,
  backend: string | null,
  host: KeySourceHost,
  place: ForeignPlace,
  hints: readonly string[],
): Promise<SecretStore> {
  const chosen = backend ?? (host.files.exists(place.fileDir) ? "file" : null);
  const known = FOREIGN_BACKENDS.join(", ");
  if (chosen === null) {
    throw new AppError(
      "import-store-unknown",
      "missing",
      `${tool} has no file store at ${escapeControls(place.fileDir)}`,
      { hints: [`name the store it uses with --from-backend (${known})`, ...hints] },
    );
  }
  const readable = FOREIGN_BACKENDS.find((name) => name === chosen);
  if (readable !== undefined) return await host.openStore(readable, place);
  throw new AppError(
    "import-store-unknown",
    "usage",
    `${tool}'s items in the ${chosen} store can't be read from here`,
    {
      hints: [`stores that can: ${known}`, ...hints],
    },
  );
}

function nameMissing(problem: string, example: string): AppError {
  return new AppError("import-name-missing", "usage", `${problem}, so the profile has to be named`, {
    hints: [example],
  });
}
