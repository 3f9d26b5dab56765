/** A code from the password store's OTP extension. */
import type { Environment } from "../../host/host.ts";
import type { Question } from "../prompter.ts";
import type { DialogCommand } from "./dialog_command.ts";
import { deviceName } from "./device_name.ts";

/**
 * `pass otp NAME`, https://github.com/tadfisher/pass-otp. `PASS_OATH_CREDENTIAL_NAME` names the entry where it is not the MFA serial. The
 * variables of pass itself (`PASSWORD_STORE_DIR`, `GPG_TTY`) reach it unchanged.
 */
export function passCommand(question: Question, env: Environment): DialogCommand {
  return {
    program: "pass",
    args: ["otp", deviceName("pass", question, env.get("PASS_OATH_CREDENTIAL_NAME"))],
    usesTerminal: true,
    isCancel: () => false,
    isNoDisplay: () => false,
  };
}
