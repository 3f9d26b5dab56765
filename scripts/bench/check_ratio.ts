/**
 * `deno run -A scripts/bench/check_ratio.ts`: what a cached answer of `dist/aws-vault` costs in empty programs, beside the bound that
 * tests/budget/budget.json allows. A few pairs on a machine that may be busy: it says when that is too much, and does not fail for it.
 */
import budget from "../../tests/budget/budget.json" with { type: "json" };
import { compileEmpty } from "./compile_empty.ts";
import { runTask } from "../run_task.ts";
import { race } from "./race.ts";
import { ratioVerdict } from "./ratio_verdict.ts";
import { Command } from "./timed_process.ts";
import { type Program, Workplace } from "./workplace.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const PAIRS = 15;

await runTask("check_ratio", async () => {
  const place = await Workplace.open(root);
  try {
    const path = await place.install("aws-vault", `${root}/dist/aws-vault`);
    const program: Program = { name: "aws-vault", argv: [path], env: {} };
    const env = await place.environment(program, { AWS_VAULT_BACKEND: "file" });
    await place.storeKeys(program, env);
    await place.warmUp(program, "plain", env);
    const emptyPath = await place.install("empty", await compileEmpty(place.folder));
    const empty = { name: "empty", command: new Command([emptyPath], { HOME: place.folder }) };
    const [without, own] = race("cached answer", [empty, place.asking(program, "plain", env)], PAIRS);
    console.log(ratioVerdict(own!.cpuMs, without!.cpuMs, budget.processorTimeRatio));
    await place.forget(program, env);
  } finally {
    await place.close();
  }
});
