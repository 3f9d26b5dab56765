/**
 * `migrate-backend`: copies stored access keys from one secret store to another, or between two places of one kind. Nothing is asked before
 * `--delete-source`: the flag says so, scripts give it, and a key goes only after its copy was read back.
 */
import { AppError, escapeControls } from "../../errors.ts";
import type { InputOf } from "../command.ts";
import { countOf } from "../count_of.ts";
import type { migrateBackendDeclaration } from "../declarations.ts";
import type { CommandDeps, GlobalOptions, OpenedPlace } from "../deps.ts";
import { exitCodes } from "../exit_codes.ts";
import { goQuote } from "../go_quote.ts";
import {
  isSamePlace,
  migrateProfile,
  type MigrationOutcome,
  type MigrationStep,
  planMigration,
} from "../../vault/migration.ts";

type Input = InputOf<typeof migrateBackendDeclaration>;
type MigrateDeps = Pick<CommandDeps, "openPlace" | "stdout">;
type Ends = { readonly source: OpenedPlace; readonly destination: OpenedPlace };

export async function migrateBackend(input: Input, deps: MigrateDeps): Promise<number> {
  const ends = await openEnds(input, deps);
  const { source: { store: source }, destination: { store: destination } } = ends;
  const candidates = planMigration(await source.list(), [], input).map(({ profile }) => profile);
  if (input.profile !== null && !candidates.includes(input.profile)) {
    throw new AppError(
      "key-missing",
      "missing",
      `no access key is stored for profile ${goQuote(input.profile)} in the ${source.description}`,
      {
        hints: [`${listCommand(input)} shows the profiles with a stored key`],
      },
    );
  }
  const wanted = input.profile === null ? candidates : [input.profile];
  if (wanted.length === 0) {
    deps.stdout.write(`No credentials to migrate in the ${source.description}\n`);
    return exitCodes.success;
  }
  const steps = planMigration(wanted, await destination.list(), input);
  const route = input.from === input.to
    ? `from ${source.description} to ${destination.description}`
    : `from ${input.from} to ${input.to}`;
  if (input.dryRun) {
    deps.stdout.write(`Would migrate ${countOf(steps.length, "credential")} ${route}:\n`);
    for (const step of steps) deps.stdout.write(`  ${preview(step)}\n`);
    deps.stdout.write("\nNo changes made.\n");
    return exitCodes.success;
  }
  if (input.deleteSource) {
    await source.read(steps[0]!.profile); // its passphrase is asked for first, and without it nothing is written anywhere
    if (await isSamePlace({ source, destination })) throw samePlace(ends);
  }
  deps.stdout.write(`Migrating ${countOf(steps.length, "credential")} ${route}\n`);
  deps.stdout.write(summary(await migrateAll(steps, ends, input, deps)));
  return exitCodes.success;
}

/** What lists the source. Values are left out: they may need quotes that differ from shell to shell. */
function listCommand(input: Input): string {
  const flags = [
    [input.fromFileDir, "--file-dir"],
    [input.fromPassDir, "--pass-dir"],
    [input.fromPassPrefix, "--pass-prefix"],
    [input.fromKeychain, "--keychain"],
    [input.fromSecretServiceCollection, "--secret-service-collection"],
    [input.fromOpVaultId, "--op-vault-id"],
  ].flatMap(([value, flag]) => value === null ? [] : `${flag}=… `);
  return `aws-vault --backend=${input.from} ${flags.join("")}list --credentials`;
}

