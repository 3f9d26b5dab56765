/** Start of the program as compiled by Bun: the remembered answer, else a real host in, an exit code out. */
import { bunHotMachine } from "./host/bun_hot_machine.ts";
import { answerFromMemory, mayAskForJson } from "./hot_path.ts";

const machine = bunHotMachine(mayAskForJson);
const code = machine === null ? null : answerFromMemory(machine);
if (code !== null) machine!.exit(code);
const [{ createBunHost }, { run }] = await Promise.all([import("./host/bun.ts"), import("./run.ts")]);
const host = createBunHost();
host.exit(await run(host));
