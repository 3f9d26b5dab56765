/** Hand-written doubles for the prompts room: a terminal that types, a clock that only sleeps move, programs that answer. */
import type {
  ChildRequest,
  ChildResult,
  Environment,
  Host,
  Processes,
  Terminal,
} from "../../src/host/host.ts";
import { AppError } from "../../src/errors.ts";

const encoder = new TextEncoder();

export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

export function environment(variables: Record<string, string> = {}): Environment {
  return { get: (name) => variables[name], all: () => ({ ...variables }) };
}

/** A terminal at which somebody types `chunks`, one per read. After the last one nobody types any more. An empty chunk hangs up. */
export class TypingTerminal implements Terminal {
  written = "";
  /** What happened, in order: `raw`, `cooked`, `close`. */
  readonly events: string[] = [];
  readonly timeouts: number[] = [];
  readonly #chunks: Uint8Array[];

  constructor(chunks: readonly (string | Uint8Array)[]) {
    this.#chunks = chunks.map((chunk) => typeof chunk === "string" ? bytes(chunk) : chunk);
  }

  write(text: string): void {
    this.written += text;
  }

  setRaw(raw: boolean): void {
    this.events.push(raw ? "raw" : "cooked");
  }

  read(timeoutMs: number): Promise<Uint8Array | null> {
    this.timeouts.push(timeoutMs);
    return Promise.resolve(this.#chunks.shift() ?? null);
  }

  close(): void {
    this.events.push("close");
  }
}

/** A host whose terminal is `terminal`; `null` for a process without one. Its clock goes on by `stepMs` each time it is read. */
export function terminalHost(
  terminal: Terminal | null,
  stepMs = 0,
): Pick<Host, "openTerminal" | "clock"> & { opened: number } {
  let now = 0;
  const host = {
    opened: 0,
    openTerminal: () => {
      host.opened++;
      return Promise.resolve(terminal);
    },
    clock: {
      now: () => 0,
      monotonic: () => (now += stepMs),
      sleep: () => Promise.resolve(),
    },
  };
  return host;
}

/** What the screen shows once the control sequences of `written` have been carried out: rows without trailing blanks and empty ends. */
export function screenText(written: string): string {
  let rows: string[] = [""];
  let row = 0, column = 0, saved = { row: 0, column: 0 };
  // deno-lint-ignore no-control-regex
  const sequence = /\x1b\[(\?7[lh]|\d*[AJ])|\x1b[78]|\r|\n|[^\x1b\r\n]/gu;
  for (const [token] of written.matchAll(sequence)) {
    if (token === "\r") column = 0;
    else if (token === "\n") row++;
    else if (token === "\x1b7") saved = { row, column };
    else if (token === "\x1b8") ({ row, column } = saved);
    else if (token === "\x1b[J") rows = [...rows.slice(0, row), (rows[row] ?? "").slice(0, column)];
    else if (token.startsWith("\x1b[") && token.endsWith("A")) row -= Number(token.slice(2, -1));
    else if (!token.startsWith("\x1b")) {
      const line = (rows[row] ?? "").padEnd(column);
      rows[row] = line.slice(0, column) + token + line.slice(column + token.length);
      column += token.length;
    }
    while (rows.length <= row) rows.push("");
  }
  return rows.join("\n").trimEnd();
}

export function answered(stdout: string): ChildResult {
  return { exitCode: 0, signal: null, stdout: bytes(stdout), stderr: new Uint8Array() };
}

export function failed(exitCode: number, stderr = "", stdout = ""): ChildResult {
  return { exitCode, signal: null, stdout: bytes(stdout), stderr: bytes(stderr) };
}

/** Programs that give one answer, or fail with one error; every request is kept. */
export class RecordedProcesses implements Processes {
  readonly requests: ChildRequest[] = [];
  readonly canReplace = false;
  readonly #answer: ChildResult | AppError;
  readonly #installed: readonly string[];

  constructor(answer: ChildResult | AppError, installed: readonly string[] = []) {
    this.#answer = answer;
    this.#installed = installed;
  }

  find(command: string, path: string): string | null {
    return this.#installed.includes(command) ? `${path.split(":")[0]}/${command}` : null;
  }

  run(request: ChildRequest): Promise<ChildResult> {
    this.requests.push(request);
    return this.#answer instanceof AppError ? Promise.reject(this.#answer) : Promise.resolve(this.#answer);
  }

  replace(): never {
    throw new Error("nothing in this room replaces the process");
  }

  runAttached(): Promise<number> {
    throw new Error("nothing in this room runs attached");
  }
}
