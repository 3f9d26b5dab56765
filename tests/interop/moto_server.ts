/** moto, the public stand-in for AWS, as a process of its own on loopback. */

const START_TIMEOUT_MS = 60_000;

export interface Moto {
  readonly url: string;
  /** Names of the STS calls so far that programs with this user agent made, in order. */
  stsCallsOf(userAgent: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Starts `executable` (moto's `moto_server`) on a free port; it keeps its record of calls in `folder`. Throws when it does not answer in time. */
export async function startMoto(executable: string, folder: string): Promise<Moto> {
  const recording = `${folder}/moto-calls`;
  const port = freePort();
  const child = new Deno.Command(executable, {
    args: ["-H", "127.0.0.1", "-p", String(port)],
    env: { MOTO_ENABLE_RECORDING: "true", MOTO_RECORDER_FILEPATH: recording },
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
    if (answer?.ok) return { url, stop, stsCallsOf: (userAgent) => recordedCalls(recording, userAgent) };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`${executable} did not answer within ${START_TIMEOUT_MS / 1000} s`);
}

/** moto writes one request a line, as JSON. Only those of the Query protocol name an action. */
async function recordedCalls(path: string, userAgent: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  return lines.flatMap((line) => {
    const { headers, body, body_encoded: isEncoded } = JSON.parse(line);
    const action = new URLSearchParams(isEncoded ? atob(body) : body).get("Action");
    return headers["User-Agent"]?.startsWith(userAgent) && action !== null ? [action] : [];
  });
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
