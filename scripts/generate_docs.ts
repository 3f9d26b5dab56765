/**
 * Writes docs/reference/commands.md from the command table and environment.md from the declared variables, or with `--check` fails when a
 * file is not what would be written.
 * `deno run --allow-read --allow-write=docs scripts/generate_docs.ts [--check]`
 */
import { type Declaration, type Flags, longName } from "../src/cli/command.ts";
import { commandTable } from "../src/cli/command_table.ts";
import { exitCodes } from "../src/cli/exit_codes.ts";
import { globalFlags, programFlags } from "../src/cli/global_flags.ts";
import { ENV_VARS } from "../src/config/env_vars.ts";
import { flagSpelling, usageLine, visibleFlags } from "../src/cli/help.ts";

/** The page, formatted as `deno fmt` leaves it. */
export function commandReference(): string {
  const declarations = commandTable.map((c) => c.declaration).filter((d) => !d.hidden);
  return [
    "# Commands",
    "<!-- Made by scripts/generate_docs.ts from the command table. Change the declarations, not this page. -->",
    "Flags stand anywhere before the command that `exec` runs. A value comes from the command line, else from the\n" +
    "flag's environment variable, else from its default; a variable that is set but empty counts as unset. Every\n" +
    "boolean `--x` has its opposite `--no-x` and takes `--x=true` and `--x=false`.",
    ...declarations.flatMap(commandPage),
    "## Global flags",
    flagTable({ ...programFlags, ...globalFlags }),
    "## Exit codes",
    table(["Code", "Meaning"], [
      [String(exitCodes.success), "success; also `remove` answered with no"],
      [String(exitCodes.failure), "every failure of aws-vault itself"],
      [String(exitCodes.brokenPipe), "the reader of stdout went away"],
      ["other", "with `exec`, the exit code of the command; 128 + n after signal n"],
    ]),
  ].join("\n\n") + "\n";
}

function commandPage(declaration: Declaration): string[] {
  const { name, aliases, help, positionals, flags, examples } = declaration;
  const words = Object.entries(positionals);
  return [
    `## ${name}`,
    `${help}.${aliases === undefined ? "" : ` Also called ${aliases.map((a) => `\`${a}\``).join(", ")}.`}`,
    fenced([usageLine(declaration)]),
    ...words.length === 0 ? [] : [
      table(
        ["Argument", "Variable", "Meaning"],
        words.map(([key, p]) => [`\`${key}\``, code(p.env), withChoices(p.help, p.choices)]),
      ),
    ],
    ...visibleFlags(flags).length === 0 ? [] : [flagTable(flags)],
    ...examples === undefined ? [] : [fenced(examples)],
  ];
}

function flagTable(flags: Flags): string {
  return table(
    ["Flag", "Variable", "Default", "Meaning"],
    visibleFlags(flags).map(([key, flag]) => [
      `\`${flag.type === "boolean" ? booleanSpelling(key, flag.short) : flagSpelling(key, flag)}\``,
      code(flag.env),
      code(
        flag.type === "duration" && flag.default !== undefined
          ? `${flag.default}s`
          : flag.default?.toString(),
      ),
      withChoices(flag.help, flag.type === "choice" ? flag.choices : undefined),
    ]),
  );
}

function withChoices(help: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? help : `${help}: ${choices.map((choice) => `\`${choice}\``).join(", ")}`;
}

function booleanSpelling(key: string, short: string | undefined): string {
  return short === undefined ? `--${longName(key)}` : `-${short}, --${longName(key)}`;
}

function code(text: string | undefined): string {
  return text === undefined ? "" : `\`${text}\``;
}

function fenced(lines: readonly string[]): string {
  return ["```sh", ...lines, "```"].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** The page, formatted as `deno fmt` leaves it. */
export function environmentReference(): string {
  const rows = Object.entries(ENV_VARS).map((
    [name, { appliesTo, effect }],
  ) => [`\`${name}\``, appliesTo, effect]);
  return [
    "# Environment variables",
    "<!-- Made by scripts/generate_docs.ts from src/config/env_vars.ts. Change the declarations, not this page. -->",
    "A variable that is set but empty counts as unset, unless it says otherwise.",
    table(["Variable", "Applies to", "Effect"], rows),
  ].join("\n\n") + "\n";
}

if (import.meta.main) {
  for (
    const [name, wanted] of [["commands", commandReference()], [
      "environment",
      environmentReference(),
    ]] as const
  ) {
    const file = new URL(`../docs/reference/${name}.md`, import.meta.url);
    if (!Deno.args.includes("--check")) await Deno.writeTextFile(file, wanted);
    else if (await Deno.readTextFile(file).catch(() => "") !== wanted) {
      console.error(`docs/reference/${name}.md is not up to date: run scripts/generate_docs.ts`);
      Deno.exit(1);
    }
  }
}
