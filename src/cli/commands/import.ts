/**
 * `import`: takes access keys over from plain-text files, the environment and other tools. It shows what it would do, asks, stores each key, reads it
 * back, and only then, where that is wanted, takes the plain text away.
 */
import { AppError, escapeControls } from "../../errors.ts";
import { oddSecretKey } from "../../imports/access_key_input.ts";
import { type FoundKey, isUsable } from "../../imports/found_key.ts";
import { type ImportStep, nameProblem, planImport } from "../../imports/import_plan.ts";
import type { KeySource } from "../../imports/open_key_source.ts";
import { maskAccessKeyId } from "../../log.ts";
import { StoreError } from "../../vault/secret_store.ts";
import type { InputOf } from "../command.ts";
import { countOf } from "../count_of.ts";
import type { importDeclaration } from "../declarations.ts";
import type { AccessKeys, CommandDeps, ConfigView } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { goQuote } from "../go_quote.ts";
import { paddedTable } from "../padded_table.ts";
import { presentMistakes } from "../present_mistakes.ts";
import { presentNotice, presentWarning } from "../present.ts";

type Input = InputOf<typeof importDeclaration>;
type ImportDeps = Pick<
  CommandDeps,
  | "openKeySource"
  | "config"
  | "saveProfile"
  | "accessKeys"
  | "sessions"
  | "confirm"
  | "stdout"
  | "stderr"
>;

export async function importKeys(input: Input, deps: ImportDeps): Promise<number> {
  const source = await deps.openKeySource({
    from: input.from,
    file: input.file,
    program: input.program,
    backend: input.fromBackend,
    wanted: input.profiles,
  });
  presentMistakes({ mistakes: () => source.mistakes ?? [] }, deps.stderr);
  if (input.removeSource && source.remove === null) throw nothingToRemove(source);
  const [config, shelf] = [await deps.config(), await deps.accessKeys()];
  const steps = planImport(source.findings, {
    wanted: input.profiles,
    overwrite: input.overwrite,
    stored: await compareWithStore(source, input.profiles, shelf),
    sourceProfile: (profile) => {
      const named = config.ownValue(profile, "source_profile");
      return named === null || named === "" || named === profile ? null : named;
    },
  });
  const unread = (source.mistakes ?? []).length > 0;
  if (steps.length === 0) {
    deps.stdout.write(`No access keys ${unread ? "that can be read " : ""}in ${source.place}\n`);
    return unread ? exitCodes.failure : exitCodes.success;
  }
  deps.stdout.write(`Access keys in ${source.place}:\n\n${preview(steps)}\n`);
  for (const { profile, key } of steps) {
    const odd = key === null ? null : oddSecretKey(key.secretAccessKey);
    if (odd !== null) presentWarning(deps.stderr, `profile ${goQuote(profile)}: ${odd}`);
  }
  if (input.dryRun) {
    deps.stdout.write("No changes made.\n");
    return exitCodes.success;
  }
  const planned = steps.filter(({ action }) => action === "import" || action === "replace");
  const question = `Import ${countOf(planned.length, "access key")} into the ${shelf.place}?`;
  if (planned.length > 0 && !input.yes && !await confirmed(question, "--yes", deps)) return exitCodes.success;
  for (const step of planned) await importOne(step, input, config, shelf, deps);
  await removePlainText(steps, source, input, deps);
  const skipped = steps.filter(({ profile, action }) =>
    action === "skip" && input.profiles.includes(profile)
  );
  if (skipped.length === 0) return exitCodes.success;
  const { profile, reason } = skipped[0]!;
  throw new AppError("import-skipped", "usage", `profile ${goQuote(profile)} was not imported: ${reason}`);
}

/** Which of the names the store has, and whether with the same key. Only items under names that were found are read. */
async function compareWithStore({ findings }: KeySource, wanted: readonly string[], shelf: AccessKeys) {
  const stored = new Map<string, "same" | "other">();
  const names = new Set(await shelf.profiles());
  for (const finding of findings) {
    const { profile } = finding;
    if (!isUsable(finding) || !names.has(profile) || nameProblem(profile) !== null) continue;
    if (wanted.length > 0 && !wanted.includes(profile)) continue;
    stored.set(profile, await holds(shelf, finding) ? "same" : "other");
  }
  return stored;
}

