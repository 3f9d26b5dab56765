/**
 * The Windows credential dialog. The call blocks until the user is done: it is the one question without a deadline, as Windows gives
 * no way to end it from outside. Nothing is stored in the Credential Manager.
 */
import { AppError } from "../../errors.ts";
import type { NativeLoader } from "../../host/host.ts";
import { Secret } from "../../secret.ts";
import { promptCancelled } from "../prompt_errors.ts";
import type { Prompter, Question } from "../prompter.ts";
import * as credui from "./credui_symbols.ts";
import { DIALOG_TITLE, dialogMessage } from "./dialog_text.ts";

export class WincreduiPrompter implements Prompter {
  readonly driver = "wincredui";
  readonly #native: () => Promise<NativeLoader>;

  constructor(native: () => Promise<NativeLoader>) {
    this.#native = native;
  }

  async ask(question: Question): Promise<Secret> {
    const native = await this.#native();
    const { CredUIPromptForCredentialsW } = native.open(credui.CREDUI_LIBRARIES, credui.CREDUI_SYMBOLS);
    const message = wide(dialogMessage(question), credui.CREDUI_MAX_MESSAGE_LENGTH);
    const caption = wide(DIALOG_TITLE, DIALOG_TITLE.length);
    const user = wide(userName(question), credui.CREDUI_MAX_USERNAME_LENGTH);
    const password = wide("", credui.CREDUI_MAX_PASSWORD_LENGTH);
    const status = Number(CredUIPromptForCredentialsW(
      creduiInfo(native.addressOf(message), native.addressOf(caption)),
      wide(DIALOG_TITLE, DIALOG_TITLE.length),
      0n,
      0,
      user,
      user.length / 2,
      password,
      password.length / 2,
      new Uint8Array(4),
      credui.CREDUI_FLAGS_GENERIC_CREDENTIALS | credui.CREDUI_FLAGS_ALWAYS_SHOW_UI |
        credui.CREDUI_FLAGS_KEEP_USERNAME | credui.CREDUI_FLAGS_DO_NOT_PERSIST,
    ));
    const answer = new Secret(fromWide(password).trim());
    password.fill(0);
    if (status === 0) return answer;
    if (status === credui.ERROR_CANCELLED) throw promptCancelled();
    if (status === credui.ERROR_NO_SUCH_LOGON_SESSION) {
      throw new AppError("prompt-no-display", "unavailable", "this Windows session can't show a dialog", {
        hints: ["use --prompt=terminal in a console, or set mfa_process in the profile"],
      });
    }
    throw new AppError("prompt-failed", "child", `the Windows credential dialog failed with error ${status}`);
  }
}

/** What stands in the field above the code: the device without the parts that are alike in all of them. */
function userName(question: Question): string {
  return (question.device ?? DIALOG_TITLE).replace("arn:aws:iam::", "").replace(":mfa", "");
}

/** CREDUI_INFOW without a parent window and banner. The texts must outlive the call. */
function creduiInfo(message: bigint, caption: bigint): Uint8Array {
  const info = new Uint8Array(credui.CREDUI_INFO_BYTES);
  const view = new DataView(info.buffer);
  view.setUint32(0, credui.CREDUI_INFO_BYTES, true);
  view.setBigUint64(16, message, true);
  view.setBigUint64(24, caption, true);
  return info;
}

/** UTF-16, zero-terminated, in a buffer for `maxUnits` units; what is longer is cut. */
function wide(text: string, maxUnits: number): Uint8Array {
  const bytes = new Uint8Array((maxUnits + 1) * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < Math.min(text.length, maxUnits); i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return bytes;
}

function fromWide(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const unit = view.getUint16(at, true);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}
