import { AppError, type AppErrorOptions, type ErrorKind } from "../errors.ts";

/**
 * A failure of a message bus or of who was called on it. `code`:
 * - `bus-unreachable`: no connection to a bus came about (nobody listens, it refused us, or didn't answer)
 * - `bus-closed`: the connection ended
 * - `bus-timeout`: no answer to a call in time; whether it was carried out is unknown
 * - `bus-call-failed`: an error came as the answer; then `errorName` is its name
 */
export class BusError extends AppError {
  override readonly name = "BusError";
  /** For example `org.freedesktop.DBus.Error.ServiceUnknown`; `null` unless an error came as the answer. */
  readonly errorName: string | null;

  constructor(
    code: "bus-unreachable" | "bus-closed" | "bus-timeout" | "bus-call-failed",
    kind: Extract<ErrorKind, "unavailable" | "denied">,
    message: string,
    options: AppErrorOptions & { readonly errorName?: string } = {},
  ) {
    super(code, kind, message, options);
    this.errorName = options.errorName ?? null;
  }
}
