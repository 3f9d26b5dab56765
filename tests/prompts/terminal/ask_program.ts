/** A program that asks one question on its terminal and reports on stdout; what the pseudo-terminal tests run. */
import { AppError } from "../../../src/errors.ts";
import { createDenoHost } from "../../../src/host/deno.ts";
import { silentLog } from "../../../src/log.ts";
import { openPrompter } from "../../../src/prompts/open_prompter.ts";
import { pick } from "../../../src/prompts/terminal/pick.ts";

const host = createDenoHost();
const [kind, ...names] = host.args;
const options = { timeoutMs: 30_000, hints: [] };
host.stdout.write(`${host.pid}\n`);

async function ask(): Promise<string> {
  if (kind === "pick") return await pick("Profile", names, host, options);
  if (kind !== "secret" && kind !== "code" && kind !== "text") throw new Error(`what is a ${kind}?`);
  const prompter = openPrompter({ requested: null, ...options }, host, silentLog);
  return (await prompter.ask({ label: "Question", kind })).reveal();
}

try {
  host.stdout.write(`answer ${await ask()}\n`);
} catch (error) {
  host.stdout.write(`error ${error instanceof AppError ? error.code : error}\n`);
}
host.exit(0);
