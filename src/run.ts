/** One run on any host: the cached answer if that is what was asked for and it is there, else the program with everything it needs. */
import type { Host } from "./host/host.ts";
import { answerFromCache } from "./short_way.ts";

/** Answers the exit code. A command that replaces the process doesn't come back. */
export async function run(host: Host): Promise<number> {
  if (await answerFromCache(host)) return 0;
  host.beforeOpening();
  const [{ runProgram }, { createServices }] = await Promise.all([
    import("./cli/program.ts"),
    import("./app.ts"),
  ]);
  return await runProgram(host, (options, log) => createServices(host, options, log));
}
