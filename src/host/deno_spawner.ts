/** Starting children under Deno. */
import type { RunningChild, Spawner } from "./processes.ts";

export const denoSpawner: Spawner = (request) => {
  const child = new Deno.Command(request.path, {
    args: [...request.args],
    env: { ...request.env },
    clearEnv: true,
    stdin: request.stdin === "pipe" ? "piped" : request.stdin,
    stdout: request.stdout === "pipe" ? "piped" : "inherit",
    stderr: request.stderr === "pipe" ? "piped" : "inherit",
    detached: request.ownSession,
  }).spawn();
  const running: RunningChild = {
    pid: child.pid,
    async feed(bytes) {
      const writer = child.stdin.getWriter();
      await writer.write(bytes);
      await writer.close();
    },
    stdout: request.stdout === "pipe" ? child.stdout : null,
    stderr: request.stderr === "pipe" ? child.stderr : null,
    ended: child.status.then(({ code, signal }) => ({ exitCode: signal === null ? code : null, signal })),
    kill: (signal) => child.kill(signal),
  };
  return running;
};
