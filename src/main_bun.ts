/** Start of the program as compiled by Bun: real host in, exit code out. */
import { createBunHost } from "./host/bun.ts";
import { run } from "./run.ts";

const host = createBunHost();
host.exit(await run(host));
