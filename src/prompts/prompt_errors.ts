/** The two ends of a question that every driver knows: the user ended it, or nobody came. */
import { AppError } from "../errors.ts";

export function promptCancelled(): AppError {
  return new AppError("prompt-cancelled", "cancelled", "cancelled");
}

export function promptTimeout(timeoutMs: number): AppError {
  const seconds = Math.round(timeoutMs / 1000);
  return new AppError("prompt-timeout", "unavailable", `nobody answered within ${seconds} seconds`);
}
