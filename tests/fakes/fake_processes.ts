/** Programs by script: each call must match the next unused entry that fits it, and every entry must be used. */
import { AppError } from "../../src/errors.ts";
import { findProgram, type SearchParts } from "../../src/host/find_program.ts";
import type { ChildRequest, ChildResult, Processes } from "../../src/host/host.ts";

export interface ScriptedProgram {
  /** As the program is asked for: path or name. */
  readonly command: string;
  /** All of them; left out, any. */
  readonly args?: readonly string[];
  /** stdout as text, an error to throw, or a function of the request. Exit code 0 unless it says otherwise. */
  readonly answer:
    | string
    | Partial<ChildResult>
    | AppError
    | ((request: ChildRequest) => string | Partial<ChildResult>);
}

/** How `replace` leaves in a test: nothing after it runs. */
export class Replaced extends Error {
  override readonly name = "Replaced";
  constructor(
    readonly path: string,
    readonly argv: readonly string[],
    readonly env: Readonly<Record<string, string>>,
  ) {
    super(`became ${path}`);
  }
}

export class FakeProcesses implements Processes {
  readonly canReplace: boolean;
  /** Helpers that ran, in order. */
  readonly requests: ChildRequest[] = [];
  /** Programs that ran attached, in order. */
  readonly attached: { path: string; argv: readonly string[]; env: Readonly<Record<string, string>> }[] = [];
  /** What `runAttached` answers. */
  attachedExitCode = 0;
  /** When set, `replace` throws it. */
  replaceFailure: AppError | null = null;
  readonly #search: SearchParts;
  readonly #script: ScriptedProgram[];

  constructor(search: SearchParts, script: readonly ScriptedProgram[]) {
    this.#search = search;
    this.#script = [...script];
    this.canReplace = search.os !== "windows";
  }

  get unused(): readonly ScriptedProgram[] {
    return this.#script;
  }

  find(command: string, path: string): string | null {
    return findProgram(this.#search, command, path);
  }

  run(request: ChildRequest): Promise<ChildResult> {
    this.requests.push(request);
    const at = this.#script.findIndex((entry) =>
      entry.command === request.command &&
      (entry.args === undefined || JSON.stringify(entry.args) === JSON.stringify(request.args))
    );
    if (at === -1) {
      return Promise.reject(
        new Error(`unexpected program: ${JSON.stringify([request.command, ...request.args])}`),
      );
    }
    const { answer } = this.#script.splice(at, 1)[0]!;
    if (answer instanceof AppError) return Promise.reject(answer);
    const result = typeof answer === "function" ? answer(request) : answer;
    return Promise.resolve({
      exitCode: 0,
      signal: null,
      stdout: new TextEncoder().encode(typeof result === "string" ? result : ""),
      stderr: new Uint8Array(),
      ...(typeof result === "string" ? {} : result),
    });
  }

  replace(path: string, argv: readonly string[], env: Readonly<Record<string, string>>): never {
    if (!this.canReplace) throw new Error("replace was called where it does not work");
    throw this.replaceFailure ?? new Replaced(path, argv, env);
  }

  runAttached(path: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
    this.attached.push({ path, argv, env });
    return Promise.resolve(this.attachedExitCode);
  }
}
