/** moto, the public stand-in for AWS, as a process of its own on loopback. */

const START_TIMEOUT_MS = 60_000;

export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `executable` (moto's `moto_server`) on a free port. Throws when it does not answer in time. */
export async function startMoto(executable: string): Promise<Moto> {
  const port = freePort();
  const child = new Deno.Command(executable, {
    args: ["-H", "127.0.0.1", "-p", String(port)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill("SIGTERM");
    await child.status;
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/moto-api/data.json`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`${executable} did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
