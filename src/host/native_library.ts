/** What both runtimes' {@link NativeLoader}s share: trying one library after another, and the error when none will do. */
import { AppError } from "../errors.ts";

/** `bind` loads one library and throws when it is not there or lacks a symbol. */
export function openFirst<T>(libraries: readonly string[], bind: (library: string) => T): T {
  const causes: unknown[] = [];
  for (const library of libraries) {
    try {
      return bind(library);
    } catch (failure) {
      causes.push(failure);
    }
  }
  throw new AppError("native-unavailable", "unavailable", `cannot load ${libraries.join(" or ")}`, {
    cause: new AggregateError(causes),
  });
}

/** The name of libc's function that answers the address of this thread's errno. */
export function errnoFunction(os: string): string {
  return os === "linux" ? "__errno_location" : "__error";
}
