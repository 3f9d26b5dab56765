/** Start of the program under Deno: real host in, exit code out. */
import { createDenoHost } from "./host/deno.ts";
import { run } from "./run.ts";

const host = createDenoHost();
host.exit(await run(host));
