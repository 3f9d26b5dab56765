/** A code from a YubiKey's OATH application. Nobody types anything; the key may want to be touched. */
import type { Environment } from "../../host/host.ts";
import type { Question } from "../prompter.ts";
import type { DialogCommand } from "./dialog_command.ts";
import { deviceName } from "./device_name.ts";

/**
 * `ykman [--device SERIAL] oath accounts code --single NAME`. `YKMAN_OATH_CREDENTIAL_NAME` names the account where it is not the
 * MFA serial, `YKMAN_OATH_DEVICE_SERIAL` one of several keys. With `AWS_VAULT_YKMAN_VERSION` 1 to 3 the command of those versions, without `accounts`.
 */
export function ykmanCommand(question: Question, env: Environment): DialogCommand {
  const name = deviceName("ykman", question, env.get("YKMAN_OATH_CREDENTIAL_NAME"));
  const key = env.get("YKMAN_OATH_DEVICE_SERIAL") || null;
  const isOld = ["1", "2", "3"].includes(env.get("AWS_VAULT_YKMAN_VERSION") ?? "");
  return {
    program: "ykman",
    args: [
      ...(key === null ? [] : ["--device", key]),
      ...(isOld ? ["oath", "code"] : ["oath", "accounts", "code"]),
      "--single",
      name,
    ],
    usesTerminal: true,
    isCancel: () => false,
    isNoDisplay: () => false,
  };
}
