/** Starts the command of `exec`: in place of this process where the system can do that, else beside it. */
import { AppError, escapeControls } from "../errors.ts";
import type { Processes } from "../host/host.ts";

export interface Child {
  /** A path, or a name that is looked up in `path`. Also the child's argv[0]. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The child's exit code; where the process is replaced, this never returns. `path` is the `PATH` of this process. Throws
 * `command-not-found`, and what starting it throws.
 */
export async function runChild(
  child: Child,
  path: string,
  processes: Pick<Processes, "find" | "canReplace" | "replace" | "runAttached">,
): Promise<number> {
  const program = processes.find(child.command, path);
  if (program === null) {
    throw new AppError(
      "command-not-found",
      "child",
      `cannot find the command ${escapeControls(child.command)}`,
      {
        hints: child.command.includes("/")
          ? ["the path must lead to a file that may be executed"]
          : ["it has to be in one of the directories of PATH; put -- before the command if it has flags"],
      },
    );
  }
  const argv = [child.command, ...child.args];
  if (processes.canReplace) processes.replace(program, argv, child.env);
  return await processes.runAttached(program, argv, child.env);
}
