/** Completion in the real shells: a line is typed, completed with Tab and run, and the program must have got exactly the words that were meant. */
import { strict as assert } from "node:assert";
import { fetchPackageFiles } from "../../scripts/npm_package.ts";
import { type ShellSetup, ShellTerminal } from "./shell_terminal.ts";

/** Each is found by its first two letters, alone. */
const HOSTILE = [
  "q1 a b",
  "q2it's",
  'q3say "hi"',
  "q4$(touch pwned4)",
  "q5`touch pwned5`",
  "q6;touch pwned6",
  "q7back\\slash",
  "q8col:on",
  "q9eq=ual",
  "qa100%d",
  "qbnaïve",
  "qc${HOME}",
  "qd*",
  "qe~/x",
  "qf#hash",
  "qg&touch pwnedg",
  "qh|touch pwnedh",
  "qi(touch pwnedi)",
  "qj{a,b}",
  "qk<in>out",
  "ql[0]",
];
const CONFIG = [
  ...HOSTILE.map((name) => `[profile ${name.includes("'") ? `"${name}"` : `'${name}'`}]`),
  "[profile work]",
  "[default]",
  "region = eu-central-1",
  "",
].join("\n");

const SETUPS: Readonly<Record<string, () => Promise<ShellSetup>>> = {
  "bash": () =>
    Promise.resolve({
      files: { rc: 'eval "$(aws-vault completion bash)"\n' },
      argv: ["bash", "--rcfile", "<home>/rc", "-i"],
    }),
  "bash with bash-completion": () =>
    Promise.resolve({
      files: { rc: '. /usr/share/bash-completion/bash_completion\neval "$(aws-vault completion bash)"\n' },
      argv: ["bash", "--rcfile", "<home>/rc", "-i"],
    }),
  "zsh": () =>
    Promise.resolve({
      files: {
        ".zshrc":
          "mkdir -p ~/functions\naws-vault completion zsh >~/functions/_aws-vault\nfpath=(~/functions $fpath)\nautoload -U compinit\ncompinit -u -D\n",
      },
      argv: ["zsh", "-i"],
    }),
  "zsh by source": () =>
    Promise.resolve({
      files: { ".zshrc": "autoload -U compinit\ncompinit -u -D\nsource <(aws-vault completion zsh)\n" },
      argv: ["zsh", "-i"],
    }),
  "fish": () =>
    Promise.resolve({
      files: { ".config/fish/config.fish": "aws-vault completion fish | source\nset -g fish_greeting\n" },
      argv: ["fish", "-i"],
    }),
  "nushell": async () => ({
    files: {
      "env.nu": "^aws-vault completion nushell | save -f ($env.HOME | path join aws-vault.nu)\n",
      "config.nu": "$env.config.show_banner = false\nsource ~/aws-vault.nu\n",
    },
    argv: [await nushell(), "--env-config", "<home>/env.nu", "--config", "<home>/config.nu"],
  }),
};

/** What is typed before Tab, and what the program must be started with. */
const LINES: [typed: string, words: string[]][] = [
  ["aws-vault expo", ["export"]],
  ["aws-vault export --form", ["export", "--format"]],
  ["aws-vault export --format js", ["export", "--format", "json"]],
  ["aws-vault export --format=js", ["export", "--format=json"]],
  ["aws-vault --backend=fi", ["--backend=file"]],
  ["aws-vault exec -n wo", ["exec", "-n", "work"]],
  ["aws-vault add --file giv", ["add", "--file", "given.csv"]],
  ["aws-vault list --file-dir kep", ["list", "--file-dir", "kept"]],
  ["aws-vault exec work wait-for-n", ["exec", "work", "wait-for-nothing"]],
  ["aws-vault exec work -- wait-for-n", ["exec", "work", "--", "wait-for-nothing"]],
  ...HOSTILE.map((name): [string, string[]] => [`aws-vault exec ${name.slice(0, 2)}`, ["exec", name]]),
];

Deno.test("real shells complete commands, flags, values, programs and profiles of any name, and run nothing", async (t) => {
  const shells = Object.entries(SETUPS).map((
    [shell, setup],
  ): [string, () => Promise<void>] => [shell, async () => {
    await using terminal = await ShellTerminal.open(await setup(), CONFIG);
    await terminal.ready();
    for (const [typed, words] of LINES) await completesTo(terminal, typed, words);
    await listsAll(terminal);
  }]);
  // Readline leaves quoting to the script, also inside quotes that the user opened.
  const quotes = ["'", '"'].map((
    quote,
  ): [string, () => Promise<void>] => [`bash inside ${quote}`, async () => {
    await using terminal = await ShellTerminal.open(await SETUPS["bash"]!(), CONFIG);
    await terminal.ready();
    for (const name of HOSTILE.filter((name) => !name.endsWith(quote))) {
      await completesTo(terminal, `aws-vault exec ${quote}${name.slice(0, 2)}`, ["exec", name]);
    }
  }]);
  // Mostly they wait.
  const steps = [...shells, ...quotes, ["bash with a script of aws-vault in Go", oldScript] as const];
  await Promise.all(
    steps.map(([name, fn]) =>
      t.step({ name, fn, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false })
    ),
  );
});

async function completesTo(terminal: ShellTerminal, typed: string, words: string[]): Promise<void> {
  await terminal.complete(typed);
  // Some shells take the slash behind a folder off again.
  assert.deepEqual((await terminal.run()).map((word) => word.replace(/\/$/, "")), words, typed);
}

async function listsAll(terminal: ShellTerminal): Promise<void> {
  await terminal.complete("aws-vault exec q");
  await terminal.press("Tab");
  assert.match(await terminal.screen(), /q1/);
  assertNothingRan(terminal);
}

function assertNothingRan({ home }: ShellTerminal): void {
  const made = [...Deno.readDirSync(home)].map(({ name }) => name).filter((name) => name.includes("pwned"));
  assert.deepEqual(made, []);
}

/** They hand the names to `compgen -W`, which would run what they contain. */
async function oldScript(): Promise<void> {
  const rc = [
    "_old() {",
    '  local names; names=$(aws-vault --completion-bash "${COMP_WORDS[@]:1:$COMP_CWORD}")',
    '  COMPREPLY=($(compgen -W "$names" -- "${COMP_WORDS[COMP_CWORD]}"))',
    "}",
    "complete -F _old aws-vault",
    "",
  ].join("\n");
  const setup = { files: { rc }, argv: ["bash", "--rcfile", "<home>/rc", "-i"] };
  await using terminal = await ShellTerminal.open(setup, CONFIG);
  await terminal.ready();
  await completesTo(terminal, "aws-vault exec wo", ["exec", "work"]);
  await terminal.complete("aws-vault exec q");
  assertNothingRan(terminal);
}

/** The official build of nushell as npm has it; Debian has none. */
async function nushell(): Promise<string> {
  const folder = new URL("../../node_modules/.cache/aws-vault/nushell-0.115.1", import.meta.url).pathname;
  const integrity =
    "sha512-w6eMwPZJ/JqIEq2BgUif71fzBuNFxA1xvrIshC+bQYq44x2PgOE+x1IX+URNUBQSkCLAY9ze2Egec00RMyDtMA==";
  const pinned = { name: "@nushell/linux-x64", version: "0.115.1", integrity };
  await fetchPackageFiles(pinned, [{ path: "bin/nu", mode: 0o755 }], folder);
  return `${folder}/bin/nu`;
}
