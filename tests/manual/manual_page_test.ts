import { strict as assert } from "node:assert";
import { manPages } from "../../scripts/man_pages.ts";
import { completionFiles } from "../../scripts/completion_files.ts";
import { commandTable } from "../../src/cli/command_table.ts";
import { runWithInput } from "../run_with_input.ts";
import { roffText, shortLines } from "../../src/cli/manual/roff.ts";
import fc from "fast-check";

const pages = manPages();

Deno.test("manPages has a page for the program and each visible command, completionFiles one for each shell", async () => {
  const commands = commandTable.map(({ declaration: d }) => d).filter(({ hidden }) => !hidden);
  assert.deepEqual(
    pages.map(({ path }) => path),
    ["man/man1/aws-vault.1", ...commands.map(({ name }) => `man/man1/aws-vault-${name}.1`)],
  );
  const scripts = await completionFiles();
  assert.deepEqual(scripts.map(({ path }) => path.split("/")[1]), [
    "bash",
    "fish",
    "nushell",
    "powershell",
    "zsh",
  ]);
  for (const { path, text } of [...pages, ...scripts]) assert.match(text, /\n$/, path);
});

Deno.test("manual pages: mandoc finds nothing to improve but that they have no date", async () => {
  await inFiles(async (paths) => {
    const { stdout } = await output("mandoc", ["-Tlint", "-Wstyle", ...paths]);
    const complaints = stdout.split("\n").filter((line) => line !== "");
    assert.deepEqual(complaints.filter((line) => !line.endsWith('WARNING: missing date, using "": TH')), []);
    assert.equal(complaints.length, paths.length);
  });
});

Deno.test("manual pages: groff formats them without a warning", async () => {
  await inFiles(async (paths) => {
    for (const path of paths) {
      const { stderr } = await output("groff", ["-man", "-ww", "-Tutf8", path]);
      assert.equal(stderr, "", path);
    }
  });
});

Deno.test("manual pages: man finds them by name, and shows flags, variables, examples and exit codes as they are typed", async () => {
  await inFiles(async (_paths, folder) => {
    const read = async (...words: string[]) =>
      (await output("man", ["-M", `${folder}/man`, "-E", "ascii", ...words])).stdout;
    const exec = await read("1", "aws-vault-exec");
    for (
      const text of [
        "-d, --duration=DURATION",
        "aws-vault exec work -- aws s3 ls",
        "($AWS_VAULT_DURATION)",
        "128 + n",
        "EXIT STATUS",
      ]
    ) assert.ok(exec.includes(text), text);
    assert.ok(!exec.includes("--ecs-server"));
    // `man aws-vault exec` takes two words for one name, as git's pages do.
    assert.ok((await read("aws-vault", "exec")).includes("-d, --duration=DURATION"));
    const program = await read("aws-vault");
    for (
      const text of ["AWS_VAULT_FILE_PASSPHRASE", 'eval "$(aws-vault completion bash)"', "~/.awsvault/keys/"]
    ) {
      assert.ok(program.includes(text), text);
    }
    for (const { declaration } of commandTable) {
      if (!declaration.hidden) {
        assert.ok(program.includes(`aws-vault-${declaration.name}(1)`), declaration.name);
      }
    }
  });
});

Deno.test("roffText and shortLines: groff gives any printable text back", async () => {
  const line = fc.array(fc.constantFrom(...".'\\-`^~\"#$%aZ09(){}[]|<> "), { minLength: 1, maxLength: 120 })
    .map((chars) => chars.join("").trim().replace(/ +/g, " ")).filter((text) => text !== "");
  const texts = fc.sample(line, { numRuns: 300, seed: 6 });
  const page = shortLines(
    [".TH X 1", ".nh", ".ad l", ...texts.flatMap((text) => [".PP", roffText(text)])].join("\n"),
  );
  const { stdout, stderr } = await output(
    "groff",
    ["-man", "-ww", "-Tascii", "-P-cbou", "-rLL=2000n", "-"],
    page,
  );
  assert.equal(stderr, "");
  const shown = stdout.split("\n").map((text) => text.trim().replace(/ +/g, " ")).filter((text) =>
    text !== ""
  );
  assert.deepEqual(shown.slice(1, -1), texts);
});

async function inFiles(test: (paths: string[], folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/man/man1`, { recursive: true });
    for (const { path, text } of pages) await Deno.writeTextFile(`${folder}/${path}`, text);
    await test(pages.map(({ path }) => `${folder}/${path}`), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function output(
  program: string,
  args: string[],
  input = "",
): Promise<{ stdout: string; stderr: string }> {
  return await runWithInput(program, args, input, { MANWIDTH: "100", LC_ALL: "C.UTF-8" });
}