async function openEnds(input: Input, { openPlace }: MigrateDeps): Promise<Ends> {
  const given: Partial<GlobalOptions> = {
    ...input.fromFileDir === null ? {} : { fileDir: input.fromFileDir },
    ...input.fromPassDir === null ? {} : { passDir: input.fromPassDir },
    ...input.fromPassPrefix === null ? {} : { passPrefix: input.fromPassPrefix },
    ...input.fromKeychain === null ? {} : { keychain: input.fromKeychain },
    ...input.fromSecretServiceCollection === null
      ? {}
      : { secretServiceCollection: input.fromSecretServiceCollection },
    ...input.fromOpVaultId === null ? {} : { opVaultId: input.fromOpVaultId },
  };
  const source = await openPlace({
    backend: input.from,
    flag: "--from",
    options: given,
    passphraseVariables: ["AWS_VAULT_FROM_FILE_PASSPHRASE", "AWS_VAULT_FILE_PASSPHRASE"],
  });
  const destination = await openPlace({
    backend: input.to,
    flag: "--to",
    options: {},
    passphraseVariables: ["AWS_VAULT_FILE_PASSPHRASE"],
  });
  const ends = { source, destination };
  if (source.identity === destination.identity) throw samePlace(ends);
  return ends;
}

function samePlace({ source, destination }: Ends): AppError {
  const [a, b] = [source.store.description, destination.store.description];
  return new AppError(
    "migration-same-place",
    "usage",
    a === b
      ? `source and destination are the same place: ${a}`
      : `source and destination are the same place: ${a}, ${b}`,
    { hints: ["between two places of one kind, name the source with --from-file-dir and the like"] },
  );
}

function preview({ profile, action }: MigrationStep): string {
  switch (action) {
    case "copy":
      return shown(profile);
    case "overwrite":
      return `${shown(profile)} (is there already: replaced, unless it is the same key)`;
    case "skip":
      return `${shown(profile)} (is there already: skipped, unless it is the same key)`;
  }
}

interface Counts {
  copied: number;
  overwritten: number;
  thereAlready: number;
  skipped: number;
  deleted: number;
}

async function migrateAll(
  steps: readonly MigrationStep[],
  { source, destination }: Ends,
  input: Input,
  deps: MigrateDeps,
): Promise<Counts> {
  const counts: Counts = { copied: 0, overwritten: 0, thereAlready: 0, skipped: 0, deleted: 0 };
  for (const { profile } of steps) {
    // A whole line at once: a prompt in between would stand in the middle of it.
    const line = `Migrating ${shown(profile)}... `;
    let outcome: MigrationOutcome;
    try {
      outcome = await migrateProfile(
        profile,
        { source: source.store, destination: destination.store },
        input,
      );
    } catch (cause) {
      deps.stdout.write(`${line}failed\nMigration stopped, the source was kept\n`);
      throw stopped(profile, cause);
    }
    deps.stdout.write(`${line}${result(outcome)}\n`);
    if (outcome.destination === "copied") counts.copied++;
    if (outcome.destination === "overwritten") counts.overwritten++;
    if (outcome.destination === "there-already") counts.thereAlready++;
    if (outcome.destination === "kept") counts.skipped++;
    if (outcome.removedFromSource) counts.deleted++;
  }
  return counts;
}

function stopped(profile: string, cause: unknown): unknown {
  if (!(cause instanceof AppError)) return cause;
  const message = `profile ${goQuote(profile)} was not migrated: ${cause.message}`;
  const hint = "the same command goes on where this one stopped";
  return new AppError("migration-stopped", cause.kind, message, { hints: [...cause.hints, hint], cause });
}

const RESULTS: Readonly<Record<MigrationOutcome["destination"], string>> = {
  copied: "copied, verified",
  overwritten: "overwritten, verified",
  "there-already": "already there, verified",
  kept: "skipped, another key is there (--overwrite replaces it)",
};

function result({ destination, removedFromSource }: MigrationOutcome): string {
  return RESULTS[destination] + (removedFromSource ? ", source deleted" : "");
}

function summary(counts: Counts): string {
  return [
    "",
    "Migration summary:",
    `  copied: ${counts.copied}`,
    `  overwritten: ${counts.overwritten}`,
    ...counts.thereAlready === 0 ? [] : [`  already there: ${counts.thereAlready}`],
    `  skipped: ${counts.skipped}`,
    `  deleted from source: ${counts.deleted}`,
    "",
  ].join("\n");
}

function shown(profile: string): string {
  return escapeControls(profile);
}
