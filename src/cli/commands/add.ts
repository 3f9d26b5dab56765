/**
 * `add`: stores a user's access key under a profile's name and puts the profile into the config file. Asks for access key id, secret access key
 * and MFA device, in this order; answers that can't be right are refused before anything is stored.
 */
import { AppError } from "../../errors.ts";
import { Secret } from "../../secret.ts";
import { classifyItemName, requireWritableItemName } from "../../vault/item_names.ts";
import {
  checkAccessKeyId,
  checkMfaSerial,
  checkSecretKey,
  oddSecretKey,
} from "../../imports/access_key_input.ts";
import { readKeyFile } from "../../imports/key_file.ts";
import { readKeyText } from "../../imports/key_text.ts";
import type { InputOf } from "../command.ts";
import { countOf } from "../count_of.ts";
import type { addDeclaration } from "../declarations.ts";
import type { CommandDeps, ConfigView, NewAccessKeys } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { goQuote } from "../go_quote.ts";
import { presentMistakes } from "../present_mistakes.ts";
import { presentNotice, presentWarning } from "../present.ts";

type AddDeps = Pick<
  CommandDeps,
  | "config"
  | "saveProfile"
  | "accessKeys"
  | "sessions"
  | "ask"
  | "env"
  | "files"
  | "readStdin"
  | "stdinIsTerminal"
  | "stdout"
  | "stderr"
>;

export async function add(input: InputOf<typeof addDeclaration>, deps: AddDeps): Promise<number> {
  const { profile } = input;
  refuseName(profile);
  const config = await deps.config();
  refuseSourceProfile(profile, config);
  presentMistakes(config, deps.stderr);
  const shelf = await deps.accessKeys();
  const asks = !input.env && input.file === null;
  const keys = input.file !== null
    ? await keysFromFile(input.file, deps)
    : input.env
    ? keysFromEnvironment(deps)
    : await askForKeys(deps);
  const odd = oddSecretKey(keys.secretAccessKey);
  if (odd !== null) presentWarning(deps.stderr, odd);
  const mfaSerial = asks ? checkMfaSerial(await answerTo("MFA device ARN (blank for none)", deps)) : null;

  const replaced = await shelf.has(profile);
  await shelf.write(profile, keys);
  deps.stdout.write(
    `${replaced ? "Replaced" : "Added"} the access key of profile ${goQuote(profile)} in the vault\n`,
  );

  const count = await afterStoring(
    "its sessions were not removed",
    [`aws-vault clear ${profile}`],
    async () => {
      return await (await deps.sessions()).clear(profile);
    },
  );
  if (count > 0) deps.stdout.write(`Deleted ${countOf(count, "session")} of profile ${goQuote(profile)}\n`);
  await writeConfig(input, mfaSerial, config, deps);
  return exitCodes.success;
}

/** Before anything is asked: a name that no store takes, or that would read as a session or SSO token item. */
function refuseName(profile: string) {
  requireWritableItemName(profile);
  if (classifyItemName(profile) === "access-key") return;
  const message = `no profile can be called ${
    goQuote(profile)
  }: such names are kept for sessions and SSO tokens`;
  throw new AppError("profile-name-reserved", "usage", message, { hints: ["choose another name"] });
}

/** A key of its own would take the place of those of the source profile, role and all. A profile that names itself means its own. */
function refuseSourceProfile(profile: string, config: ConfigView) {
  const source = config.ownValue(profile, "source_profile");
  if (!source || source === profile) return;
  const message = `profile ${goQuote(profile)} has source_profile ${
    goQuote(source)
  }: a key of its own would be used in the place of that profile's`;
  throw new AppError("key-beside-source-profile", "config", message, {
    hints: [`aws-vault add ${source}`, `or remove source_profile from the profile in ${config.path}`],
  });
}

function keysFromEnvironment({ env }: AddDeps): NewAccessKeys {
  const [id, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => {
    const value = env.get(name);
    if (value) return value;
    throw new AppError("key-variable-missing", "usage", `the environment variable ${name} is not set`, {
      hints: ["without --env, add asks for the key"],
    });
  });
  return {
    accessKeyId: checkAccessKeyId(id ?? ""),
    secretAccessKey: checkSecretKey(new Secret(secret ?? "")),
  };
}

/** Stdin is read only when asked for: in a loop such as `while read profile`, what is piped in is not the key. */
async function keysFromFile(path: string, deps: AddDeps): Promise<NewAccessKeys> {
  const [key, ...more] = readKeyText(await readKeyFile(path, deps));
  if (more.length === 0) return key!;
  throw new AppError(
    "key-text-malformed",
    "usage",
    `there are ${more.length + 1} access keys in it, not one`,
    {
      hints: ["aws-vault import --from=csv --file=FILE stores them all, each under its user's name"],
    },
  );
}

async function askForKeys(deps: AddDeps): Promise<NewAccessKeys> {
  let first: string;
  try {
    first = await answerTo("access key ID", deps);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.kind !== "unavailable") throw cause;
    const hint = "without a terminal give --env, or --file=FILE (--file=- reads stdin)";
    throw new AppError(cause.code, cause.kind, cause.message, { hints: [hint, ...cause.hints], cause });
  }
  const accessKeyId = checkAccessKeyId(first);
  return {
    accessKeyId,
    secretAccessKey: checkSecretKey(await deps.ask({ label: "secret access key", kind: "secret" })),
  };
}

async function answerTo(label: string, { ask }: AddDeps): Promise<string> {
  return (await ask({ label, kind: "text" })).reveal();
}

async function writeConfig(
  { profile, addConfig }: InputOf<typeof addDeclaration>,
  mfaSerial: string | null,
  config: ConfigView,
  deps: AddDeps,
): Promise<void> {
  const present = config.hasProfile(profile);
  const current = config.ownValue(profile, "mfa_serial");
  if (mfaSerial !== null && current !== null && current !== mfaSerial) {
    presentNotice(
      deps.stderr,
      `profile ${goQuote(profile)} keeps its mfa_serial ${current}, see ${config.path}`,
    );
    return;
  }
  if (!addConfig) {
    if (mfaSerial !== null && current === null) {
      presentNotice(deps.stderr, `with --no-add-config, mfa_serial is not written to ${config.path}`);
    }
    return;
  }
  const values: Record<string, string> = mfaSerial === null || current !== null
    ? {}
    : { mfa_serial: mfaSerial };
  if (present && values["mfa_serial"] === undefined) return;
  const hint = `add the section of the profile to ${config.path} yourself`;
  await afterStoring("the config file was not written", [hint], () => deps.saveProfile(profile, values));
}

/** The key is in the vault by now, and the user has to know that when a later step fails. */
async function afterStoring<T>(lost: string, hints: readonly string[], step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError(
      "add-incomplete",
      cause.kind,
      `the access key is stored, but ${lost}: ${cause.message}`,
      {
        hints: [...cause.hints, ...hints],
        cause,
      },
    );
  }
}
