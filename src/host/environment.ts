/** The {@link Environment} of both runtimes. Names that no variable can have are simply not set. */
import type { Environment } from "./host.ts";

/** `get` and `all` are the runtime's own; both compare names without case on Windows. */
export function createEnvironment(
  get: (name: string) => string | undefined,
  all: () => Record<string, string>,
): Environment {
  return {
    get: (name) => name === "" || name.includes("=") || name.includes("\0") ? undefined : get(name),
    all,
  };
}
