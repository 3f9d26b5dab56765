/** Which outcome of a store a failure on the message bus is, and what to say of the service that was called. */
import type { BusError } from "../../dbus/bus_error.ts";
import type { StoreOutcome } from "../secret_store.ts";

/** Nobody has the name, and nobody could be started to take it; or it ended during the call. */
const NOT_RUNNING =
  /^org\.freedesktop\.DBus\.Error\.(?:ServiceUnknown|NameHasNoOwner|NoReply|Disconnected|TimedOut|Spawn\..*)$/;

/** The text goes on after the service's name. */
export function explainBusFailure(failure: BusError): readonly [StoreOutcome, string] {
  switch (failure.code) {
    case "bus-unreachable":
      return [failure.kind === "denied" ? "denied" : "unavailable", `can't be reached: ${failure.message}`];
    case "bus-timeout":
      return ["unavailable", "does not answer"];
    case "bus-closed":
      return ["unavailable", `went away: ${failure.message}`];
  }
  if (failure.kind === "denied") return ["denied", "refused access"];
  if (NOT_RUNNING.test(failure.errorName ?? "")) return ["unavailable", "does not run on the session bus"];
  return ["unavailable", `failed: ${failure.message}`];
}
