/**
 * Remembers which MFA codes have been sent, for all processes of the user: STS takes each code once, and a code sent twice
 * costs the user a failed call and, often repeated, the device its synchronisation.
 */
import { AppError } from "../errors.ts";
import type { Files } from "../host/host.ts";

/** A TOTP code is valid for its own 30 s step and, with the tolerance servers give, some steps around it (RFC 6238, section 5.2). */
const CODE_LIVES_MS = 120_000;

export interface SpentCodesDeps {
  readonly files: Pick<Files, "readText">;
  readonly replaceFile: (path: string, bytes: Uint8Array) => void;
  readonly path: (fileName: string) => string;
  readonly now: () => number;
  /** A fixed-length name for a text from which the text can't be read. */
  readonly digest: (text: string) => Promise<string>;
}

export class SpentCodes {
  readonly #deps: SpentCodesDeps;

  constructor(deps: SpentCodesDeps) {
    this.#deps = deps;
  }

  /** The name under which callers that want to send a code of this device take turns. */
  async turn(serial: string): Promise<string> {
    return `mfa-${await this.#deps.digest(serial)}`;
  }

  async isSpent(serial: string, code: string): Promise<boolean> {
    const path = await this.#file(serial);
    const [at, digest] = (orWithout(() => this.#deps.files.readText(path)) ?? "").split(" ");
    const age = this.#deps.now() - Number(at);
    return age >= 0 && age < CODE_LIVES_MS && digest === await this.#deps.digest(`${serial} ${code}`);
  }

  /** To be called before the code is sent: a code whose answer got lost is spent as well. */
  async spend(serial: string, code: string): Promise<void> {
    const line = `${this.#deps.now()} ${await this.#deps.digest(`${serial} ${code}`)}`;
    const path = await this.#file(serial);
    orWithout(() => this.#deps.replaceFile(path, new TextEncoder().encode(line)));
  }

  async #file(serial: string): Promise<string> {
    return this.#deps.path(`${await this.turn(serial)}.spent`);
  }
}

/** `null` where the folder can't be used: better to risk a second try with one code than to let nobody sign in. */
function orWithout<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return null;
  }
}
