/**
 * The manual pages aws-vault(1) and aws-vault-COMMAND(1), from the command table and the declared variables. No page has a date, so that
 * the same version always has the same bytes.
 */
import { ENV_VARS } from "../../config/env_vars.ts";
import { type Command, type Declaration, type Flags, longName } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { globalFlags, programFlags } from "../global_flags.ts";
import { flagHelp, positionalHelp, visibleFlags } from "../help.ts";
import { version } from "../version.ts";
import { bold, example, italic, roffText, section, sentence, shortLines, tagged } from "./roff.ts";

/** Of the program for `null`. Ends with a newline. */
export function manualPage(declaration: Declaration | null, commands: readonly Command[]): string {
  const declarations = commands.map((command) => command.declaration).filter(({ hidden }) => !hidden);
  const parts = declaration === null ? programPage(declarations) : commandPage(declaration);
  return `${shortLines(parts.join("\n"))}\n`;
}

/** `aws-vault-exec` */
export function manualPageName(declaration: Declaration | null): string {
  return declaration === null ? "aws-vault" : `aws-vault-${declaration.name}`;
}

function programPage(declarations: readonly Declaration[]): string[] {
  return [
    heading(null),
    section("NAME", `aws\\-vault \\- keep AWS keys in a secret store and hand out short\\-lived credentials`),
    section(
      "SYNOPSIS",
      `${bold("aws-vault")} [${italic("flags")}] ${italic("command")} [${italic("arguments")} ...]`,
    ),
    section(
      "DESCRIPTION",
      "The access key of an IAM user is stored once, in the secret store of the operating system or in an encrypted file.",
      "From then on programs get temporary credentials from AWS STS, through a child process, the AWS setting",
      `${
        bold("credential_process")
      } or printed variables, with MFA where the account wants it. Every session is cached.`,
      ".PP",
      "Flags stand anywhere before the command that " + bold("aws-vault exec") + " runs.",
      roffText(
        "A value comes from the command line, else from the flag's environment variable, else from its default;",
      ),
      "a variable that is set but empty counts as unset.",
      `Every boolean ${bold("--x")} has its opposite ${bold("--no-x")} and takes ${bold("--x=true")} and ${
        bold("--x=false")
      }.`,
    ),
    section(
      "COMMANDS",
      ...declarations.map((d) => tagged(`${bold(d.name)}${positionalWords(d)}`, `${roffText(d.help)}.`)),
      ".PP",
      `Each has a page of its own: ${bold("man aws-vault-exec")}.`,
    ),
    section("OPTIONS", ...flagItems({ ...programFlags, ...globalFlags })),
    section(
      "ENVIRONMENT",
      ...Object.entries(ENV_VARS).map(([name, { appliesTo, effect }]) =>
        tagged(bold(name), `${sentence(effect)} (${roffText(appliesTo)})`)
      ),
    ),
    section(
      "FILES",
      tagged(italic("~/.aws/config"), "Profiles. Only " + bold("aws-vault add") + " writes there."),
      tagged(italic("~/.awsvault/keys/"), `Items of the ${bold("file")} store.`),
      tagged(
        italic("~/.local/state/aws-vault/"),
        "Sealed sessions; elsewhere on macOS and Windows. " + bold("aws-vault clear") + " removes them.",
      ),
    ),
    exitStatus(),
    section(
      "EXAMPLES",
      ...declarations.flatMap(({ examples }) =>
        examples === undefined ? [] : [example(examples.slice(0, 1))]
      ),
    ),
    section("SEE ALSO", seeAlso(declarations.map((d) => manualPageName(d)))),
  ];
}

function commandPage(declaration: Declaration): string[] {
  const { name, aliases, help, positionals, flags, examples } = declaration;
  const words = Object.entries(positionals);
  const options = flagItems(flags);
  return [
    heading(declaration),
    section("NAME", `${roffText(manualPageName(declaration))} \\- ${roffText(lowerFirst(help))}`),
    section(
      "SYNOPSIS",
      `${bold("aws-vault")} ${bold(name)} [${italic("flags")}]${positionalWords(declaration)}`,
    ),
    section(
      "DESCRIPTION",
      `${roffText(help)}.`,
      ...aliases === undefined ? [] : [`Also called ${aliases.map(bold).join(", ")}.`],
    ),
    ...words.length === 0 ? [] : [section(
      "ARGUMENTS",
      ...words.map(([key, p]) => tagged(italic(key), `${roffText(positionalHelp(p))}.`)),
    )],
    section(
      "OPTIONS",
      ...options,
      ...options.length === 0 ? [] : [".PP"],
      `The flags that every command takes are in ${bold("aws-vault")}(1).`,
    ),
    exitStatus(name),
    ...examples === undefined ? [] : [section("EXAMPLES", example(examples))],
    section("SEE ALSO", seeAlso(["aws-vault"])),
  ];
}

function heading(declaration: Declaration | null): string {
  return [
    `.\\" Made from the command table.`,
    `.TH ${
      roffText(manualPageName(declaration).toUpperCase())
    } 1 "" "aws\\-vault ${version}" "aws\\-vault Manual"`,
    // No hyphenation, ragged right: command lines must stay whole.
    ".nh",
    ".ad l",
  ].join("\n");
}

function positionalWords({ positionals }: Declaration): string {
  return Object.entries(positionals).map(([key, { required, many }]) => {
    if (many) return ` [${italic(key)} ...]`;
    return required ? ` ${italic(key)}` : ` [${italic(key)}]`;
  }).join("");
}

function flagItems(flags: Flags): string[] {
  return visibleFlags(flags).map(([key, flag]) => {
    const short = flag.short === undefined ? "" : `${bold(`-${flag.short}`)}, `;
    const value = flag.type === "boolean"
      ? ""
      : `=${italic(flag.type === "duration" ? "DURATION" : flag.placeholder)}`;
    return tagged(`${short}${bold(`--${longName(key)}`)}${value}`, `${sentence(flagHelp(flag))}.`);
  });
}

function exitStatus(name?: string): string {
  return section(
    "EXIT STATUS",
    tagged(
      bold(String(exitCodes.success)),
      `Success${name === "remove" ? "; also when the answer was no" : ""}.`,
    ),
    tagged(bold(String(exitCodes.failure)), "Every failure of aws\\-vault itself."),
    tagged(bold(String(exitCodes.brokenPipe)), "The reader of standard output went away."),
    ...name === undefined || name === "exec"
      ? [tagged(
        italic("other"),
        `With ${bold("aws-vault exec")}, the exit code of the command; 128 + ${italic("n")} after signal ${
          italic("n")
        }.`,
      )]
      : [],
  );
}

function seeAlso(names: readonly string[]): string {
  return names.map((name) => `${bold(name)}(1)`).join(",\n");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