/** Whether the store gives exactly this key back. An item that makes no sense is not this key. */
async function holds(shelf: AccessKeys, key: FoundKey): Promise<boolean> {
  try {
    const found = await shelf.read(key.profile);
    return found !== null && found.accessKeyId === key.accessKeyId && found.sessionToken === null &&
      found.secretAccessKey.equals(key.secretAccessKey);
  } catch (failure) {
    if (failure instanceof StoreError && failure.outcome === "damaged") return false;
    throw failure;
  }
}

function preview(steps: readonly ImportStep[]): string {
  const texts: Readonly<Record<ImportStep["action"], string>> = {
    import: "import",
    replace: "replace the stored key",
    "there-already": "is stored already",
    skip: "skip",
  };
  return paddedTable(steps.map(({ profile, accessKeyId, action, reason }) => [
    `  ${escapeControls(profile)}`,
    accessKeyId === null ? "-" : maskAccessKeyId(accessKeyId),
    reason === "" ? texts[action] : `${texts[action]}: ${reason}`,
  ])).replace(/ +$/gm, "");
}

/** The key is in the store and was read back when this returns; the plain text still has it. */
async function importOne(
  { profile, key, action }: ImportStep,
  { addConfig }: Input,
  config: ConfigView,
  shelf: AccessKeys,
  deps: ImportDeps,
): Promise<void> {
  await shelf.write(profile, key!);
  if (!await holds(shelf, key!)) {
    throw new AppError(
      "import-unverified",
      "damaged",
      `the key of profile ${goQuote(profile)} does not come back from the store as it was written`,
      { hints: ["nothing was removed from where it came from"] },
    );
  }
  deps.stdout.write(`${action === "replace" ? "Replaced" : "Imported"} ${goQuote(profile)}\n`);
  if (action === "replace") await (await deps.sessions()).clear(profile);
  if (!addConfig || config.hasProfile(profile)) return;
  try {
    await deps.saveProfile(profile, {});
  } catch (failure) {
    if (!(failure instanceof AppError) || failure.code !== "config-unwritable") throw failure;
    presentNotice(
      deps.stderr,
      `profile ${goQuote(profile)} was not added to ${config.path}: ${failure.message}`,
    );
  }
}

/** Only keys that the store has given back, in this run or before. */
async function removePlainText(
  steps: readonly ImportStep[],
  source: KeySource,
  input: Input,
  deps: ImportDeps,
): Promise<void> {
  const stored = steps.flatMap(({ key }) => key ?? []);
  if (stored.length === 0 || source.remove === null) return;
  const question = `Remove ${countOf(stored.length, "access key")} from ${source.place}?`;
  if (!input.removeSource && (input.yes || !await confirmed(question, "--remove-source", deps))) {
    presentNotice(
      deps.stderr,
      `${source.place} still has the keys in plain text; --remove-source takes them out`,
    );
    return;
  }
  const { removed, notices } = await source.remove(stored);
  if (removed.length > 0) {
    deps.stdout.write(`Removed ${countOf(removed.length, "access key")} from ${source.place}\n`);
  }
  for (const notice of notices) presentNotice(deps.stderr, notice);
}

async function confirmed(question: string, flag: string, { confirm }: ImportDeps): Promise<boolean> {
  try {
    return await confirm(question);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.kind !== "unavailable") throw cause;
    throw new AppError("confirmation-unavailable", "unavailable", `can't ask: ${cause.message}`, {
      hints: [`give ${flag} to go on without being asked`, ...cause.hints],
      cause,
    });
  }
}

function nothingToRemove({ place }: KeySource): AppError {
  return new AppError(
    "import-nothing-to-remove",
    "usage",
    `--remove-source can't remove keys from ${place}`,
    { hints: ["import them without it, then remove them with the tool that keeps them"] },
  );
}
