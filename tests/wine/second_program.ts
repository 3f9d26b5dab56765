/**
 * `credentials.c` under Wine: another program on the same Credential Manager. It stays for as long as the tests run, which also
 * spares every other program the start of Wine's services.
 */
import assert from "node:assert/strict";
import type { WinePrefix } from "./wine_prefix.ts";

export type CredentialRequest =
  | { readonly verb: "write"; readonly target: string; readonly blob: string | Uint8Array }
  | { readonly verb: "read" | "list" | "delete"; readonly target: string };

export interface CredentialAnswer {
  /** The Windows error; `null` when it went well. */
  readonly error: number | null;
  /** For `read` blob, user name and persistence; for `list` the targets. */
  readonly texts: readonly string[];
}

export class SecondProgram {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncIterator<string>;

  constructor(prefix: WinePrefix, program: string) {
    this.#child = new Deno.Command(prefix.loader, {
      args: [program],
      env: { ...prefix.env },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#answers = lines(this.#child.stdout);
  }

  /** One answer per request, in their order. */
  async ask(...requests: readonly CredentialRequest[]): Promise<CredentialAnswer[]> {
    const answers: CredentialAnswer[] = [];
    for (const request of requests) {
      const words = [request.verb, toHex(request.target)];
      if (request.verb === "write") words.push(toHex(request.blob));
      await this.#stdin.write(new TextEncoder().encode(`${words.join(" ")}\n`));
      const { value, done } = await this.#answers.next();
      assert(!done, "the second program has ended");
      answers.push(parseAnswer(value));
    }
    return answers;
  }

  async close(): Promise<void> {
    await this.#stdin.close();
    await this.#child.status;
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + text).split("\n");
    rest = whole.pop()!;
    yield* whole.map((line) => line.trimEnd());
  }
}

function parseAnswer(line: string): CredentialAnswer {
  const error = /^error (\d+)$/.exec(line);
  if (error !== null) return { error: Number(error[1]), texts: [] };
  if (line === "ok") return { error: null, texts: [] };
  return { error: null, texts: line.split(" ").map((word) => /^\d$/.test(word) ? word : fromHex(word)) };
}

function toHex(value: string | Uint8Array): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return bytes.length === 0 ? "-" : [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(hex: string): string {
  if (hex === "-") return "";
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)),
  );
}
