/** Start of the program under Deno: the remembered answer, else a real host in, an exit code out. */
import { denoHotMachine } from "./host/deno_hot_machine.ts";
import { answerFromMemory, mayAskForJson } from "./hot_path.ts";

const machine = denoHotMachine(mayAskForJson);
const code = machine === null ? null : answerFromMemory(machine);
if (code !== null) machine!.exit(code);
// Literals in their place would have Deno load these modules, and all that they import, before the first line runs.
const later = { host: "./host/deno.ts", run: "./run.ts" };
const { createDenoHost }: typeof import("./host/deno.ts") = await import(later.host);
const { run }: typeof import("./run.ts") = await import(later.run);
const host = createDenoHost();
host.exit(await run(host));
