/**
 * A program that starts another one as the first argument says, under whichever runtime runs it:
 * - `replace <command> <args…>`: becomes it; `attached …`: runs it beside us and exits with its code
 * - `run`: runs the ChildRequest in the JSON argument and prints what came of it
 */
import type { ChildRequest, Host } from "../../src/host/host.ts";
import { AppError } from "../../src/errors.ts";

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();
host.beforeOpening();
const [mode, ...rest] = host.args;
const processes = await host.processes();
try {
  if (mode === "run") host.stdout.write(await run(rest[0]!));
  else {
    const path = processes.find(rest[0]!, host.env.get("PATH") ?? "") ?? rest[0]!;
    if (mode === "replace") processes.replace(path, rest, host.env.all());
    host.exit(await processes.runAttached(path, rest, host.env.all()));
  }
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  host.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
}
host.exit(0);

async function run(json: string): Promise<string> {
  const request = JSON.parse(json) as Omit<ChildRequest, "stdin"> & { stdin: string };
  const stdin = request.stdin === "null" || request.stdin === "terminal"
    ? request.stdin
    : new TextEncoder().encode(request.stdin);
  const started = host.clock.monotonic();
  try {
    const result = await processes.run({ ...request, stdin });
    return JSON.stringify({
      ...result,
      stdout: new TextDecoder().decode(result.stdout),
      stderr: new TextDecoder().decode(result.stderr),
    });
  } finally {
    if (host.clock.monotonic() - started > 15_000) host.exit(99); // a hang, not a deadline kept
  }
}
