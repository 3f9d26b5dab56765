/** Starting children under Bun. */
import type { RunningChild, Spawner } from "./processes.ts";

export const bunSpawner: Spawner = (request) => {
  const child = Bun.spawn({
    cmd: [request.path, ...request.args],
    argv0: request.argv0,
    env: { ...request.env },
    stdin: request.stdin === "null" ? "ignore" : request.stdin,
    stdout: request.stdout,
    stderr: request.stderr,
    detached: request.ownSession,
  });
  const running: RunningChild = {
    pid: child.pid,
    async feed(bytes) {
      await child.stdin?.write(bytes);
      await child.stdin?.end();
    },
    stdout: request.stdout === "pipe" ? child.stdout ?? null : null,
    stderr: request.stderr === "pipe" ? child.stderr ?? null : null,
    ended: child.exited.then((code) =>
      child.signalCode === null
        ? { exitCode: code, signal: null }
        : { exitCode: null, signal: child.signalCode }
    ),
    kill: (signal) => child.kill(signal),
  };
  return running;
};
