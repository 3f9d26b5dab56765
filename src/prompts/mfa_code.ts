/** Gets the code of an MFA device: from the command line, else from the profile's `mfa_process`, else by asking. */
import { AppError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { runMfaProcess } from "./mfa_process.ts";
import type { MfaProcessHost } from "./mfa_process.ts";
import type { Prompter, Question } from "./prompter.ts";

export interface MfaCodeRequest {
  /** Serial number or ARN of the device. */
  readonly serial: string;
  /** For the label only. */
  readonly profile: string;
  /** `-t`; `null` when not given. */
  readonly token: Secret | null;
  /** Shell command that prints a code; `null` for none. */
  readonly mfaProcess: string | null;
  readonly prompter: Prompter;
}

export interface MfaCode {
  /** Six digits. */
  readonly code: Secret;
  /** Given on the command line, printed by a program, or typed by a person. */
  readonly source: "token" | "process" | "prompt";
}

/** How often somebody at the terminal may mistype. */
const TYPED_ATTEMPTS = 3;

/**
 * Throws `mfa-code-malformed` when what comes is not six digits (on the terminal: three times), and whatever the source it came from throws. A source that fails is never
 * replaced by the next one.
 */
export async function getMfaCode(request: MfaCodeRequest, host: MfaProcessHost): Promise<MfaCode> {
  if (request.token !== null) {
    return { code: sixDigits(request.token) ?? malformed("--mfa-token", "usage"), source: "token" };
  }
  if (request.mfaProcess !== null) {
    const code = sixDigits(await runMfaProcess(request.mfaProcess, host));
    return { code: code ?? malformed("the output of mfa_process", "child"), source: "process" };
  }
  return await askForCode(request);
}

async function askForCode({ serial, profile, prompter }: MfaCodeRequest): Promise<MfaCode> {
  const label = `MFA code for ${serial} (profile ${profile})`;
  let question: Question = { label, kind: "code", device: serial };
  for (let attempt = 1;; attempt++) {
    const code = sixDigits(await prompter.ask(question));
    // These two look the code up: asked again at once, they give the same one.
    const source = prompter.driver === "ykman" || prompter.driver === "pass" ? "process" : "prompt";
    if (code !== null) return { code, source };
    if (prompter.driver !== "terminal" || attempt === TYPED_ATTEMPTS) malformed("the answer", "denied");
    question = { ...question, label: `Not six digits, once more: ${label}` };
  }
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html, TokenCode. Blanks as devices show them are dropped; `null` for all else. */
function sixDigits(given: Secret): Secret | null {
  const code = given.reveal().trim().replace(/[ \t\u00a0\u202f]/g, "");
  return /^[0-9]{6}$/.test(code) ? new Secret(code) : null;
}

function malformed(what: string, kind: "usage" | "child" | "denied"): never {
  throw new AppError("mfa-code-malformed", kind, `${what} is not an MFA code of six digits`);
}
