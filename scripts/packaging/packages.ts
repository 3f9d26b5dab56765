/**
 * `deno task packaging --checksums=dist/release/SHA256SUMS --url=<address of the release's files> --homepage=<address>
 * [--output=dist/packaging]`: the Homebrew formula and the Scoop manifest of a release, from its own checksums.
 */
import { parseChecksums } from "../release/checksums.ts";
import { runTask } from "../run_task.ts";
import { taskOptions } from "../task_options.ts";
import { version } from "../../src/cli/version.ts";
import { homebrewFormula } from "./homebrew_formula.ts";
import { scoopManifest } from "./scoop_manifest.ts";

await runTask("packaging", async () => {
  const { checksums, url, homepage, output } = taskOptions(Deno.args, {
    checksums: "dist/release/SHA256SUMS",
    url: "",
    homepage: "",
    output: "dist/packaging",
  });
  if (url === "" || homepage === "") throw new Error("--url and --homepage must be given");
  const release = { version, url, homepage, digests: parseChecksums(await Deno.readTextFile(checksums)) };
  await Deno.mkdir(output, { recursive: true });
  await Deno.writeTextFile(`${output}/aws-vault.rb`, homebrewFormula(release));
  await Deno.writeTextFile(`${output}/aws-vault.json`, scoopManifest(release));
  console.error(`packaging: wrote ${output}/aws-vault.rb and ${output}/aws-vault.json`);
});
