/** The stand-in for AWS as a process of its own on loopback, which ends with its stdin: also when the demo is killed. */

/** Loading it the first time downloads what it verifies signatures with. */
const START_TIMEOUT_MS = 120_000;
const ANSWER_TIMEOUT_MS = 10_000;

const program = new URL("../../tests/fakes/fake_aws_main.ts", import.meta.url).pathname;

export class FakeAwsProcess {
  readonly url: string;
  readonly #child: Deno.ChildProcess;

  private constructor(url: string, child: Deno.ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Throws when it does not start. */
  static async start(setup: unknown): Promise<FakeAwsProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", program, JSON.stringify(setup)],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const deadline = setTimeout(() => end(child), START_TIMEOUT_MS);
    const problems = new Response(child.stderr).text();
    const line = await firstLine(child.stdout);
    clearTimeout(deadline);
    if (line === null) {
      end(child);
      throw new Error(`the stand-in for AWS did not start: ${(await problems).trim()}`);
    }
    return new FakeAwsProcess((JSON.parse(line) as { url: string }).url, child);
  }

  /** Names of the calls since the last look that were answered well, in order. */
  async takeCalls(): Promise<string[]> {
    const calls = await this.#ask("GET", "calls") as { action: string; status: number | null }[];
    await this.#ask("POST", "clear");
    return calls.map(({ action, status }) => status === 200 ? action : `${action} (refused)`);
  }

  async close(): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
    end(this.#child);
    await this.#child.status;
  }

  async #ask(method: string, what: string): Promise<unknown> {
    const response = await fetch(`${this.url}/_fake/${what}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return await response.json();
  }
}

/** `null` when the stream ends before a line does. The rest of the stream is left to itself. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) return null;
    text += value;
  }
  return text.slice(0, text.indexOf("\n"));
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended already.
  }
}
