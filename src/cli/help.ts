/** Help texts, made from the declarations alone. */
import {
  type Command,
  type Declaration,
  type Flag,
  type Flags,
  longName,
  type Positional,
} from "./command.ts";
import { globalFlags, programFlags } from "./global_flags.ts";

/** Width of the left column; longer entries get a line of their own. */
const column = 34;

/** The program's help: usage, global flags, commands. Ends with a newline. */
export function programHelp(commands: readonly Command[]): string {
  const declarations = visible(commands);
  return sections([
    "usage: aws-vault [<flags>] <command> [<args> ...]",
    "Keeps AWS access keys in a secret store and gives commands short-lived credentials made from them.",
    titled("Flags", flagRows({ ...programFlags, ...globalFlags })),
    titled("Commands", [
      ["help [<command>]", "Show help for the program or a command"],
      ...declarations.map((d): Row => [[d.name, ...positionalWords(d)].join(" "), d.help]),
    ]),
  ]);
}

/** One command's help. Ends with a newline. */
export function commandHelp(declaration: Declaration): string {
  const flags = flagRows(declaration.flags);
  const words = Object.entries(declaration.positionals);
  return sections([
    `usage: ${usageLine(declaration)}`,
    `${declaration.help}.`,
    ...declaration.aliases === undefined ? [] : [`Also called: ${declaration.aliases.join(", ")}`],
    ...words.length === 0
      ? []
      : [titled("Arguments", words.map(([key, p]): Row => [`<${key}>`, positionalHelp(p)]))],
    ...flags.length === 0 ? [] : [titled("Flags", flags)],
    titled("Global flags", flagRows({ ...programFlags, ...globalFlags })),
    ...declaration.examples === undefined
      ? []
      : [["Examples:", ...declaration.examples.map((e) => `  ${e}`)].join("\n")],
  ]);
}

/** The program's help and that of every command. */
export function allHelp(commands: readonly Command[]): string {
  return [programHelp(commands), ...visible(commands).map(commandHelp)].join("\n");
}

/** `aws-vault exec [<flags>] [<profile>] [<command>] [<args> ...]` */
export function usageLine(declaration: Declaration): string {
  return ["aws-vault", declaration.name, "[<flags>]", ...positionalWords(declaration)].join(" ");
}

/** `-d, --duration=DURATION`, `--[no-]debug` */
export function flagSpelling(key: string, flag: Flag): string {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  if (flag.type === "boolean") return `${short}--${key in programFlags ? "" : "[no-]"}${longName(key)}`;
  return `${short}--${longName(key)}=${flag.type === "duration" ? "DURATION" : flag.placeholder}`;
}

/** The sentence, its values, default and variable. */
export function flagHelp(flag: Flag): string {
  const parts = [flag.help];
  if (flag.type === "choice") parts.push(`one of ${flag.choices.join(", ")}`);
  if (flag.default !== undefined && flag.default !== true) {
    parts.push(`default ${flag.type === "duration" ? `${flag.default}s` : flag.default}`);
  }
  return withVariable(parts.join("; "), flag.env);
}

/** The sentence, its words and variable. */
export function positionalHelp({ help, choices, env }: Positional): string {
  return withVariable(choices === undefined ? help : `${help}; one of ${choices.join(", ")}`, env);
}

type Row = readonly [left: string, right: string];

/** Flags that help shows, in declaration order. */
export function visibleFlags(flags: Flags): [key: string, flag: Flag][] {
  return Object.entries(flags).filter(([, flag]) => !flag.hidden && !flag.later);
}

function visible(commands: readonly Command[]): Declaration[] {
  return commands.map((command) => command.declaration).filter((declaration) => !declaration.hidden);
}

function flagRows(flags: Flags): Row[] {
  return visibleFlags(flags).map(([key, flag]) => [flagSpelling(key, flag), flagHelp(flag)]);
}

function positionalWords(declaration: Declaration): string[] {
  return Object.entries(declaration.positionals).map(([key, { required, many }]) => {
    if (many) return `[<${key}> ...]`;
    return required ? `<${key}>` : `[<${key}>]`;
  });
}

function withVariable(text: string, variable: string | undefined): string {
  return variable === undefined ? text : `${text} ($${variable})`;
}

function titled(title: string, rows: readonly Row[]): string {
  return [
    `${title}:`,
    ...rows.map(([left, right]) => {
      const fits = left.length < column - 3;
      return fits ? `  ${left.padEnd(column - 2)}${right}` : `  ${left}\n${" ".repeat(column)}${right}`;
    }),
  ].join("\n");
}

function sections(parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}
