/** PowerShell is in no registry that tests can rely on: here a parser reads its scripts; CI runs powershell_check.ps1 in the real shell. */
import { strict as assert } from "node:assert";
import { runWithInput } from "../run_with_input.ts";
import { completionScript } from "../../src/cli/completions/completion_script.ts";

/** Prints the lines in which a tree-sitter grammar of PowerShell finds a mistake. */
const PARSER = `
import sys, tree_sitter, tree_sitter_powershell
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
nodes = [parser.parse(sys.stdin.buffer.read()).root_node]
for node in nodes:
    if node.is_error or node.is_missing: print(node.start_point[0] + 1)
    nodes += node.children
`;

Deno.test("the script for PowerShell, and its check in the real shell, parse without a mistake", async () => {
  assert.equal(await mistakes(await completionScript("powershell")), "");
  assert.equal(await mistakes(await Deno.readTextFile(new URL("powershell_check.ps1", import.meta.url))), "");
});

Deno.test("the parser of PowerShell finds a mistake where there is one", async () => {
  assert.notEqual(await mistakes((await completionScript("powershell")).replace("finally {", "finally")), "");
});

async function mistakes(script: string): Promise<string> {
  const python = Deno.env.get("AWS_VAULT_TEST_PYTHON") ?? "python3";
  const { success, stdout, stderr } = await runWithInput(python, ["-c", PARSER], script);
  assert.ok(success, stderr);
  return stdout;
}
