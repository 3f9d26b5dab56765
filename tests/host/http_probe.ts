/** Makes the HTTP requests of the JSON argument, one after another, and prints what came of each on a line. */
import type { Host, HttpRequest } from "../../src/host/host.ts";
import { AppError } from "../../src/errors.ts";

interface Asked extends Omit<HttpRequest, "body" | "signal"> {
  readonly body?: string;
  readonly abortAfterMs?: number;
}

const host: Host = "Bun" in globalThis
  ? (await import("../../src/host/bun.ts")).createBunHost()
  : (await import("../../src/host/deno.ts")).createDenoHost();
const http = await host.http();
for (const { body, abortAfterMs, ...asked } of JSON.parse(host.args[0]!) as Asked[]) {
  host.stdout.write(JSON.stringify(await outcome(body, abortAfterMs, asked)) + "\n");
}
host.stdout.write(
  JSON.stringify(["NO_PROXY", "HTTP_PROXY"].map((name) => host.env.get(name) ?? null)) + "\n",
);
host.exit(0);

async function outcome(body: string | undefined, abortAfterMs: number | undefined, asked: HttpRequest) {
  try {
    const response = await http.request({
      ...asked,
      ...(body === undefined ? {} : { body: new TextEncoder().encode(body) }),
      ...(abortAfterMs === undefined ? {} : { signal: AbortSignal.timeout(abortAfterMs) }),
    });
    return { ...response, body: new TextDecoder().decode(response.body) };
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, kind: error.kind, message: error.message };
    throw error;
  }
}
